/** The codes of the client's own errors; those of the service begin with `FST_`, and have its messages. */
export type ClientErrorCode =
  'ABORTED' | 'NETWORK' | 'STALLED' | 'STORE_REFUSED' | 'STORE_UNAVAILABLE' | 'SERVICE_FAILED' |
  'FILE_REQUIRED' | 'FILE_CHANGED' | 'IN_PROGRESS' | 'NOTHING_RECORDED' |
  'FAILED'

/** Why an upload failed. */
export class UploadError extends Error {
  override readonly name = 'UploadError'
  /** Whether it has been retried as often as it may be. @internal */
  isFinal = false

  /**
   * @param code for programs: a code of the client or of the service
   * @param message for people
   * @param retryable whether the same may succeed later
   * @param status of the response, where there was one
   * @param retryAfter milliseconds that the response asked to wait
   */
  constructor (
    readonly code: ClientErrorCode | (string & {}),
    message: string,
    readonly retryable = false,
    readonly status?: number,
    readonly retryAfter = 0
  ) {
    super(message)
  }
}

/** The error of an upload that was aborted. */
export function aborted (): UploadError {
  return new UploadError('ABORTED', 'The upload was aborted')
}

/** The error of a request that got no answer. */
export function networkError (): UploadError {
  return new UploadError('NETWORK', 'The connection failed', true)
}

/** The error of a file that is not what it was. */
export function fileChanged (): UploadError {
  return new UploadError('FILE_CHANGED', 'The file has changed since it was chosen')
}

/** Whether a response with this status may be another one next time. */
export function isRetryable (status: number): boolean {
  return [408, 425, 429].includes(status) || (status >= 500 && status !== 501)
}

/** The header Retry-After of a response in milliseconds (RFC 9110, section 10.2.3); 0 without one. */
export function retryAfter ({ headers }: Response, now: number): number {
  const value = headers.get('retry-after')
  return value ? Math.max(+value * 1000 || Date.parse(value) - now, 0) : 0
}
