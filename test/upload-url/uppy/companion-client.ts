import type { FastifyInstance } from 'fastify'

/** How a client names itself: by the header of the test apps, or by the path. */
export interface Caller {
  /** What Uppy is given as `companionEndpoint`, without the origin. */
  readonly endpoint: string
  readonly headers?: Record<string, string>
}

/** `alice`, known by a header as a host might know her by a cookie. */
export const ALICE: Caller = { endpoint: '/uppy', headers: { 'x-user': 'alice' } }
export const MALLORY: Caller = { endpoint: '/uppy', headers: { 'x-user': 'mallory' } }

/** The requests of `@uppy/aws-s3` to a Companion, to the letter, of versions 6.3 and 5.1 alike. */
export class CompanionClient {
  constructor (
    readonly app: FastifyInstance,
    readonly caller: Caller = ALICE
  ) {}

  params (file: { readonly filename: string; readonly type: string; readonly metadata?: Record<string, unknown> }) {
    const { filename, type, metadata = {} } = file
    const search = new URLSearchParams({
      filename,
      type,
      ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`metadata[${name}]`, String(value)]))
    })
    return this.#send('GET', `/s3/params?${search}`)
  }

  create (file: { readonly filename: string; readonly type: string; readonly metadata?: Record<string, unknown> }) {
    return this.#send('POST', '/s3/multipart', file)
  }

  signPart (key: string, uploadId: string, partNumber: number | string) {
    return this.#send(
      'GET',
      `/s3/multipart/${encodeURIComponent(uploadId)}/${partNumber}?${new URLSearchParams({ key })}`
    )
  }

  batch (key: string, uploadId: string, partNumbers: string) {
    return this.#send(
      'GET',
      `/s3/multipart/${encodeURIComponent(uploadId)}/batch?key=${encodeURIComponent(key)}&partNumbers=${partNumbers}`
    )
  }

  listParts (key: string, uploadId: string) {
    return this.#send('GET', `/s3/multipart/${encodeURIComponent(uploadId)}?${new URLSearchParams({ key })}`)
  }

  complete (
    key: string,
    uploadId: string,
    parts: ReadonlyArray<{ readonly PartNumber: number; readonly ETag: string }>
  ) {
    return this.#send(
      'POST',
      `/s3/multipart/${encodeURIComponent(uploadId)}/complete?${new URLSearchParams({ key })}`,
      { parts }
    )
  }

  abort (key: string, uploadId: string) {
    return this.#send('DELETE', `/s3/multipart/${encodeURIComponent(uploadId)}?${new URLSearchParams({ key })}`)
  }

  sign (request: object) {
    return this.#send('POST', '/s3/sign', request)
  }

  #send (method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object) {
    const { endpoint, headers = {} } = this.caller
    return this.app.inject({ method, url: endpoint + path, headers, ...(payload !== undefined && { payload }) })
  }
}

/** What `@uppy/aws-s3` 6 makes of an ETag header before it sends it on. */
export function sanitize (etag: string | null): string {
  return etag!.replace(/^"+|"+$/g, '')
}

/** Posts a file as Uppy does: all fields, then the file. */
export async function postForm (
  { url, fields }: { url: string; fields: Record<string, string> },
  bytes: Uint8Array
): Promise<Response> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', new Blob([bytes]))
  return await fetch(url, { method: 'POST', body: form })
}

/** Cuts bytes as Uppy does, unless told otherwise. */
export function cut (
  bytes: Uint8Array,
  chunkSize = Math.max(5 * 1024 ** 2, Math.ceil(bytes.length / 10_000))
): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / chunkSize) }, (_, index) =>
    bytes.subarray(index * chunkSize, (index + 1) * chunkSize)
  )
}
