import { networkError } from './errors.js'
import type { UploaderOptions } from './options.js'
import type { Put } from './signed-put.js'

/** Sends bytes from a page: only XMLHttpRequest tells how much of them it has sent. */
export function putInPage ({ fetch }: UploaderOptions): Put {
  return fetch === undefined && 'XMLHttpRequest' in globalThis ? putByXhr : putByFetch(fetch ?? globalThis.fetch)
}

const putByXhr: Put = ({ url, headers }, body, signal, onProgress) => new Promise((resolve, reject) => {
  const xhr = new XMLHttpRequest()
  xhr.open('PUT', url)
  for (const name in headers) xhr.setRequestHeader(name, headers[name]!)
  xhr.upload.onprogress = ({ loaded }) => onProgress(loaded)
  xhr.onload = () => resolve(new Response(xhr.responseText || null, {
    status: xhr.status,
    // Asking for it by name is an error in the console where CORS hides it.
    headers: { 'retry-after': /^retry-after: *(.*)$/im.exec(xhr.getAllResponseHeaders())?.[1] ?? '' }
  }))
  xhr.onerror = xhr.onabort = () => reject(networkError())
  signal.addEventListener('abort', () => xhr.abort())
  xhr.send(body)
})

function putByFetch (fetch: typeof globalThis.fetch): Put {
  return ({ url, headers }, body, signal) =>
    fetch(url, { method: 'PUT', headers, body, signal }).catch(() => { throw networkError() })
}
