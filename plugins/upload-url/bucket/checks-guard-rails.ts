import { GetObjectCommand, PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { putFile } from './checks-uploads.js'
import { CHECK_OWNER, type BucketCheckContext, type Check } from './context.js'
import { mayReplace } from './guard-rails.js'
import { uploadRoot } from './rules.js'
import { S3_LIMITS } from '../s3/limits.js'

/** Whether the policy of the bucket denies what no request of the service needs. */
export const guardRailChecks: readonly Check[] = [
  { title: 'the bucket itself denies what the service never sends, where that is wanted', run: checkGuardRails }
]

/** Seconds. */
const MARGIN = 60

/** What is tried; undefined where it cannot be. */
const PROBES: Readonly<Record<string, (context: BucketCheckContext) => Promise<boolean | undefined>>> = {
  'old signatures': deniesOldSignatures,
  'unconditional writes': deniesUnconditionalWrites,
  'plain HTTP': deniesPlainHttp
}

async function checkGuardRails (context: BucketCheckContext): Promise<string | undefined> {
  const taken: string[] = []
  for (const [what, isDenied] of Object.entries(PROBES)) {
    if (await isDenied(context) === false) taken.push(what)
  }
  if (taken.length === 0) return undefined
  return `it takes ${taken.join(' and ')}: "fastify-upload-url setup --enforce" puts a policy that denies such ` +
    'requests, where the store knows the conditions'
}

async function deniesOldSignatures (context: BucketCheckContext): Promise<boolean | undefined> {
  const { client, bucket, expiresIn, now } = context
  const age = expiresIn + MARGIN
  if (age + MARGIN > S3_LIMITS.maxExpiresIn) return undefined
  const command = new GetObjectCommand({ Bucket: bucket, Key: await putFile(context) })
  const signingDate = new Date(now().getTime() - age * 1000)
  const url = await getSignedUrl(client, command, { expiresIn: S3_LIMITS.maxExpiresIn, signingDate })
  return (await fetch(url)).status === 403
}

async function deniesUnconditionalWrites (
  { client, bucket, keyPrefix, unclaimed, results = false, createdKeys }: BucketCheckContext
): Promise<boolean | undefined> {
  if (mayReplace({ unclaimed, results })) return undefined
  const name = `${CHECK_OWNER}/${crypto.randomUUID()}`
  createdKeys.add(`${keyPrefix}/${name}`)
  const Key = uploadRoot(keyPrefix, unclaimed) + name
  try {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }))
    return false
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === 'AccessDenied') return true
    throw error
  }
}

async function deniesPlainHttp (context: BucketCheckContext): Promise<boolean | undefined> {
  const { url } = await context.uploads.createDownloadUrl({ key: await putFile(context) }, { owner: CHECK_OWNER })
  if (!url.startsWith('https:')) return undefined
  // Nobody listens there: nothing is taken.
  const status = await fetch(url.replace('https:', 'http:'), { redirect: 'manual' }).then(
    response => response.status, () => 403
  )
  return status !== 200
}
