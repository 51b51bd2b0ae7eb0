import { HeadObjectCommand } from '@aws-sdk/client-s3'
import t from 'tap'
import { appFor } from '../../fixtures/uploads-to.js'
import {
  MIB,
  abort,
  arrived,
  complete,
  inProgress,
  list,
  partUrl,
  putAll,
  putPart,
  sha256,
  signParts,
  someBytes,
  start,
  stored,
  uploaderApp
} from './uploader.js'

const OWNER = { owner: 'alice' }

t.test('what is stored is what was sent, to the byte, and nothing stays behind', async t => {
  const { app, store } = await uploaderApp(t)
  const bytes = someBytes(17 * MIB + 1)
  const upload = await start(app, {
    filename: 'Sitzung Köln 法廷.wav',
    size: bytes.length,
    metadata: { language: 'de' }
  })
  t.match(upload, { key: /^uploads\/alice\/[0-9a-f-]{36}_[0-9a-z]+-[0-9a-z]+\.wav$/, partSize: 8 * MIB, partCount: 3 })
  const answer = await complete(app, upload, await putAll(app, upload, bytes))
  t.equal(answer.statusCode, 200)
  t.match(answer.json(), { key: upload.key, size: bytes.length, etag: /^"[0-9a-f]{32}-3"$/ })
  t.equal(sha256((await stored(store, upload.key))!), sha256(bytes))
  t.equal(await inProgress(store), 0)
  const head = await store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: upload.key }))
  t.match(head, {
    ContentType: 'audio/wav',
    Metadata: { filename: encodeURIComponent('Sitzung Köln 法廷.wav'), language: 'de' }
  })
})

t.test('a file smaller than a part is a part by itself', async t => {
  const { app, store } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.mp3', size: 5 })
  t.equal((await complete(app, upload, await putAll(app, upload, Buffer.from('hello')))).statusCode, 200)
  t.equal((await stored(store, upload.key))!.toString(), 'hello')
})

t.test('after a break, another replica goes on from what has arrived', async t => {
  const { app, store } = await uploaderApp(t)
  const bytes = someBytes(12 * MIB)
  const upload = await start(app, { filename: 'a.wav', size: bytes.length })
  const first = await putPart(app, upload, 1, bytes.subarray(0, upload.partSize))
  const other = await appFor(t, store)
  t.same(await arrived(other, upload), [{ partNumber: 1, size: upload.partSize, etag: first.etag }])
  await putPart(other, upload, 2, bytes.subarray(upload.partSize))
  t.equal(
    (
      await complete(
        other,
        upload,
        await arrived(other, upload).then(parts => parts.map(({ partNumber, etag }) => ({ partNumber, etag })))
      )
    ).statusCode,
    200
  )
  t.equal(sha256((await stored(store, upload.key))!), sha256(bytes))
})

t.test('the list may come in any order, its ETags with or without quotes', async t => {
  const { app, store } = await uploaderApp(t)
  const bytes = someBytes(9 * MIB)
  const upload = await start(app, { filename: 'a.wav' })
  const [first, second] = await putAll(app, upload, bytes)
  const bare = { ...first!, etag: first!.etag.replaceAll('"', '') }
  t.equal((await complete(app, upload, [second!, bare])).statusCode, 200)
  t.equal(sha256((await stored(store, upload.key))!), sha256(bytes))
})

t.test('a part sent again replaces the first', async t => {
  const { app, store } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.mp3', size: 5 })
  await putPart(app, upload, 1, Buffer.from('wrong'))
  const part = await putPart(app, upload, 1, Buffer.from('right'))
  t.equal((await complete(app, upload, [part])).statusCode, 200)
  t.equal((await stored(store, upload.key))!.toString(), 'right')
})

t.test('more than a thousand parts are listed, all of them and in order', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.mp3' })
  const { key, uploadId } = upload
  const urls = await Promise.all(
    [
      [1, 1000],
      [1001, 1003]
    ].map(async ([from, to]) => (await app.uploads.createPartUrls({ key, uploadId, from, to }, OWNER)).parts)
  )
  const parts = urls.flat()
  for (let first = 0; first < parts.length; first += 20) {
    await Promise.all(
      parts.slice(first, first + 20).map(async ({ url }) => (await fetch(url, { method: 'PUT', body: 'x' })).text())
    )
  }
  t.same(
    (await arrived(app, upload)).map(({ partNumber, size }) => [partNumber, size]),
    parts.map(({ partNumber }) => [partNumber, 1])
  )
  t.equal((await abort(app, upload)).statusCode, 204)
})

t.test('URLs come for one part, for some in the order asked, and for a range', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app)
  const numbersFor = async (wanted: object) =>
    (await signParts(app, upload, wanted)).json().parts.map(({ partNumber }: { partNumber: number }) => partNumber)
  t.same(await numbersFor({ parts: [{ partNumber: 7 }] }), [7])
  t.same(await numbersFor({ parts: [{ partNumber: 3 }, { partNumber: 1 }, { partNumber: 10_000 }] }), [3, 1, 10_000])
  t.same(await numbersFor({ from: 4, to: 6 }), [4, 5, 6])
})

t.test('1 000 URLs come in one response, each for its own part', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app)
  const response = await signParts(app, upload, { from: 9_001, to: 10_000 })
  t.equal(response.statusCode, 200)
  t.equal(response.headers['cache-control'], 'no-store')
  const { parts, expiresIn } = response.json()
  t.equal(expiresIn, 900)
  t.equal(new Set(parts.map(({ url }: { url: string }) => new URL(url).searchParams.get('partNumber'))).size, 1_000)
  for (const { partNumber, url } of [parts[0], parts[999]]) {
    t.equal((await fetch(url, { method: 'PUT', body: 'x' })).status, 200)
    t.equal(new URL(url).searchParams.get('partNumber'), String(partNumber))
  }
})

for (const [wanted, message] of [
  [{}, /give either parts, or both from and to/],
  [{ from: 1 }, /give either parts, or both from and to/],
  [{ parts: [{ partNumber: 1 }], from: 1, to: 2 }, /give either parts, or both from and to/],
  [{ from: 2, to: 1 }, /from is 2, which is after to, 1/],
  [{ parts: [] }, /body\/parts/],
  [{ parts: [{ partNumber: 0 }] }, /body\/parts\/0\/partNumber/],
  [{ parts: [{ partNumber: 10_001 }] }, /body\/parts\/0\/partNumber/],
  [{ parts: [{ partNumber: '1' }] }, /body\/parts\/0\/partNumber/],
  [{ parts: [{ partNumber: 1 }, { partNumber: 1 }] }, /a part number is listed twice/],
  [{ from: 1, to: 1_001 }, /over 1000 parts/],
  [{ from: 1, to: 10_001 }, /body\/to/]
] as const) {
  t.test(`a request for URLs of ${JSON.stringify(wanted)} is refused`, async t => {
    const { app } = await uploaderApp(t)
    const response = await signParts(app, await start(app), wanted)
    t.equal(response.statusCode, 400)
    t.match(response.json().message, message)
  })
}

t.test('where the size is declared, the store takes each part in its exact size only', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.wav', size: 10 * MIB })
  const statusOf = async (partNumber: number, size: number) =>
    (await fetch(await partUrl(app, upload, partNumber), { method: 'PUT', body: Buffer.alloc(size) })).status
  t.equal(await statusOf(2, 2 * MIB + 1), 403)
  t.equal(await statusOf(2, 2 * MIB - 1), 403)
  t.equal(await statusOf(1, 2 * MIB), 403)
  t.equal(await statusOf(2, 2 * MIB), 200)
})

t.test('where the size is declared, there is no part after the last', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.wav', size: 10 * MIB })
  const response = await signParts(app, upload, { parts: [{ partNumber: 2 }, { partNumber: 3 }] })
  t.match(response.json(), {
    statusCode: 400,
    code: 'FST_UPLOAD_INVALID_PARTS',
    message: /part 3 does not exist.*are 2 parts/
  })
})

t.test('encryption that the options ask for is asked of the store', async t => {
  const { app, store } = await uploaderApp(t, { encryption: 'AES256' })
  const upload = await start(app, { filename: 'a.mp3', size: 5 })
  t.equal((await complete(app, upload, await putAll(app, upload, Buffer.from('hello')))).statusCode, 200)
  const { ServerSideEncryption } = await store.client.send(
    new HeadObjectCommand({ Bucket: store.bucket, Key: upload.key })
  )
  t.equal(ServerSideEncryption, store.kind === 'rgw' ? undefined : 'AES256', 'RGW does not report it')
})

t.test('app.uploads does all of it without HTTP', async t => {
  const { app, store } = await uploaderApp(t)
  const { key, uploadId } = await app.uploads.createMultipartUpload({ filename: 'a.mp3', size: 5 }, OWNER)
  const {
    parts: [part]
  } = await app.uploads.createPartUrls({ key, uploadId, parts: [{ partNumber: 1 }] }, OWNER)
  await fetch(part!.url, { method: 'PUT', body: 'hello' })
  const { parts } = await app.uploads.listParts({ key, uploadId }, OWNER)
  const completion = { key, uploadId, parts: parts.map(({ partNumber, etag }) => ({ partNumber, etag })) }
  t.match(await app.uploads.completeMultipartUpload(completion, OWNER), { key, size: 5 })
  t.equal((await stored(store, key))!.toString(), 'hello')
  const another = await app.uploads.createMultipartUpload({}, OWNER)
  await app.uploads.abortMultipartUpload({ key: another.key, uploadId: another.uploadId }, OWNER)
  t.equal((await list(app, another)).statusCode, 404)
})

t.test('what a route of the host passes on is validated as strictly as a request', async t => {
  const { app } = await uploaderApp(t)
  const wrong = { key: 5 } as never
  const invalid = { code: 'FST_UPLOAD_INVALID_INPUT' }
  await t.rejects(app.uploads.createMultipartUpload({ size: '5' } as never, OWNER), invalid)
  await t.rejects(app.uploads.createPartUrls(wrong, OWNER), invalid)
  await t.rejects(app.uploads.listParts(wrong, OWNER), invalid)
  await t.rejects(app.uploads.completeMultipartUpload(wrong, OWNER), invalid)
  await t.rejects(app.uploads.abortMultipartUpload(wrong, OWNER), invalid)
})
