import type { components, operations } from './api.js'
import { isRetryable, networkError, retryAfter, UploadError } from './errors.js'
import type { ResolvedOptions } from './options.js'
import { retry, watch } from './retry.js'

type Schemas = components['schemas']
/** What goes into JSON, where a field that is undefined is left out. */
type Loose<Type> = { [Field in keyof Type]: Type[Field] | undefined }

type Json<Response> = Response extends { content: { 'application/json': infer Body } } ? Body : never

/** What names a multipart upload. */
export type UploadReference = operations['listParts']['parameters']['query']

/** A part, sent or to be sent. */
export interface PartSize {
  readonly partNumber: number
  /** Bytes. */
  readonly size: number
}

/** Milliseconds: the service itself waits up to two minutes for S3 to complete an upload of thousands of parts. */
const SERVICE_TIMEOUT_MS = 150_000
const ABORT_TIMEOUT_MS = 30_000
const MULTIPART = '/multipart-uploads'

/** A part whose URL is asked for. */
export interface PartRequest extends PartSize {
  readonly sha256?: string | undefined
}

/** Settings of one call of the service. */
export interface Call {
  readonly signal: AbortSignal
  readonly onWait?: (error: UploadError) => void
}

/** The operations of the service that the client uses, each repeated until it is answered. */
export function createService (options: ResolvedOptions) {
  const { baseUrl, clock, fetch = globalThis.fetch } = options
  let renew = false

  async function send (method: string, path: string, body: object | undefined, signal: AbortSignal): Promise<Response> {
    const isRenewal = renew
    renew = false
    const response = await request(method, path, body, signal, isRenewal).catch(() => { throw networkError() })
    if (response.ok) return response
    // Whatever stands between may answer instead of the service, and not in JSON.
    const { code = 'SERVICE_FAILED', message = `The service answered ${response.status}` } =
      await response.json().catch(() => ({})) as Partial<Schemas['UploadError']>
    const { status } = response
    if (status === 401) renew = true
    throw new UploadError(
      code, message, (status === 401 && !isRenewal) || (isRetryable(status) && code !== 'FST_UPLOAD_STORE_REFUSED'),
      status, retryAfter(response, clock.now())
    )
  }

  async function request (
    method: string, path: string, body: object | undefined, signal: AbortSignal, renew: boolean
  ): Promise<Response> {
    const { headers: given } = options
    const headers = new Headers(typeof given === 'function' ? await given({ renew }) : given)
    if (body) headers.set('content-type', 'application/json')
    return await fetch(baseUrl + path, { method, headers, signal, ...body && { body: JSON.stringify(body) } })
  }

  function call<T> (method: string, path: string, { signal, onWait }: Call, body?: object): Promise<T> {
    return retry(options, () => watch(clock, SERVICE_TIMEOUT_MS, signal, async watched => {
      const response = await send(method, path, body, watched)
      return response.status === 204 || await response.json().catch(() => { throw networkError() })
    }), signal, onWait)
  }

  // Of whatever names an upload, only this goes over the wire.
  const reference = ({ key, uploadId }: UploadReference) => ({ key, uploadId })
  const query = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters)}`

  return {
    createUploadUrls: (files: ReadonlyArray<Loose<Schemas['UploadFile']>>, settings: Call) =>
      call<Schemas['UploadUrls']>('POST', '/upload-urls', settings, { files }),
    createMultipartUpload: (file: Loose<Schemas['MultipartFile']>, settings: Call) =>
      call<Json<operations['createMultipartUpload']['responses'][201]>>('POST', MULTIPART, settings, file),
    createPartUrls: (upload: UploadReference, parts: readonly PartRequest[], settings: Call) =>
      call<Schemas['PartUrls']>('POST', `${MULTIPART}/part-urls`, settings, { ...reference(upload), parts }),
    listParts: (upload: UploadReference, settings: Call) =>
      call<Schemas['Parts']>('GET', `${MULTIPART}/parts${query(reference(upload))}`, settings),
    completeMultipartUpload: (upload: UploadReference, settings: Call) =>
      call<Schemas['CompletedUpload']>('POST', `${MULTIPART}/complete`, settings, reference(upload)),
    /** Takes only so long, since nobody waits for it any more. */
    abortMultipartUpload: (upload: UploadReference) =>
      call<void>('DELETE', MULTIPART + query(reference(upload)), { signal: AbortSignal.timeout(ABORT_TIMEOUT_MS) }),
    getUploadStatus: (key: string, settings: Call) =>
      call<Schemas['UploadStatus']>('GET', `/upload-status${query({ key })}`, settings)
  }
}

export type Service = ReturnType<typeof createService>
