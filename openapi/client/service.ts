import type { components, operations } from './api.js'
import { isRetryable, networkError, parseRetryAfter, UploadError } from './errors.js'
import type { ResolvedOptions } from './options.js'
import { retry, watch } from './retry.js'

type Schemas = components['schemas']
type Json<Response> = Response extends { content: { 'application/json': infer Body } } ? Body : never

/** What names a multipart upload. */
export type UploadReference = operations['listParts']['parameters']['query']

/** A part that has arrived. */
export type ArrivedPart = Schemas['Parts']['parts'][number]

/** Milliseconds: the service itself waits up to two minutes for S3 to complete an upload of thousands of parts. */
const SERVICE_TIMEOUT_MS = 150_000

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
    const headers = await requestHeaders(isRenewal)
    if (body) headers.set('content-type', 'application/json')
    const request = { method, headers, signal, ...body && { body: JSON.stringify(body) } }
    const response = await fetch(baseUrl + path, request).catch(() => { throw networkError() })
    if (response.ok) return response
    // Whatever stands between may answer instead of the service, and not in JSON.
    const { code = 'SERVICE_FAILED', message = `The service answered ${response.status}` } =
      await response.json().catch(() => ({})) as Partial<Schemas['UploadError']>
    const { status } = response
    if (status === 401) renew = true
    throw new UploadError(
      code, message, (status === 401 && !isRenewal) || (isRetryable(status) && code !== 'FST_UPLOAD_STORE_REFUSED'),
      status, parseRetryAfter(response.headers.get('retry-after'), clock.now())
    )
  }

  async function requestHeaders (renew: boolean): Promise<Headers> {
    const { headers } = options
    try {
      return new Headers(typeof headers === 'function' ? await headers({ renew }) : headers)
    } catch (error) {
      throw new UploadError('HEADERS_FAILED', String(error), true)
    }
  }

  async function call<T> (method: string, path: string, { signal, onWait }: Call, body?: object): Promise<T> {
    return await retry(options, () => watch(clock, SERVICE_TIMEOUT_MS, signal, async watched => {
      const response = await send(method, path, body, watched)
      return (response.status === 204 ? undefined : await response.json().catch(() => { throw networkError() })) as T
    }), signal, onWait)
  }

  const query = (parameters: object) => `?${new URLSearchParams({ ...parameters })}`

  return {
    async createUploadUrl (file: Schemas['UploadFile'], settings: Call) {
      const { uploads } = await call<Schemas['UploadUrls']>('POST', '/upload-urls', settings, { files: [file] })
      return uploads[0]!
    },
    createMultipartUpload: (file: Schemas['MultipartFile'], settings: Call) =>
      call<Json<operations['createMultipartUpload']['responses'][201]>>('POST', '/multipart-uploads', settings, file),
    createPartUrls: (request: Schemas['PartUrlsRequest'], settings: Call) =>
      call<Schemas['PartUrls']>('POST', '/multipart-uploads/part-urls', settings, request),
    async listParts ({ key, uploadId }: UploadReference, settings: Call) {
      const { parts } = await call<Schemas['Parts']>(
        'GET', `/multipart-uploads/parts${query({ key, uploadId })}`, settings)
      return parts
    },
    completeMultipartUpload: ({ key, uploadId }: UploadReference, settings: Call) =>
      call<Schemas['CompletedUpload']>('POST', '/multipart-uploads/complete', settings, { key, uploadId }),
    abortMultipartUpload: ({ key, uploadId }: UploadReference, settings: Call) =>
      call<void>('DELETE', `/multipart-uploads${query({ key, uploadId })}`, settings),
    getUploadStatus: (key: string, settings: Call) =>
      call<Schemas['UploadStatus']>('GET', `/upload-status${query({ key })}`, settings)
  }
}

export type Service = ReturnType<typeof createService>
