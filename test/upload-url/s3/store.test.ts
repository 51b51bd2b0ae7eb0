import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import uploadEvents from '../../../plugins/upload-url/events/index.js'
import t, { type Test } from 'tap'
import { createObjectKeys } from '../../../plugins/upload-url/object-key.js'
import { openBucket, type Bucket } from '../../../plugins/upload-url/s3/index.js'
import { asAlice } from '../../fixtures/app.js'
import { behindProxy, scriptedStore, type StoreAddress } from '../../fixtures/scripted-store.js'
import { startStore } from '../../fixtures/store.js'
import { appFor } from '../../fixtures/uploads-to.js'

const ALICE = { owner: 'alice' }
const OBJECT = createObjectKeys('uploads').create('alice', '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_0-6bqw0', 'mp3')
const UPLOAD = OBJECT.upload('2~upload')
const MIB = 1024 ** 2

const recording = await readFile('test/fixtures/audio/dictation.wav')
/** A recording longer than one ranged read. */
const long = Buffer.concat([recording, Buffer.alloc(2 * MIB)])

async function bucketOf (t: Test, { bucket, endpoint, region, credentials }: StoreAddress): Promise<Bucket> {
  const opened = await openBucket({
    client: { endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 },
    bucket,
    warn: warning => t.fail(warning)
  })
  t.teardown(() => opened.close())
  return opened
}

function partsPage (numbers: readonly number[], isTruncated: boolean): string {
  const parts = numbers
    .map(number => `<Part><PartNumber>${number}</PartNumber><ETag>"x"</ETag><Size>5</Size></Part>`)
    .join('')
  return (
    `<?xml version="1.0" encoding="UTF-8"?><ListPartsResult><IsTruncated>${isTruncated}</IsTruncated>` +
    `<NextPartNumberMarker>${numbers.at(-1) ?? 0}</NextPartNumberMarker>${parts}</ListPartsResult>`
  )
}

/** Writes without end. @returns the bytes that were taken until the connection was closed */
async function flood (response: ServerResponse, chunk: Buffer): Promise<number> {
  let written = 0
  await pipeline(function * () {
    for (;;) {
      written += chunk.length
      yield chunk
    }
  }, response).catch(() => {})
  return written
}

t.test('checksums of the whole object on a range of it do not matter to an inspection', async t => {
  const store = await startStore(t)
  const proxied = await behindProxy(t, store, {
    headers: ({ method }) =>
      method === 'GET'
        ? {
            'x-amz-checksum-sha256': createHash('sha256').update(long).digest('base64'),
            'x-amz-checksum-type': 'FULL_OBJECT',
            'content-md5': createHash('md5').update(long).digest('base64')
          }
        : {}
  })
  const app = await appFor(t, proxied)
  const { url, headers, key } = await app.uploads.createUploadUrl(
    { filename: 'talk.wav', sha256: createHash('sha256').update(long).digest('hex') },
    ALICE
  )
  t.equal((await fetch(url, { method: 'PUT', headers, body: long })).status, 200)
  t.match((await asAlice(app, { url: '/upload-status', query: { key, inspect: 'true' } })).json(), {
    status: 'uploaded',
    audio: { container: 'wav' }
  })
})

t.test('the checksum of a part that the SDK would verify does not matter either', async t => {
  const store = await startStore(t)
  const app = await appFor(
    t,
    await behindProxy(t, store, {
      headers: ({ method }) => (method === 'GET' ? { 'x-amz-checksum-crc32': 'AAAAAA==' } : {})
    })
  )
  const { url, headers, key } = await app.uploads.createUploadUrl({ filename: 'talk.wav' }, ALICE)
  await fetch(url, { method: 'PUT', headers, body: long })
  t.match((await asAlice(app, { url: '/upload-status', query: { key, inspect: 'true' } })).json(), {
    status: 'uploaded'
  })
})

t.test('an object that is replaced while it is inspected is inspected anew', async t => {
  const store = await startStore(t)
  const other = await readFile('test/fixtures/audio/dictation.flac')
  let replacements = 1
  const proxied = await behindProxy(t, store, {
    before: async ({ method }) => {
      if (method !== 'GET' || replacements-- !== 1) return
      await store.client.send(
        new PutObjectCommand({ Bucket: store.bucket, Key: key, Body: other, ContentType: 'audio/flac' })
      )
    }
  })
  const app = await appFor(t, proxied)
  const { url, headers, key } = await app.uploads.createUploadUrl({ filename: 'talk.wav' }, ALICE)
  await fetch(url, { method: 'PUT', headers, body: recording })
  const status = (await asAlice(app, { url: '/upload-status', query: { key, inspect: 'true' } })).json()
  t.match(status, { status: 'uploaded', size: other.length, contentType: 'audio/flac', audio: { container: 'flac' } })
})

t.test('an object that is deleted while it is inspected is pending, and the hook hears nothing of it', async t => {
  const store = await startStore(t)
  const proxied = await behindProxy(t, store, {
    before: async ({ method }) => {
      if (method === 'GET') await store.client.send(new DeleteObjectCommand({ Bucket: store.bucket, Key: key }))
    }
  })
  const app = await appFor(t, proxied)
  await app.register(uploadEvents, {
    onUploaded: () => {
      t.fail('was told')
    }
  })
  const { url, headers, key } = await app.uploads.createUploadUrl({ filename: 'talk.wav' }, ALICE)
  await fetch(url, { method: 'PUT', headers, body: recording })
  t.strictSame((await asAlice(app, { url: '/upload-status', query: { key, inspect: 'true' } })).json(), {
    key,
    status: 'pending'
  })
})

t.test('an object that is replaced over and over is pending', async t => {
  const store = await startStore(t)
  let version = 0
  const proxied = await behindProxy(t, store, {
    before: async ({ method }) => {
      if (method === 'GET') { await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: key, Body: `version ${version++}` })) }
    }
  })
  const app = await appFor(t, proxied)
  const { url, headers, key } = await app.uploads.createUploadUrl({ filename: 'talk.wav' }, ALICE)
  await fetch(url, { method: 'PUT', headers, body: recording })
  t.strictSame((await asAlice(app, { url: '/upload-status', query: { key, inspect: 'true' } })).json(), {
    key,
    status: 'pending'
  })
  t.equal(version, 3)
})

for (const [what, status, contentRange] of [
  ['the whole object', 200, undefined],
  ['another range', 206, 'bytes 0-3/9'],
  ['fewer bytes', 206, 'bytes 4-7/9']
] as const) {
  t.test(`a store that answers a range with ${what} is answered 502`, async t => {
    const { store } = await bucketOf(
      t,
      await scriptedStore(t, (_request, response) => {
        response
          .writeHead(status, contentRange === undefined ? {} : { 'content-range': contentRange })
          .end(what === 'fewer bytes' ? 'abc' : 'abcd')
      })
    )
    await t.rejects(store.read(OBJECT, { start: 4, end: 8, etag: '"x"' }), { code: 'FST_UPLOAD_STORE_REFUSED' })
  })
}

for (const [what, pageOf] of [
  ['the same page again and again', () => partsPage([1, 2], true)],
  ['empty pages without an end', () => partsPage([], true)],
  ['one part a page without an end', (marker: number) => partsPage([marker + 1], true)],
  ['parts without an order', () => partsPage([2, 1], false)],
  ['parts over 10 000', () => partsPage([10_001], false)],
  ['parts without numbers', () => '<ListPartsResult><Part><ETag>"x"</ETag><Size>5</Size></Part></ListPartsResult>']
] as const) {
  t.test(`a store that lists ${what} is answered 502, after a number of requests that we decide`, async t => {
    let requests = 0
    const { store } = await bucketOf(
      t,
      await scriptedStore(t, ({ url }, response) => {
        requests += 1
        const marker = Number(new URL(url!, 'http://store').searchParams.get('part-number-marker') ?? 0)
        response.writeHead(200, { 'content-type': 'application/xml' }).end(pageOf(marker))
      })
    )
    await t.rejects(store.listParts(UPLOAD), { code: 'FST_UPLOAD_STORE_REFUSED' })
    t.ok(requests <= 100, `${requests} requests`)
  })
}

t.test('every page of 10 000 parts is listed', async t => {
  const { store } = await bucketOf(
    t,
    await scriptedStore(t, ({ url }, response) => {
      const marker = Number(new URL(url!, 'http://store').searchParams.get('part-number-marker') ?? 0)
      const page = Array.from({ length: 1_000 }, (_, index) => marker + index + 1)
      response.writeHead(200, { 'content-type': 'application/xml' }).end(partsPage(page, marker < 9_000))
    })
  )
  const parts = await store.listParts(UPLOAD)
  t.same(
    parts.map(({ partNumber }) => partNumber),
    Array.from({ length: 10_000 }, (_, index) => index + 1)
  )
})

t.test('a caller who hangs up ends the call, and no other follows', async t => {
  let requests = 0
  const caller = new AbortController()
  const { store } = await bucketOf(
    t,
    await scriptedStore(t, (_request, response) => {
      requests += 1
      if (requests === 2) return caller.abort(new Error('gone'))
      response.writeHead(200, { 'content-type': 'application/xml' }).end(partsPage([requests], true))
    })
  )
  await t.rejects(store.listParts(UPLOAD, { signal: caller.signal }), { message: 'gone' })
  await t.rejects(store.head(OBJECT, { signal: caller.signal }), { message: 'gone' })
  t.equal(requests, 2)
})

for (const [status, call] of [
  [403, ({ store }: Bucket): Promise<unknown> => store.listParts(UPLOAD)],
  [200, ({ store }: Bucket): Promise<unknown> => store.listParts(UPLOAD)],
  [
    200,
    ({ store }: Bucket): Promise<unknown> =>
      store.completeMultipartUpload(UPLOAD, [{ partNumber: 1, size: 5, etag: '"x"' }])
  ],
  [200, ({ store }: Bucket): Promise<unknown> => store.read(OBJECT, { start: 0, end: 10, etag: '"x"' })]
] as const) {
  t.test(`an answer ${status} to ${/store\.(\w+)/.exec(call.toString())?.[1]} that never ends is cut off`, async t => {
    let flooded: Promise<number> | undefined
    const bucket = await bucketOf(
      t,
      await scriptedStore(t, (request, response) => {
        request.resume()
        response.writeHead(status, { 'content-type': 'application/xml' })
        flooded = flood(response, Buffer.alloc(64 * 1024, ' '))
      })
    )
    await t.rejects(call(bucket), { code: 'FST_UPLOAD_STORE_REFUSED' })
    t.ok((await flooded!) < 64 * MIB)
  })
}

t.test('a completion that trickles ends when its caller hangs up', async t => {
  const caller = new AbortController()
  let closed: Promise<unknown> | undefined
  const { store } = await bucketOf(
    t,
    await scriptedStore(t, (request, response) => {
      request.resume()
      closed = once(response, 'close')
      response.writeHead(200, { 'content-type': 'application/xml' })
      response.write(' ', () => caller.abort(new Error('gone')))
    })
  )
  const completion = store.completeMultipartUpload(UPLOAD, [{ partNumber: 1, size: 5, etag: '"x"' }], {
    signal: caller.signal
  })
  await t.rejects(completion, { message: 'gone' })
  await closed
})

t.test('an upload that the store starts without an id is answered 502', async t => {
  const { store } = await bucketOf(
    t,
    await scriptedStore(t, (_request, response) =>
      response.end('<InitiateMultipartUploadResult></InitiateMultipartUploadResult>')
    )
  )
  await t.rejects(store.createMultipartUpload(OBJECT, {}), { code: 'FST_UPLOAD_STORE_REFUSED' })
})
