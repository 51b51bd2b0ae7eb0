import { randomUUID } from 'node:crypto'
import {
  DeleteBucketPolicyCommand, DeleteObjectCommand, GetBucketPolicyCommand, PutBucketPolicyCommand, PutObjectCommand,
  S3ServiceException, type S3Client
} from '@aws-sdk/client-s3'
import { CheckError, needing } from './check-error.js'
import { CHECK_OWNER } from './context.js'
import { ConfigError, type BucketSettings } from './environment.js'
import { uploadRoot } from './rules.js'
import { orUndefined } from './setup.js'

/** Which bucket to guard, and how the service uses it. */
export interface GuardRailsSettings extends
  Pick<BucketSettings, 'keyPrefix' | 'unclaimed' | 'expiresIn' | 'results'> {
  readonly bucket: string
  /** Where the store is. Default: AWS. */
  readonly endpoint?: string | undefined
  /** Region of the bucket, which tells the partition of AWS. */
  readonly region?: string | undefined
}

/** The same, with somebody who may configure the bucket. */
export interface GuardRailsOptions extends GuardRailsSettings {
  readonly client: S3Client
}

interface Statement {
  readonly Sid?: string
  readonly [field: string]: unknown
}

interface Policy {
  readonly Version?: string
  readonly Statement?: Statement | readonly Statement[]
  readonly [field: string]: unknown
}

const SID_PREFIX = 'FastifyUploadUrl'
/** Error codes for a policy that a store does not understand. */
const REFUSALS = ['MalformedPolicy', 'InvalidPolicyDocument', 'InvalidArgument']
const UNKNOWN_CONDITIONS = 'It does not know all of the conditions: do without "--enforce" there.'

/**
 * What the bucket can deny by itself, whoever holds a key or a URL: statements as in the user guide of Amazon S3,
 * "Amazon S3 Signature Version 4 authentication-specific policy keys" and "Enforce conditional writes".
 *
 * @returns the statements, and a sentence for each that the settings rule out
 * @throws ConfigError for an access point
 */
export function guardRails (
  { bucket, keyPrefix, unclaimed, expiresIn, results, endpoint, region = '' }: GuardRailsSettings
): { readonly statements: readonly Statement[], readonly omitted: readonly string[] } {
  if (bucket.startsWith('arn:')) {
    throw new ConfigError(['S3_BUCKET_NAME must name the bucket itself here: an access point has a policy of its own'])
  }
  const partition = /^(?:cn|us-gov)-/.exec(region)?.[0].slice(0, -1)
  const arn = `arn:aws${partition === undefined ? '' : `-${partition}`}:s3:::${bucket}`
  const uploaded = `${arn}/${uploadRoot(keyPrefix, unclaimed)}*`
  const all = [...new Set([uploaded, `${arn}/${keyPrefix}/*`])]
  const deny = (name: string, Action: string, Resource: readonly string[], Condition: object): Statement =>
    ({ Sid: SID_PREFIX + name, Effect: 'Deny', Principal: '*', Action, Resource, Condition })
  const areReplaced = mayReplace({ unclaimed, results })
  const isPlain = endpoint?.startsWith('http:') === true
  return {
    statements: [
      deny('SignatureAge', 's3:*', all, { NumericGreaterThan: { 's3:signatureAge': String(expiresIn * 1000) } }),
      // Parts create no object. A copy, as of a claim, can have no condition where this is denied.
      ...areReplaced
        ? []
        : [deny('Conditional', 's3:PutObject', [uploaded], {
            Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' }
          })],
      ...isPlain ? [] : [deny('Https', 's3:*', [arn, `${arn}/*`], { Bool: { 'aws:SecureTransport': 'false' } })]
    ],
    omitted: [
      ...areReplaced ? ['unconditional writes are not denied, since results may be replaced'] : [],
      ...isPlain ? ['plain HTTP is not denied, since S3_ENDPOINT is http'] : []
    ]
  }
}

/** Whether objects may be replaced where uploads go: a result lies beside its recording, unless a claim moved that. */
export function mayReplace ({ unclaimed, results }: Pick<GuardRailsSettings, 'unclaimed' | 'results'>): boolean {
  return results && unclaimed?.by !== 'prefix'
}

/** A policy as it is printed. */
export function formatPolicy (statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2)
}

/**
 * Puts the guard rails into the policy of the bucket. Safe to repeat; statements of others stay.
 *
 * @param report is given a sentence for each step that is done
 * @throws CheckError naming the permission that this key lacks, where the present policy cannot be read, where the
 * store refuses ours, or where it then refuses uploads that it should take, since it does not know a condition: the
 * policy is as before then; S3ServiceException when it refuses otherwise
 */
export async function putGuardRails (options: GuardRailsOptions, report: (step: string) => void): Promise<void> {
  const { statements, omitted } = guardRails(options)
  const before = await readPolicy(options)
  const couldWrite = await canWrite(options)
  await writePolicy(options, withStatements(before, statements))
  if (couldWrite && !await canWrite(options)) {
    await writePolicy(options, before)
    throw new CheckError(
      'the store refuses conditional writes as well under this policy, which was taken off again',
      UNKNOWN_CONDITIONS
    )
  }
  report(`put the policy on the bucket ${options.bucket}`)
  for (const sentence of omitted) report(sentence)
}

/**
 * Takes the guard rails off the policy of the bucket; statements of others stay.
 *
 * @throws CheckError naming the permission that this key lacks, or where the present policy cannot be read;
 * S3ServiceException when the store refuses otherwise
 */
export async function removeGuardRails (options: GuardRailsOptions, report: (step: string) => void): Promise<void> {
  const before = await readPolicy(options)
  if (before !== undefined) await writePolicy(options, withStatements(before, []))
  report(`took the policy off the bucket ${options.bucket}`)
}

/**
 * A policy in which statements replace those that we put before.
 *
 * @returns undefined where nothing is left
 */
export function withStatements (policy: Policy | undefined, ours: readonly Statement[]): Policy | undefined {
  const theirs = statementsOf(policy).filter(({ Sid }) => !Sid?.startsWith(SID_PREFIX))
  const statements = [...theirs, ...ours]
  if (statements.length === 0) return undefined
  return { Version: '2012-10-17', ...policy, Statement: statements }
}

function statementsOf ({ Statement = [] }: Policy = {}): readonly Statement[] {
  return Array.isArray(Statement) ? Statement as readonly Statement[] : [Statement as Statement]
}

async function readPolicy ({ client, bucket }: GuardRailsOptions): Promise<Policy | undefined> {
  const request = needing('s3:GetBucketPolicy', client.send(new GetBucketPolicyCommand({ Bucket: bucket })))
  const { Policy } = await orUndefined(request, ['NoSuchBucketPolicy']) ?? {}
  return Policy === undefined || Policy === '' ? undefined : parsePolicy(Policy)
}

/** @throws CheckError where it is no policy whose statements can be told apart */
function parsePolicy (text: string): Policy {
  try {
    const policy: unknown = JSON.parse(text)
    if (isObject(policy) && statementsOf(policy).every(isObject)) return policy
  } catch {}
  throw new CheckError(
    'the present policy of the bucket could not be read, and was left as it is',
    'Look at it with "aws s3api get-bucket-policy", and correct or delete it.'
  )
}

function isObject (value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function writePolicy ({ client, bucket }: GuardRailsOptions, policy: Policy | undefined): Promise<void> {
  if (policy === undefined) {
    await needing('s3:DeleteBucketPolicy', client.send(new DeleteBucketPolicyCommand({ Bucket: bucket })))
    return
  }
  const command = new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(policy) })
  await needing('s3:PutBucketPolicy', client.send(command)).catch(error => {
    if (!(error instanceof S3ServiceException) || !REFUSALS.includes(error.name)) throw error
    throw new CheckError(`the store refuses the policy: ${error.name}: ${error.message}`, UNKNOWN_CONDITIONS)
  })
}

/** Whether this key may create an object as the service does. It is deleted where that is allowed. */
async function canWrite ({ client, bucket, keyPrefix, unclaimed }: GuardRailsOptions): Promise<boolean> {
  const object = { Bucket: bucket, Key: `${uploadRoot(keyPrefix, unclaimed)}${CHECK_OWNER}/${randomUUID()}` }
  try {
    await client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*', Body: '' }))
  } catch (error) {
    if (error instanceof S3ServiceException) return false
    throw error
  }
  await client.send(new DeleteObjectCommand(object)).catch(() => {})
  return true
}
