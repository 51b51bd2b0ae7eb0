import type { IncomingMessage } from 'node:http'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import t from 'tap'
import { appFor } from '../../fixtures/uploads-to.js'
import { behindFaults, isCompletion } from '../../fixtures/faulty-store.js'
import {
  MIB,
  abort,
  complete,
  inProgress,
  list,
  putAll,
  putPart,
  sha256,
  someBytes,
  start,
  stored,
  uploaderApp,
  type SentPart
} from './uploader.js'

t.test('completed ten times at once, by two replicas, it gives the same answer ten times', async t => {
  const { app, store } = await uploaderApp(t)
  const replicas = [app, await appFor(t, store)]
  const bytes = someBytes(9 * MIB)
  const upload = await start(app, { filename: 'a.wav', size: bytes.length })
  const parts = await putAll(app, upload, bytes)
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => complete(replicas[index % 2]!, upload, parts))
  )
  t.same(
    answers.map(({ statusCode }) => statusCode),
    Array(10).fill(200)
  )
  t.equal(new Set(answers.map(({ body }) => body)).size, 1)
  t.equal(sha256((await stored(store, upload.key))!), sha256(bytes))
})

t.test('completed again and again, it gives the same answer', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.mp3' })
  const parts = await putAll(app, upload, Buffer.from('hello'))
  const first = await complete(app, upload, parts)
  for (let round = 0; round < 10; round += 1) t.equal((await complete(app, upload, parts)).body, first.body)
})

t.test('completed again with other parts, there is no such upload any more', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.mp3' })
  const [part] = await putAll(app, upload, Buffer.from('hello'))
  await complete(app, upload, [part!])
  t.equal((await complete(app, upload, [{ partNumber: 1, etag: 'f'.repeat(32) }])).statusCode, 404)
  t.equal((await complete(app, upload, [part!, { ...part!, partNumber: 2 }])).statusCode, 404)
})

t.test('when the answer of the store is lost, it gives the same answer as ever', async t => {
  const { app, store } = await uploaderApp(t)
  const unlucky = await appFor(t, await behindFaults(t, store, { of: isCompletion, kind: 'lost', times: 1 }))
  const bytes = someBytes(9 * MIB)
  const upload = await start(app, { filename: 'a.wav', size: bytes.length })
  const parts = await putAll(app, upload, bytes)
  const answer = await complete(unlucky, upload, parts)
  t.equal(answer.statusCode, 200)
  t.equal((await complete(app, upload, parts)).body, answer.body)
})

t.test('when every answer of the store to completions is lost, the object itself gives it', async t => {
  const { app, store } = await uploaderApp(t)
  const unlucky = await appFor(t, await behindFaults(t, store, { of: isCompletion, kind: 'lost' }))
  const upload = await start(app, { filename: 'a.mp3' })
  const parts = await putAll(app, upload, Buffer.from('hello'))
  const answer = await complete(unlucky, upload, parts)
  t.equal(answer.statusCode, 200)
  t.equal((await complete(app, upload, parts)).body, answer.body)
})

t.test('when the store completes without an ETag, the object itself gives it', async t => {
  const { app, store } = await uploaderApp(t)
  const unlucky = await appFor(t, await behindFaults(t, store, { of: isCompletion, kind: 'empty ETag' }))
  const upload = await start(app, { filename: 'a.mp3' })
  const parts = await putAll(app, upload, Buffer.from('hello'))
  const answer = await complete(unlucky, upload, parts)
  t.match(answer.json(), { etag: /^"[0-9a-f]{32}-1"$/ })
  t.equal((await complete(app, upload, parts)).body, answer.body)
})

t.test('a 200 with an error inside is a failure, and the upload can be completed later', async t => {
  const { app, store } = await uploaderApp(t)
  const unlucky = await appFor(t, await behindFaults(t, store, { of: isCompletion, kind: 'failure inside' }))
  const upload = await start(app, { filename: 'a.mp3' })
  const parts = await putAll(app, upload, Buffer.from('hello'))
  const answer = await complete(unlucky, upload, parts)
  t.match(answer.json(), { statusCode: 503, code: 'FST_UPLOAD_STORE_UNAVAILABLE' })
  t.notMatch(answer.body, /secret detail|InternalError/)
  t.equal(await stored(store, upload.key), undefined)
  t.equal((await complete(app, upload, parts)).statusCode, 200)
})

const isLook = ({ method, url = '' }: IncomingMessage) =>
  ['HEAD', 'GET'].includes(method!) && !url.includes('uploadId=')

t.test('where the store grants no look at objects, the first completion works nevertheless', async t => {
  const { app, store } = await uploaderApp(t)
  const blind = await appFor(t, await behindFaults(t, store, { of: isLook, kind: 'refused' }))
  const upload = await start(app, { filename: 'a.mp3' })
  const parts = await putAll(app, upload, Buffer.from('hello'))
  t.equal(
    (await complete(blind, upload, parts)).statusCode,
    store.kind === 'rgw' ? 503 : 200,
    'RGW 16.2 answers without an ETag, so that a look is needed'
  )
  t.equal((await complete(blind, upload, parts)).statusCode, 404)
  t.equal((await complete(app, upload, parts)).statusCode, 200)
})

t.test('a list of parts that is wrong is refused with the part that is, and can be put right', async t => {
  const { app, store } = await uploaderApp(t)
  const bytes = someBytes(17 * MIB)
  const upload = await start(app, { filename: 'a.wav' })
  const [one, two, three] = (await putAll(app, upload, bytes)) as [SentPart, SentPart, SentPart]
  for (const [parts, message] of [
    [[one, three], /part 2 is missing from the list, but part 3 is there/],
    [[two, three], /part 1 is missing from the list, but part 2 is there/],
    [[one, two, two, three], /part 2 is listed twice/],
    [[one, two], /part 3 has been uploaded, but is not in the list/],
    [[one, { ...two, etag: three.etag }, three], /part 2 has the ETag .*, but the list says/],
    [[one, two, three, { partNumber: 4, etag: one.etag }], /part 4 has not arrived/],
    [[], /body\/parts must NOT have fewer than 1 items/],
    [[{ ...one, partNumber: 0 }], /body\/parts\/0\/partNumber/],
    [[{ ...one, partNumber: 10_001 }], /body\/parts\/0\/partNumber/],
    [[{ partNumber: 1 }], /body\/parts\/0 must have required property 'etag'/],
    [
      Array.from({ length: 10_001 }, (_, index) => ({ partNumber: Math.min(index + 1, 10_000), etag: one.etag })),
      /body\/parts must NOT have more than 10000 items/
    ]
  ] as const) {
    const answer = await complete(app, upload, parts as SentPart[])
    t.equal(answer.statusCode, 400)
    t.match(answer.json().message, message)
  }
  t.equal((await complete(app, upload, [one, two, three])).statusCode, 200)
  t.equal(sha256((await stored(store, upload.key))!), sha256(bytes))
})

t.test('a list of 10 000 parts is read, whatever the host allows bodies', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app)
  const parts = Array.from({ length: 10_000 }, (_, index) => ({ partNumber: index + 1, etag: `"${'f'.repeat(32)}"` }))
  t.match((await complete(app, upload, parts)).json(), { statusCode: 400, message: /part 1 has not arrived/ })
})

t.test('a part but the last under 5 MiB is refused, and the upload goes on', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app)
  const parts = [
    await putPart(app, upload, 1, Buffer.from('too small')),
    await putPart(app, upload, 2, Buffer.from('the end'))
  ]
  t.match((await complete(app, upload, parts)).json(), {
    statusCode: 400,
    code: 'FST_UPLOAD_INVALID_PARTS',
    message: /5 MiB/
  })
  t.equal((await list(app, upload)).json().parts.length, 2)
})

t.test('with less than was declared, both numbers are named, and the upload goes on', async t => {
  const { app, store } = await uploaderApp(t)
  const bytes = someBytes(9 * MIB)
  const upload = await start(app, { filename: 'a.wav', size: bytes.length })
  const first = await putPart(app, upload, 1, bytes.subarray(0, upload.partSize))
  t.match((await complete(app, upload, [first])).json(), {
    statusCode: 400,
    code: 'FST_UPLOAD_INCOMPLETE',
    message: new RegExp(`${upload.partSize} bytes; ${bytes.length} were declared`)
  })
  const last = await putPart(app, upload, 2, bytes.subarray(upload.partSize))
  t.equal((await complete(app, upload, [first, last])).statusCode, 200)
  t.equal(sha256((await stored(store, upload.key))!), sha256(bytes))
})

t.test('a limit counts when the upload is completed, and over it the upload is aborted', async t => {
  const { app, store } = await uploaderApp(t)
  const limited = await appFor(t, store, { maxSize: 4 })
  const upload = await start(app)
  const parts = await putAll(app, upload, Buffer.from('hello'))
  t.match((await complete(limited, upload, parts)).json(), {
    statusCode: 413,
    code: 'FST_UPLOAD_TOO_LARGE',
    message: /total of the parts is 5 bytes, but at most 4 are accepted/
  })
  t.equal(await stored(store, upload.key), undefined)
  t.equal(await inProgress(store), 0)
})

t.test('at the limit exactly, the upload completes', async t => {
  const { app, store } = await uploaderApp(t)
  const limited = await appFor(t, store, { maxSize: 5 })
  const upload = await start(app)
  t.equal((await complete(limited, upload, await putAll(app, upload, Buffer.from('hello')))).statusCode, 200)
})

t.test('more than was declared, by parts that no URL of ours was for, aborts the upload', async t => {
  const { app, store } = await uploaderApp(t)
  const { key, uploadId } = await start(app)
  const claimed = await start(app, { filename: 'a.mp3', size: 5 })
  const {
    parts: [part]
  } = await app.uploads.createPartUrls({ key, uploadId, parts: [{ partNumber: 1 }] }, { owner: 'alice' })
  t.equal(
    (await fetch(part!.url.replace(uploadId, claimed.uploadId), { method: 'PUT', body: 'too much' })).status,
    403,
    'no URL opens another upload'
  )
  const { UploadPartCommand } = await import('@aws-sdk/client-s3')
  const { ETag } = await store.client.send(
    new UploadPartCommand({
      Bucket: store.bucket,
      Key: claimed.key,
      UploadId: claimed.uploadId,
      PartNumber: 1,
      Body: 'too much'
    })
  )
  t.match((await complete(app, claimed, [{ partNumber: 1, etag: ETag! }])).json(), {
    statusCode: 413,
    code: 'FST_UPLOAD_TOO_LARGE',
    message: /8 bytes, but 5 were declared/
  })
  t.equal((await list(app, claimed)).statusCode, 404)
  t.equal(await stored(store, claimed.key), undefined)
})

t.test('where something else has taken the key, the upload does not overwrite it', async t => {
  const { app, store } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.mp3' })
  const parts = await putAll(app, upload, Buffer.from('hello'))
  await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: upload.key, Body: 'first' }))
  const answer = await complete(app, upload, parts)
  if (store.kind === 'rgw') { return t.equal(answer.statusCode, 200, 'RGW 16.2 heeds If-None-Match on a PUT, but not on a completion') }
  t.match(answer.json(), { statusCode: 409, code: 'FST_UPLOAD_CONFLICT' })
  t.equal((await stored(store, upload.key))!.toString(), 'first')
})

t.test('an aborted upload can’t be completed', async t => {
  const { app, store } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.mp3' })
  const parts = await putAll(app, upload, Buffer.from('hello'))
  await abort(app, upload)
  t.equal((await complete(app, upload, parts)).statusCode, 404)
  t.equal(await stored(store, upload.key), undefined)
})
