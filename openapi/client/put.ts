import { isRetryable, networkError, parseRetryAfter, UploadError } from './errors.js'
import type { ResolvedOptions } from './options.js'
import { retry, watch } from './retry.js'

/** Where to PUT bytes, and with which headers. */
export interface SignedPut {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Bytes on their way to S3, and what is known of their destination. */
export interface Delivery {
  readonly body: Blob
  /** Gives a URL. @param renew whether S3 refused the last one */
  sign (renew: boolean): Promise<SignedPut>
  /** Whether the bytes are there: asked before they are sent again, where nobody knows. */
  hasArrived (): Promise<boolean>
  /** Is told how many bytes of this attempt are sent. */
  onProgress (sent: number): void
  onWait (error: UploadError): void
}

/** How often in a row S3 may refuse before there is no point in another URL. */
const MAX_REFUSALS = 3

/** What S3 answered. */
interface PutReply {
  readonly status: number
  readonly retryAfter: string | null | undefined
  readonly text: string
}

/** Sends bytes until they have arrived, with a new URL where the one at hand is refused. */
export async function deliver (options: ResolvedOptions, delivery: Delivery, signal: AbortSignal): Promise<void> {
  const { clock, stallTimeout } = options
  const { body } = delivery
  let isUnknown = false
  let refusals = 0

  async function attempt (): Promise<void> {
    if (isUnknown && await delivery.hasArrived()) return
    const signed = await delivery.sign(refusals > 0)
    signal.throwIfAborted()
    isUnknown = true
    const reply = await watch(clock, stallTimeout * 1000, signal, (watched, alive) =>
      put(options, signed, body, watched, sent => {
        alive()
        delivery.onProgress(sent)
      })).catch(error => explain(error, body))
    if (reply.status < 300) return
    const { status } = reply
    // 412: there is an object already, which an earlier attempt may have made. 409: another attempt is making it.
    const isConflict = status === 409 || status === 412
    const isFailure = isRetryable(status)
    isUnknown = isFailure || isConflict
    refusals = isFailure ? 0 : refusals + 1
    throw storeError(reply, isFailure || refusals < MAX_REFUSALS, clock.now())
  }

  await retry(options, attempt, signal, error => {
    delivery.onProgress(0)
    delivery.onWait(error)
  })
}

// A file that was changed since it was chosen cannot be read, which looks like a network that failed.
async function explain (error: unknown, body: Blob): Promise<never> {
  await body.slice(0, 1).arrayBuffer().catch(() => {
    throw new UploadError('FILE_CHANGED', 'The file has changed since it was chosen')
  })
  throw error
}

function storeError ({ status, text, retryAfter }: PutReply, retryable: boolean, now: number): UploadError {
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? ''
  return new UploadError(
    isRetryable(status) ? 'STORE_UNAVAILABLE' : 'STORE_REFUSED', `S3 answered ${status} ${code}`.trim(), retryable,
    status, parseRetryAfter(retryAfter, now)
  )
}

// Only XMLHttpRequest tells a page how much it has sent.
function put (
  { fetch }: ResolvedOptions, signed: SignedPut, body: Blob, signal: AbortSignal, onProgress: (sent: number) => void
): Promise<PutReply> {
  return fetch === undefined && 'XMLHttpRequest' in globalThis
    ? putByXhr(signed, body, signal, onProgress)
    : putByFetch(fetch ?? globalThis.fetch, signed, body, signal, onProgress)
}

function putByXhr (
  { url, headers }: SignedPut, body: Blob, signal: AbortSignal, onProgress: (sent: number) => void
): Promise<PutReply> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    xhr.open('PUT', url)
    for (const name in headers) xhr.setRequestHeader(name, headers[name]!)
    xhr.upload.onprogress = ({ loaded }) => onProgress(loaded)
    xhr.onload = () => resolve({
      status: xhr.status,
      // Asking for it by name is an error in the console where CORS hides it.
      retryAfter: /^retry-after: *(.*)$/im.exec(xhr.getAllResponseHeaders())?.[1],
      text: xhr.responseText
    })
    xhr.onerror = () => reject(networkError())
    xhr.onabort = () => reject(signal.reason)
    signal.addEventListener('abort', () => xhr.abort(), { once: true })
    xhr.send(body)
  })
}

async function putByFetch (
  fetch: typeof globalThis.fetch, { url, headers }: SignedPut, body: Blob, signal: AbortSignal,
  onProgress: (sent: number) => void
): Promise<PutReply> {
  const request: RequestInit & { duplex?: 'half' } = { method: 'PUT', headers, body, signal }
  // Node sends a stream with a Content-Length, and so tells how far it is; browsers do not.
  if ('process' in globalThis) {
    request.body = body.stream().pipeThrough(countBytes(onProgress))
    request.headers = { ...headers, 'content-length': String(body.size) }
    request.duplex = 'half'
  }
  try {
    const response = await fetch(url, request)
    return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() }
  } catch {
    throw networkError()
  }
}

function countBytes (onProgress: (sent: number) => void): TransformStream<Uint8Array, Uint8Array> {
  let sent = 0
  return new TransformStream({
    transform (chunk, controller) {
      onProgress(sent += chunk.length)
      controller.enqueue(chunk)
    }
  })
}
