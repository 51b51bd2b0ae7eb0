import { networkError } from './errors.js'
import type { UploaderOptions } from './options.js'
import type { Put } from './signed-put.js'

/** Sends bytes from Node: it streams them with a Content-Length, and so tells how far it is. Browsers do not. */
export function putInNode ({ fetch = globalThis.fetch }: UploaderOptions): Put {
  return ({ url, headers }, body, signal, onProgress) => {
    const request: RequestInit & { readonly duplex: 'half' } = {
      method: 'PUT',
      headers: { ...headers, 'content-length': String(body.size) },
      body: body.stream().pipeThrough(countBytes(onProgress)),
      duplex: 'half',
      signal
    }
    return fetch(url, request).catch(() => { throw networkError() })
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
