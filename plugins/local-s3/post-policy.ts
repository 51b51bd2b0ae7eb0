import { checkAccessKey } from './authenticate.js'
import type { Identity } from './authenticate.js'
import { S3Error } from './errors.js'
import type { FormFields } from './form.js'
import { MAX_BODY_BYTES } from './receive-body.js'
import { readCredential, readLongDate } from './signature-parameters.js'
import type { ParameterSource } from './signature-parameters.js'
import { equalInConstantTime, Signer } from './signer.js'

type Condition =
  | readonly ['eq' | 'starts-with', field: string, value: string]
  | readonly ['content-length-range', min: number, max: number]

interface Policy {
  readonly expiration: Date
  readonly conditions: readonly Condition[]
}

const SOURCE: ParameterSource = { code: 'InvalidArgument', prefix: 'X-Amz-Credential is malformed' }

/** Fields that a policy need not mention ("POST policy", AWS S3 API reference). */
const FREE_FIELDS = new Set(['x-amz-signature', 'policy', 'file'])

const refused = (reason: string): S3Error => new S3Error('AccessDenied', `Invalid according to Policy: ${reason}`)
const malformed = (reason: string): S3Error => new S3Error('InvalidPolicyDocument', `Invalid Policy: ${reason}`)

/**
 * Verifies a form's signature, with the SDK's signer, and compares its fields with its policy.
 *
 * @param fields as sent, but with the file's name filled into the key
 * @param bucket the bucket that the form is posted to
 * @returns how many bytes the policy allows the file
 * @throws S3Error AccessDenied, SignatureDoesNotMatch, InvalidAccessKeyId, InvalidPolicyDocument, InvalidArgument
 */
export async function verifyForm (
  fields: FormFields, bucket: string, identity: Identity
): Promise<readonly [min: number, max: number]> {
  const encoded = await verifySignature(fields, identity)
  const policy = readPolicy(encoded)
  if (identity.now() > policy.expiration) throw refused('Policy expired.')
  return checkConditions(policy, new Map([...fields, ['bucket', bucket]]), fields)
}

/** @returns the policy in base64, whose signature is now verified */
async function verifySignature (fields: FormFields, identity: Identity): Promise<string> {
  const policy = fields.get('policy')
  if (policy === undefined) throw new S3Error('AccessDenied', 'Access Denied')
  const required = (name: string): string => {
    const value = fields.get(name)
    if (value !== undefined) return value
    throw new S3Error('InvalidArgument', `Bucket POST must contain a field named '${name}'.`, { ArgumentName: name })
  }
  if (required('x-amz-algorithm') !== 'AWS4-HMAC-SHA256') {
    throw new S3Error(
      'InvalidArgument', 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"', { ArgumentName: 'x-amz-algorithm' }
    )
  }
  const [credential, longDate] = [required('x-amz-credential'), required('x-amz-date')]
  const signature = required('x-amz-signature')
  const signedAt = readLongDate(longDate, SOURCE)
  const { accessKeyId } = readCredential(credential, longDate, identity.region, SOURCE)
  checkAccessKey(accessKeyId, fields.get('x-amz-security-token'), identity)
  const expected = await new Signer(identity.credentials, identity.region).sign(policy, { signingDate: signedAt })
  if (equalInConstantTime(expected, signature)) return policy
  throw new S3Error(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. ' +
    'Check your key and signing method.',
    { AWSAccessKeyId: accessKeyId, StringToSign: policy, SignatureProvided: signature }
  )
}

function readPolicy (encoded: string): Policy {
  const policy = parse(encoded)
  const expiration = new Date(String(policy['expiration']))
  if (typeof policy['expiration'] !== 'string' || Number.isNaN(expiration.getTime())) {
    throw malformed("Invalid 'expiration' value.")
  }
  if (!Array.isArray(policy['conditions'])) throw malformed("'conditions' must be an array.")
  return { expiration, conditions: policy['conditions'].flatMap(readCondition) }
}

function parse (encoded: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString())
    if (isRecord(value)) return value
  } catch {
    // refused below, together with JSON that is no object
  }
  throw malformed('Invalid JSON.')
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function readCondition (condition: unknown): Condition[] {
  if (isRecord(condition)) {
    return Object.entries(condition).map(([field, value]) => {
      if (typeof value !== 'string') throw malformed('Invalid Simple-Condition: value must be a string.')
      return ['eq', field.toLowerCase(), value] as const
    })
  }
  if (!Array.isArray(condition) || condition.length !== 3) {
    throw malformed('Invalid Condition: must be an object or an array of three.')
  }
  const [operator, first, second] = condition as unknown[]
  if (operator === 'content-length-range') {
    const [min, max] = [Number(first), Number(second)]
    if (!Number.isInteger(min) || !Number.isInteger(max)) throw malformed('Invalid content-length-range.')
    return [['content-length-range', min, max]]
  }
  const isComparison = operator === 'eq' || operator === 'starts-with'
  if (!isComparison || typeof first !== 'string' || !first.startsWith('$') || typeof second !== 'string') {
    throw malformed(`Invalid Condition: ${JSON.stringify(condition)}`)
  }
  return [[operator, first.slice(1).toLowerCase(), second]]
}

function checkConditions ({ conditions }: Policy, values: FormFields, sent: FormFields): readonly [number, number] {
  const covered = new Set<string>()
  let range: readonly [number, number] = [0, MAX_BODY_BYTES]
  for (const condition of conditions) {
    if (condition[0] === 'content-length-range') {
      range = [Math.max(range[0], condition[1]), Math.min(range[1], condition[2])]
      continue
    }
    const [operator, field, wanted] = condition
    covered.add(field)
    if (!holds(operator, field, wanted, values.get(field) ?? '')) {
      throw refused(`Policy Condition failed: ["${operator}", "$${field}", "${wanted}"]`)
    }
  }
  const extra = [...sent.keys()]
    .filter((name) => !covered.has(name) && !FREE_FIELDS.has(name) && !name.startsWith('x-ignore-'))
  if (extra.length > 0) throw refused(`Extra input fields: ${extra.join(', ')}`)
  return range
}

function holds (operator: 'eq' | 'starts-with', field: string, wanted: string, value: string): boolean {
  if (operator === 'eq') return value === wanted
  // several types may be given at once; each of them must fit
  return field === 'content-type' ? value.split(',').every((type) => type.startsWith(wanted)) : value.startsWith(wanted)
}
