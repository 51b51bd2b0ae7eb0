/** Every code this store answers with, and the HTTP status S3 gives it (S3 API reference, "Error responses"). */
const STATUS = {
  AccessDenied: 403,
  AccessForbidden: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  BadRequest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidDigest: 400,
  InvalidEncryptionAlgorithmError: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidPolicyDocument: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidStorageClass: 400,
  InvalidTag: 400,
  InvalidToken: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedPOSTRequest: 400,
  MalformedXML: 400,
  MaxMessageLengthExceeded: 400,
  MaxPostPreDataLengthExceeded: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchCORSConfiguration: 404,
  NoSuchKey: 404,
  NoSuchLifecycleConfiguration: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  NotModified: 304,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  RequestTimeout: 400,
  SignatureDoesNotMatch: 403,
  ServiceUnavailable: 503,
  XAmzContentSHA256Mismatch: 400
} as const

/** A code of S3's error responses. */
export type S3ErrorCode = keyof typeof STATUS

/** An error as S3 words it: becomes the `<Error>` document of the response. */
export class S3Error extends Error {
  override readonly name = 'S3Error'
  readonly status: number

  /**
   * @param code S3's error code; the HTTP status follows from it
   * @param message one sentence for the developer who reads the response
   * @param details further elements of the document, such as `Condition` or `ServerTime`
   */
  constructor (
    readonly code: S3ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, string | number>> = {}
  ) {
    super(message)
    this.status = STATUS[code]
  }
}

/** The error for something that S3 has and this store has not, so that nothing is silently ignored. */
export const notImplemented = (what: string): S3Error =>
  new S3Error('NotImplemented', `local-s3 does not implement ${what}.`)

/** The connection closed before the request had arrived whole: there is nobody to answer. */
export class ClientDisconnected extends Error {
  override readonly name = 'ClientDisconnected'
}

/** Whether an error of Node's file system or network has this `code`, for instance `ENOENT`. */
export const isSystemError = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/** A rejection handler that lets one system error pass. */
export function unless (code: string): (error: unknown) => undefined {
  return (error) => {
    if (!isSystemError(error, code)) throw error
  }
}
