import { once } from 'node:events'
import { connect } from 'node:net'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import fc from 'fast-check'
import t from 'tap'
import { startLocalStore, temporaryFolder } from '../fixtures/local-store.js'
import { presignPut, signingClient } from '../fixtures/presign.js'
import { sendRaw } from '../fixtures/send-raw.js'

/** Sends bytes as they are, and resolves with whatever comes back until the connection ends. */
async function sendBytes (endpoint: string, bytes: Uint8Array): Promise<string> {
  const { hostname, port } = new URL(endpoint)
  const socket = connect(Number(port), hostname)
  const answer: Buffer[] = []
  socket.on('data', (chunk: Buffer) => answer.push(chunk))
  socket.on('error', () => {})
  socket.end(bytes)
  await once(socket, 'close')
  return Buffer.concat(answer).toString('latin1')
}

const text = fc.string({ unit: 'binary-ascii', maxLength: 60 }).map(raw => raw.replace(/[^\x21-\x7e]/g, ''))
const method = fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH')
const headerName = fc.constantFrom(
  'authorization',
  'range',
  'content-md5',
  'x-amz-checksum-sha256',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'origin',
  'access-control-request-method',
  'content-type',
  'if-none-match',
  'x-amz-trailer',
  'expires'
)
const parameterName = fc.constantFrom(
  'uploads',
  'uploadId',
  'partNumber',
  'list-type',
  'max-keys',
  'cors',
  'lifecycle',
  'tagging',
  'X-Amz-Signature',
  'X-Amz-Date',
  'X-Amz-Credential',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Algorithm',
  '__proto__',
  'constructor'
)

t.test('bytes that are no HTTP make nobody fail', async t => {
  const { endpoint } = await startLocalStore(t, { directory: await temporaryFolder(t) })
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      async bytes => !/^HTTP\/1\.1 5/.test(await sendBytes(endpoint, bytes))
    ),
    { numRuns: 100 }
  )
})

t.test('requests nobody signed are refused, whatever is in them', async t => {
  const { endpoint } = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const query = fc.array(fc.tuple(parameterName, text), { maxLength: 8 })
  const headers = fc.uniqueArray(fc.tuple(headerName, text), { maxLength: 5, selector: ([name]) => name })
  await fc.assert(
    fc.asyncProperty(
      method,
      text,
      query,
      headers,
      fc.string({ maxLength: 100 }),
      async (method, path, query, headers, body) => {
        const search = query.map(([name, value]) => `${name}=${value}`).join('&')
        const { status } = await sendRaw(`${endpoint}/${path.replaceAll('?', '')}?${search}`, { method, headers, body })
        return (status >= 400 && status < 500) || method === 'OPTIONS'
      }
    ),
    { numRuns: 400 }
  )
})

t.test('damage to one byte of a presigned URL is refused', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const { url, headers } = await presignPut(store, 'alice/talk.mp3', { type: 'audio/mpeg' })
  const start = store.endpoint.length + 1
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: start, max: url.length - 1 }),
      fc.integer({ min: 0x21, max: 0x7e }),
      async (at, code) => {
        const damaged = `${url.slice(0, at)}${String.fromCharCode(code)}${url.slice(at + 1)}`
        if (equivalent(damaged, url)) return true
        const { status } = await sendRaw(damaged, { method: 'PUT', headers, body: 'x' })
        return status >= 400 && status < 500
      }
    ),
    { numRuns: 400 }
  )
})

t.test('requests with a good signature and nonsense in them are refused with a reason', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const names = fc.constantFrom(
    'x-amz-tagging',
    'x-amz-storage-class',
    'x-amz-acl',
    'x-amz-server-side-encryption',
    'x-amz-checksum-crc32',
    'x-amz-checksum-md5',
    'x-amz-trailer',
    'x-amz-sdk-checksum-algorithm',
    'x-amz-copy-source',
    'x-amz-content-sha256'
  )
  await fc.assert(
    fc.asyncProperty(names, text, async (name, value) => {
      const client = signingClient(store)
      client.middlewareStack.add(
        next => async args => {
          Object.assign((args.request as { headers: object }).headers, { [name]: value })
          return await next(args)
        },
        { step: 'build' }
      )
      const url = await getSignedUrl(client, new PutObjectCommand({ Bucket: store.bucket, Key: 'key' }), {
        unhoistableHeaders: new Set([name])
      })
      const { status, code } = await sendRaw(url, { method: 'PUT', headers: { [name]: value }, body: 'x' })
      return status === 200 || status === 501 || (status >= 400 && status < 500 && code !== 'SignatureDoesNotMatch')
    }),
    { numRuns: 150 }
  )
})

/** The same request to S3, though not the same text: percent-encoding is in the eye of the reader. */
function equivalent (one: string, other: string): boolean {
  const [a, b] = [one, other].map(url => {
    const [path = '', ...query] = url.split('?')
    try {
      return JSON.stringify([
        decodeURIComponent(path),
        query
          .join('?')
          .split('&')
          .filter(pair => pair !== '')
          .map(pair => decodeURIComponent(pair.replaceAll('+', ' ')))
          .sort()
      ])
    } catch {
      return url
    }
  })
  return a === b
}
