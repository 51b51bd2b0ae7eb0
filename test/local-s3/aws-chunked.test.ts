import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import t from 'tap'
import { ChunkSignatures, decodeAwsChunked } from '../../plugins/local-s3/aws-chunked.js'
import { createSignedChunks, signLines, signingKey } from '../fixtures/signed-chunks.js'
import type { SignedChunks } from '../fixtures/signed-chunks.js'
import { listFiles, startLocalStore, temporaryFolder } from '../fixtures/local-store.js'
import { sendRaw } from '../fixtures/send-raw.js'

const CHUNKS = ['sound of '.repeat(1000), 'one hand ', 'clapping']
const CRC32C = 'x-amz-checksum-crc32c'

/** An upload in signed chunks, spoiled in one way, and how it is refused. */
function refused (
  name: string,
  expected: readonly [number, string],
  spoil: (upload: SignedChunks) => Partial<SignedChunks>
): void {
  t.test(name, async t => {
    const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
    const upload = createSignedChunks(store, 'key', CHUNKS)
    const { url, headers, body } = { ...upload, ...spoil(upload) }
    const { status, code } = await sendRaw(url, { method: 'PUT', headers, body })
    t.same([status, code], expected)
    t.same(await listFiles(store.directory), [])
  })
}

t.test('a body in signed chunks is stored without its framing', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const { url, headers, body } = createSignedChunks(store, 'key', CHUNKS)
  t.equal((await sendRaw(url, { method: 'PUT', headers, body })).status, 200)
  const { Body, ContentEncoding } = await store.client.send(new GetObjectCommand({ Bucket: store.bucket, Key: 'key' }))
  t.equal(await Body?.transformToString(), CHUNKS.join(''))
  t.equal(ContentEncoding, undefined)
})

refused('a changed chunk is refused', [403, 'SignatureDoesNotMatch'], ({ body }) => ({
  body: body.replace('one hand', 'two hand')
}))
refused('a changed chunk signature is refused', [403, 'SignatureDoesNotMatch'], ({ body }) => ({
  body: body.replace(/chunk-signature=.{64}/, `chunk-signature=${'0'.repeat(64)}`)
}))
refused('chunks in another order are refused', [403, 'SignatureDoesNotMatch'], ({ body }) => {
  const [first = '', ...rest] = body.split(/(?=^[0-9a-f]+;chunk)/m)
  return { body: [rest[0], first, ...rest.slice(1)].join('') }
})
refused('a body without its last chunk is refused', [400, 'IncompleteBody'], ({ body, headers }) => {
  const cut = body.slice(0, body.lastIndexOf('0;chunk-signature'))
  return { body: cut, headers: { ...headers, 'content-length': String(cut.length) } }
})
refused('a chunk without a signature is refused', [400, 'InvalidRequest'], ({ body }) => ({
  body: body.replace(/;chunk-signature=.{64}/, '')
}))
refused('a chunk size that is none is refused', [400, 'InvalidRequest'], ({ body }) => ({
  body: body.replace(/^[0-9a-f]+;/, 'zz;')
}))
refused('bytes after the last chunk are refused', [400, 'InvalidRequest'], ({ body }) => ({ body: `${body}more` }))

/** Sends a body that never ends, and resolves with the code of the answer that comes nevertheless. */
async function putEndless (upload: SignedChunks, body: Iterable<string>): Promise<string> {
  const sent = request(upload.url, {
    method: 'PUT',
    agent: false,
    headers: { ...upload.headers, 'transfer-encoding': 'chunked' }
  })
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  Readable.from(body)
    .on('error', () => {})
    .pipe(sent)
    .on('error', () => {})
  const [response] = await answered
  const [code = ''] = /(?<=<Code>)\w+/.exec(Buffer.concat(await response.toArray()).toString()) ?? []
  sent.destroy()
  return code
}

function * repeat (first: string, next: string): Generator<string> {
  yield first
  for (;;) yield next
}

t.test('trailers without end are refused while they are still being sent', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const upload = createSignedChunks(store, 'key', CHUNKS)
  const openEnd = upload.body.slice(0, -2)
  t.equal(await putEndless(upload, repeat(openEnd, `x-amz-meta-more: ${'a'.repeat(1000)}\r\n`)), 'InvalidRequest')
  t.equal(await putEndless(upload, repeat(openEnd, 'a'.repeat(1000))), 'InvalidRequest', 'one line without end')
  t.same(await listFiles(store.directory), [])
})

t.test('a body longer than its declared length is refused while it is still being sent', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const upload = createSignedChunks(store, 'key', CHUNKS)
  const chunk = `2710;chunk-signature=${'0'.repeat(64)}\r\n`
  t.equal(await putEndless(upload, repeat(chunk, 'a'.repeat(1000))), 'IncompleteBody')
  t.same(await listFiles(store.directory), [])
})

/** Decodes a body that arrives in pieces of `size` bytes. */
async function decode (
  body: string | Buffer,
  size: number,
  trailers = new Map<string, string>(),
  signatures?: ChunkSignatures
): Promise<string> {
  const bytes = Buffer.from(body)
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size)
  )
  const decoded: Buffer[] = []
  for await (const data of decodeAwsChunked(Readable.from(pieces), signatures, (name, value) =>
    trailers.set(name, value)
  )) { decoded.push(data) }
  return Buffer.concat(decoded).toString()
}

t.test('a body is decoded alike however the network cuts it', async () => {
  const body = `${CHUNKS.map(chunk => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n${CRC32C}:AAAAAA==\r\n\r\n`
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: body.length }), async size => {
      const trailers = new Map<string, string>()
      return (await decode(body, size, trailers)) === CHUNKS.join('') && trailers.get(CRC32C) === 'AAAAAA=='
    }),
    { numRuns: 60, examples: [[1], [2], [3]] }
  )
})

t.test('random bytes are refused, never taken for a body', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async bytes => {
      return await decode(Buffer.from(bytes), 50).then(
        () => false,
        (error: Error) => error.name === 'S3Error'
      )
    }),
    { numRuns: 200 }
  )
})

t.test('a trailer is signed as well', async t => {
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' }
  const [longDate, scope, seed] = ['20260101T000000Z', '20260101/us-east-1/s3/aws4_request', 'a'.repeat(64)]
  const key = signingKey(credentials.secretAccessKey, scope)
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  const last = signLines(key, ['AWS4-HMAC-SHA256-PAYLOAD', longDate, scope, seed, hash(''), hash('')])
  const signature = signLines(key, ['AWS4-HMAC-SHA256-TRAILER', longDate, scope, last, hash(`${CRC32C}:AAAAAA==\n`)])
  const parameters = {
    accessKeyId: 'AKID',
    signedAt: new Date('2026-01-01T00:00:00Z'),
    longDate,
    scope,
    signedHeaders: ['host'],
    signature: seed,
    payloadHash: ''
  }
  const body = (checksum: string): string =>
    `0;chunk-signature=${last}\r\n${CRC32C}:${checksum}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`
  const signatures = (): ChunkSignatures => new ChunkSignatures(parameters, { credentials, region: 'us-east-1' })
  t.equal(await decode(body('AAAAAA=='), 10, undefined, signatures()), '')
  await t.rejects(decode(body('BBBBBB=='), 10, undefined, signatures()), { code: 'SignatureDoesNotMatch' })
})
