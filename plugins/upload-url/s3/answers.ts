import { errors, retryLater } from '../errors.js'

/** What to make of an answer of S3, by its code (`NoSuchUpload`) or status (404). */
export type Answers = Readonly<Record<string | number, () => Error>>

const refused = (reason: string) => () => new errors.FST_UPLOAD_STORE_REFUSED(reason)
const unavailable = () => retryLater(new errors.FST_UPLOAD_STORE_UNAVAILABLE())
const CREDENTIALS = 'the credentials of the service are refused'
const REGION = 'the bucket is in another region than the service expects'

/** What S3 answers, whatever was asked. */
const ANSWERS: Answers = {
  AccessDenied: refused('the service lacks a permission it needs'),
  InvalidAccessKeyId: refused(CREDENTIALS),
  SignatureDoesNotMatch: refused(CREDENTIALS),
  ExpiredToken: refused(CREDENTIALS),
  InvalidToken: refused(CREDENTIALS),
  TokenRefreshRequired: refused(CREDENTIALS),
  RequestTimeTooSkewed: refused('the clock of the service is off'),
  NoSuchBucket: refused('the bucket does not exist'),
  PermanentRedirect: refused(REGION),
  AuthorizationHeaderMalformed: refused(REGION),
  301: refused(REGION),
  403: refused('the service lacks a permission it needs'),
  429: unavailable
}

/**
 * The error that a failed call to S3 is answered with. What nobody thought of is a 502, with nothing of it passed on.
 *
 * @param error what the SDK rejected with
 * @param exceptions what the operation makes of some answers
 */
export function answerOf (error: unknown, exceptions: Answers = {}): Error {
  const answer = translate(error as Error, exceptions)
  return answer === error ? answer : Object.assign(answer, { cause: error })
}

/** Whether S3 refuses the credentials of the service, not what it does with them. */
export function isCredentialsProblem (error: unknown): boolean {
  return error instanceof errors.FST_UPLOAD_STORE_REFUSED && error.message.endsWith(CREDENTIALS)
}

function translate (error: Error, exceptions: Answers): Error {
  if (error instanceof errors.FST_UPLOAD_NO_CREDENTIALS) return error
  if (isTimeout(error)) return retryLater(new errors.FST_UPLOAD_STORE_TIMEOUT())
  if (error.name === 'CredentialsProviderError') return retryLater(new errors.FST_UPLOAD_NO_CREDENTIALS())
  const status = statusOf(error)
  if (status === undefined) return unavailable()
  const answer = exceptions[error.name] ?? exceptions[status] ?? ANSWERS[error.name] ?? ANSWERS[status]
  if (answer !== undefined) return answer()
  return status >= 500 ? unavailable() : new errors.FST_UPLOAD_STORE_REFUSED(`it answered ${status} unexpectedly`)
}

// The SDK calls a connection that was reset a timeout, too.
function isTimeout (error: Error & { readonly code?: string }): boolean {
  return ['AbortError', 'TimeoutError'].includes(error.name) && !['ECONNRESET', 'EPIPE'].includes(error.code ?? '')
}

// By its form, for the errors of a host's own client are of classes of its own.
function statusOf ({ $metadata }: Error & { readonly $metadata?: { readonly httpStatusCode?: number } }): number | undefined {
  return $metadata?.httpStatusCode
}
