const { Blob, crypto, fetch } = globalThis

/** Bytes. What is declared for the attempt, whatever the upload has: it is refused all the same. */
const SIZE = 1024

/**
 * Tries to break what a URL of this service promises, and tells what S3 answered.
 *
 * @param {import('./service.js').Service} service
 * @param {{ contentType?: string }} status of an upload, whose type is declared
 * @returns {Promise<Array<[what: string, answer: string]>>}
 */
export async function cheat (service, { contentType }) {
  const declared = crypto.getRandomValues(new Uint8Array(SIZE))
  const other = crypto.getRandomValues(new Uint8Array(SIZE))
  const query = { size: String(SIZE), ...contentType && { contentType } }
  const sha256 = await sha256Of(declared)
  const signed = await service.call('GET', '/upload-url', { ...query, ...sha256 && { sha256 } })
  const put = (body, headers = {}) => answerOf(fetch(signed.url, {
    method: 'PUT', headers: { ...signed.headers, ...headers }, body: new Blob([body])
  }))
  return [
    ['One byte more', await put(new Uint8Array([...declared, 0]))],
    ['Another type', await put(declared, { 'content-type': 'text/html' })],
    ...sha256 === undefined ? [] : [['Other bytes of the same size', await put(other)]]
  ]
}

async function sha256Of (bytes) {
  if (crypto.subtle === undefined) return undefined
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('')
}

async function answerOf (request) {
  try {
    const response = await request
    const [, code = ''] = /<Code>(\w+)<\/Code>/.exec(await response.text()) ?? []
    return response.ok ? `${response.status}: taken` : `${response.status} ${code}: refused`
  } catch {
    // Without CORS headers in its answer.
    return 'refused, and no page may read why'
  }
}
