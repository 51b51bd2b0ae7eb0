import { errors, retryLater } from '../errors.js'

/** What the SDK throws where the store answered; errors of a host's older client are of no class that we know. */
interface Answer extends Error {
  /** Of the S3 API, as in `NoSuchKey`; undefined where the body does not say. */
  readonly Code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

const notFound = () => new errors.FST_UPLOAD_NOT_FOUND()
const noCredentials = () => retryLater(new errors.FST_UPLOAD_NO_CREDENTIALS())
const unavailable = () => retryLater(new errors.FST_UPLOAD_STORE_UNAVAILABLE())
const timeout = () => retryLater(new errors.FST_UPLOAD_STORE_TIMEOUT())
const refused = (reason: string) => () => new errors.FST_UPLOAD_STORE_REFUSED(reason)

const WRONG_REGION = refused('the bucket is in another region: set the region of the S3 client')

/** Codes by which S3 says that it does not accept who we are, whatever we ask for. */
const SIGNATURE_REFUSED: Readonly<Record<string, string>> = {
  AccountProblem: 'there is a problem with the account (AccountProblem)',
  InvalidAccessKeyId: 'it does not know the access key (InvalidAccessKeyId)',
  InvalidClientTokenId: 'it does not know the access key (InvalidClientTokenId)',
  InvalidToken: 'it does not accept the session token (InvalidToken)',
  NotSignedUp: 'the account is not signed up (NotSignedUp)',
  RequestTimeTooSkewed: 'the clock of this machine is wrong (RequestTimeTooSkewed)',
  SignatureDoesNotMatch: 'the secret does not belong to the access key (SignatureDoesNotMatch)',
  UnrecognizedClientException: 'it does not know the access key (UnrecognizedClientException)'
}

/**
 * What an answer of the store becomes, by its code ("Error responses" in the Amazon S3 API reference) or, where it has
 * none, by its status. What is not in here is answered 502, or 503 where it is a failure of the store's own. Nothing
 * of the store's words is passed on.
 */
const ANSWERS: Readonly<Record<string, () => Error>> = {
  NoSuchKey: notFound,
  NoSuchUpload: notFound,
  NoSuchBucket: refused('there is no such bucket (NoSuchBucket)'),
  AccessDenied: refused('it denies a permission that this service needs (AccessDenied)'),
  403: refused('it denies a permission that this service needs'),
  ...Object.fromEntries(Object.entries(SIGNATURE_REFUSED).map(([code, reason]) => [code, refused(reason)])),
  ExpiredToken: noCredentials,
  ExpiredTokenException: noCredentials,
  TokenRefreshRequired: noCredentials,
  AuthorizationHeaderMalformed: WRONG_REGION,
  AuthorizationQueryParametersError: WRONG_REGION,
  PermanentRedirect: WRONG_REGION,
  TemporaryRedirect: WRONG_REGION,
  301: WRONG_REGION,
  307: WRONG_REGION,
  MethodNotAllowed: refused('it does not support a request that this service needs'),
  NotImplemented: refused('it does not support a request that this service needs'),
  501: refused('it does not support a request that this service needs'),
  ConditionalRequestConflict: unavailable,
  InternalError: unavailable,
  OperationAborted: unavailable,
  RequestTimeout: unavailable,
  ServiceUnavailable: unavailable,
  SlowDown: unavailable,
  429: unavailable
}

/** The code of an answer of the store; its status as in `404` where it has none; undefined where there is no answer. */
export function codeOf (error: unknown): string | undefined {
  const { Code, $metadata } = error as Answer
  return Code ?? $metadata?.httpStatusCode?.toString()
}

/** Why the store accepts no request of ours, where that is what it says. */
export function whySignatureRefused (error: unknown): string | undefined {
  return SIGNATURE_REFUSED[codeOf(error) ?? '']
}

/** Whether something failed for the store's sake, or for that of the way there. */
export function isStoreFailure (error: unknown): boolean {
  return codeOf(error) !== undefined || connectionError(error as Error) !== undefined
}

/** The error of ours for whatever a call to the store failed with, which becomes its cause. */
export function toStoreError (error: unknown): Error {
  if (error instanceof errors.FST_UPLOAD_NO_CREDENTIALS) return error
  return Object.assign((connectionError(error as Error) ?? answerError(error as Answer))(), { cause: error })
}

/** An answer of the store that can't be what was asked for. */
export function invalidResponse (what: string): Error {
  return new errors.FST_UPLOAD_STORE_REFUSED(`invalid response from S3: ${what}`)
}

/** The error for a store that answered with failures until the time was up. */
export function storeUnavailable (cause: unknown): Error {
  return Object.assign(unavailable(), { cause })
}

/** The error for work on the store that took too long as a whole. */
export function storeTimeout (cause: unknown): Error {
  return Object.assign(timeout(), { cause })
}

// The SDK calls a connection that was reset a timeout, too.
function connectionError ({ name, code = '' }: Error & { readonly code?: string }): (() => Error) | undefined {
  if (name === 'CredentialsProviderError') return noCredentials
  if (/^E(?!RR_)|^ERR_STREAM_PREMATURE_CLOSE$|^UND_ERR_/.test(code)) return code === 'ETIMEDOUT' ? timeout : unavailable
  return name === 'AbortError' || name === 'TimeoutError' ? timeout : undefined
}

function answerError (answer: Answer): () => Error {
  const known = ANSWERS[codeOf(answer) ?? '']
  const status = answer.$metadata?.httpStatusCode
  if (known !== undefined) return known
  if (status === undefined) return refused('invalid response from S3')
  return status >= 500 ? unavailable : ANSWERS[status] ?? refused(`unexpected response from S3 (HTTP ${status})`)
}
