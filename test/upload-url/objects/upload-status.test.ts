import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import type { UploadStatus, UploadUrlOptions } from '../../../plugins/upload-url/index.js'
import { asAlice } from '../../fixtures/app.js'
import { startStore, type Store } from '../../fixtures/store.js'
import { appFor } from '../../fixtures/uploads-to.js'

const ALICE = { owner: 'alice' }
const recording = (extension: string) => readFile(`test/fixtures/audio/dictation.${extension}`)

async function setUp (
  t: Test,
  options: Partial<UploadUrlOptions> = {}
): Promise<{ app: FastifyInstance; store: Store }> {
  const store = await startStore(t)
  return { app: await appFor(t, store, options), store }
}

async function upload (app: FastifyInstance, declaration: object, bytes: Buffer | string): Promise<string> {
  const { url, headers, key } = await app.uploads.createUploadUrl(declaration, ALICE)
  const response = await fetch(url, { method: 'PUT', headers, body: bytes })
  if (!response.ok) throw new Error(await response.text())
  return key
}

async function statusOf (app: FastifyInstance, key: string, inspect?: boolean): Promise<UploadStatus> {
  const response = await asAlice(app, {
    url: '/upload-status',
    query: { key, ...(inspect !== undefined && { inspect: String(inspect) }) }
  })
  return response.json()
}

t.test('an upload that has not arrived is pending', async t => {
  const { app } = await setUp(t)
  const { key } = await app.uploads.createUploadUrl({ size: 5 }, ALICE)
  t.strictSame(await statusOf(app, key), { key, status: 'pending' })
  t.strictSame(await statusOf(app, key, true), { key, status: 'pending' })
})

t.test('an upload that arrived is told with size, type, ETag, time and metadata as declared', async t => {
  const { app, store } = await setUp(t)
  const bytes = await recording('mp3')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const key = await upload(
    app,
    { filename: 'Visite 3 – Łódź.mp3', size: bytes.length, sha256, metadata: { language: 'pl', note: 'żółć' } },
    bytes
  )
  const { lastModified, ...status } = (await statusOf(app, key)) as Extract<UploadStatus, { status: 'uploaded' }>
  t.strictSame(status, {
    key,
    status: 'uploaded',
    size: bytes.length,
    contentType: 'audio/mpeg',
    etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
    // RGW 16.2 keeps no checksums.
    ...(store.kind === 'local-s3' && { sha256 }),
    metadata: { filename: 'Visite 3 – Łódź.mp3', language: 'pl', note: 'żółć' }
  })
  t.ok(Math.abs(Date.parse(lastModified!) - Date.now()) < 60_000)
})

for (const [extension, audio] of Object.entries({
  wav: { container: 'wav', codec: 'pcm_s16le', channels: 1 },
  mp3: { container: 'mp3', codec: 'mp3', channels: 1 },
  m4a: { container: 'mp4', codec: 'aac', channels: 1 },
  flac: { container: 'flac', codec: 'flac', channels: 1 },
  ogg: { container: 'ogg', codec: 'opus', channels: 1 },
  webm: { container: 'webm', codec: 'opus', channels: 1 },
  amr: { container: 'amr', codec: 'amr_nb', channels: 1 }
})) {
  t.test(`the bytes of a ${extension} recording are told`, async t => {
    const { app } = await setUp(t)
    const key = await upload(app, { filename: `dictation.${extension}` }, await recording(extension))
    t.match(await statusOf(app, key, true), { status: 'uploaded', audio: { ...audio, matchesContentType: true } })
  })
}

for (const [what, bytes, reason] of [
  ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n'.padEnd(2000)), /PDF/],
  ['a web page', Buffer.from('<!doctype html><script>alert(1)</script>'.padEnd(500)), /HTML|text/],
  ['nothing at all', Buffer.alloc(0), /empty|no bytes/]
] as const) {
  t.test(`${what} under a legal type is rejected, with the reason`, async t => {
    const { app } = await setUp(t)
    const key = await upload(app, { filename: 'talk.mp3' }, bytes)
    t.match(await statusOf(app, key, true), { status: 'rejected', reason, size: bytes.length })
    t.match(await statusOf(app, key), { status: 'uploaded' })
  })
}

t.test('audio that is not what was declared is rejected, and both are named', async t => {
  const { app } = await setUp(t)
  const key = await upload(app, { filename: 'talk.mp3' }, await recording('wav'))
  t.match(await statusOf(app, key, true), { status: 'rejected', reason: /WAV.*audio\/mpeg/ })
})

t.test('the decorator answers as the route does', async t => {
  const { app } = await setUp(t)
  const key = await upload(app, { filename: 'talk.wav' }, await recording('wav'))
  t.same(await app.uploads.getUploadStatus({ key, inspect: true }, ALICE), await statusOf(app, key, true))
})

t.test('a link plays the recording, and with a filename saves it under that name', async t => {
  const { app } = await setUp(t)
  const bytes = await recording('mp3')
  const key = await upload(app, { filename: 'talk.mp3' }, bytes)
  const play = (await asAlice(app, { url: '/download-url', query: { key } })).json()
  t.match(play, { method: 'GET', expiresIn: 900 })
  const played = await fetch(play.url)
  t.equal(played.headers.get('content-type'), 'audio/mpeg')
  t.equal(played.headers.get('content-disposition'), null)
  t.same(Buffer.from(await played.arrayBuffer()), bytes)

  const save = (await asAlice(app, { url: '/download-url', query: { key, filename: 'Visite "3" – Łódź.mp3' } })).json()
  const saved = await fetch(save.url)
  t.equal(
    saved.headers.get('content-disposition'),
    'attachment; filename="Visite _3_ _ __d_.mp3"; filename*=UTF-8\'\'Visite%20%223%22%20%E2%80%93%20%C5%81%C3%B3d%C5%BA.mp3'
  )
})

t.test('a filename that can’t be sent is answered 400', async t => {
  const { app } = await setUp(t)
  const { key } = await app.uploads.createUploadUrl({}, ALICE)
  for (const filename of ['a\r\nset-cookie: x', '\u0000', '']) {
    t.match((await asAlice(app, { url: '/download-url', query: { key, filename } })).json(), {
      statusCode: 400,
      message: /filename/
    })
  }
})

t.test('another owner’s key is answered 404, byte for byte the same whether or not something is there', async t => {
  const { app, store } = await setUp(t)
  const there = await upload(app, {}, 'x')
  await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: 'secrets.txt', Body: 'x' }))
  const notThere = `${there.slice(0, -4)}0000`
  const strange = [
    'secrets.txt',
    'uploads/alice',
    'uploads/alice/',
    '../secrets.txt',
    `uploads/bob/../${there.slice(8)}`,
    `/${there}`,
    `${there}/x`,
    'uploads/bob',
    'x'.repeat(1024),
    'uploads/bob/ü',
    'uploads//x'
  ]
  for (const [url, query] of [
    ['/upload-status', {}],
    ['/upload-status', { inspect: 'true' }],
    ['/download-url', {}]
  ] as const) {
    const answers = await Promise.all(
      [there, notThere, ...strange].map(key =>
        app.inject({ url, query: { key, ...query }, headers: { 'x-user': 'bob' } })
      )
    )
    for (const answer of answers) {
      t.equal(answer.statusCode, 404)
      t.equal(answer.body, answers[0]!.body)
      t.strictSame(Object.keys(answer.headers), Object.keys(answers[0]!.headers))
    }
  }
})

for (const query of [
  '',
  '?key=',
  `?key=${'a'.repeat(1025)}`,
  '?key=a&key=b',
  '?key=a&inspect=yes',
  '?key=a&inspect=1',
  '?key=a&more=1'
]) {
  t.test(`/upload-status${query.slice(0, 30)} is answered 400`, async t => {
    const { app } = await setUp(t)
    t.equal((await asAlice(app, { url: `/upload-status${query}` })).statusCode, 400)
  })
}
