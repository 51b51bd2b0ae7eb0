import { S3ServiceException } from '@aws-sdk/client-s3'

/** Something that does not work as the service needs it. */
export class CheckError extends Error {
  override readonly name: string = 'CheckError'
  /**
   * @param hint what to do about it: one or more sentences
   * @param isDenied whether a permission is missing
   */
  constructor (message: string, readonly hint: string, readonly isDenied = false) {
    super(message)
  }
}

/** Something that works, but allows more than it should. */
export class CheckWarning extends CheckError {
  override readonly name = 'CheckWarning'
}

/** The permissions that the service needs, for a sentence. */
export const PERMISSIONS =
  's3:PutObject, s3:GetObject, s3:AbortMultipartUpload and s3:ListMultipartUploadParts on the prefix'

const SET_REGION = 'Set AWS_REGION to the region of the bucket.'
const SET_CREDENTIALS = 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role.'
const RENEW_TOKEN = 'AWS_SESSION_TOKEN is invalid or has expired: get new temporary credentials.'
/** By error code of the S3 API, of the SDK, or of ours. */
const HINTS: Readonly<Record<string, string>> = {
  AccessDenied: `Allow this key ${PERMISSIONS}.`,
  InvalidAccessKeyId: 'The store does not know AWS_ACCESS_KEY_ID: check it for a typo, or for a key of another store.',
  SignatureDoesNotMatch: 'AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID, or a proxy in front of the ' +
    'store changes the Host header: S3_PUBLIC_ENDPOINT must be what arrives there.',
  InvalidToken: RENEW_TOKEN,
  ExpiredToken: RENEW_TOKEN,
  RequestTimeTooSkewed: 'Set the clock of this machine, by NTP.',
  NoSuchBucket: 'Create the bucket, or correct S3_BUCKET_NAME.',
  AuthorizationHeaderMalformed: SET_REGION,
  AuthorizationQueryParametersError: SET_REGION,
  PermanentRedirect: SET_REGION,
  NotImplemented: 'The store does not support this: use another store, or do without it.',
  CredentialsProviderError: SET_CREDENTIALS,
  FST_UPLOAD_NO_CREDENTIALS: SET_CREDENTIALS
}
const DEFAULT_HINT = 'Look this answer up in the documentation of the store.'

/**
 * The error for an answer of the store.
 *
 * @param request as the start of a sentence
 * @param status undefined where the store did not answer
 * @param code of the S3 API, as in `AccessDenied`; empty where there is none
 */
export function storeError (request: string, status: number | undefined, code: string): CheckError {
  const answer = `${status ?? 'not at all'}${code === '' ? '' : ` (${code})`}`
  return new CheckError(`${request} was answered ${answer}`, HINTS[code] ?? DEFAULT_HINT, code === 'AccessDenied')
}

/** Whatever was thrown, as a CheckError. */
export function toCheckError (error: unknown): CheckError {
  if (error instanceof CheckError) return error
  if (error instanceof S3ServiceException) return storeError('a request', error.$metadata.httpStatusCode, error.name)
  const { name, message, cause, code = name } = error as Error & { readonly code?: string }
  const hint = HINTS[code] ?? DEFAULT_HINT
  return new CheckError(
    cause instanceof Error ? `${message}: ${cause.message}` : message, hint, code === 'FST_UPLOAD_STORE_REFUSED')
}

/**
 * Waits for an answer that takes a permission.
 *
 * @throws CheckError naming the permission where the store denies it
 */
export async function needing<T> (permission: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    // The answer to a HEAD has no code.
    const isDenied = error instanceof S3ServiceException &&
      ['AccessDenied', 'Forbidden', '403'].includes(error.name)
    if (!isDenied) throw error
    throw new CheckError(`this key lacks ${permission}`, `Use a key that has ${permission} on the bucket.`, true)
  }
}

/**
 * Asserts that the store answered with one of these statuses.
 *
 * @param request as the start of a sentence
 * @throws CheckError naming the status and the error code of the store
 */
export async function assertStatus (request: string, response: Response, ...expected: number[]): Promise<void> {
  const body = await response.text()
  if (expected.includes(response.status)) return
  throw storeError(request, response.status, /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? '')
}
