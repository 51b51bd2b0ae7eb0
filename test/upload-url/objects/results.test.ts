import { randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import type { FastifyInstance, InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import { channels, type StoreEvent, type UploadUrlOptions } from '../../../plugins/upload-url/index.js'
import { asAlice, FIXED_OPTIONS, pluginApp, register } from '../../fixtures/app.js'
import { cases, holds } from '../../fixtures/property.js'
import { errorBody, scriptedStore } from '../../fixtures/scripted-store.js'
import { startStore, type Store } from '../../fixtures/store.js'
import { appFor } from '../../fixtures/uploads-to.js'

const ALICE = { owner: 'alice' }
const KEY = 'uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3'
const NAME = 'transcript.json'
const TRANSCRIPT = JSON.stringify({ text: 'Łódź, ładna łódź' })

async function setUp (t: Test, options: Partial<UploadUrlOptions> = { results: true }) {
  const store = await startStore(t)
  return { app: await appFor(t, store, options), store }
}

async function recordingOf ({ uploads }: FastifyInstance, bytes = 'RIFF'): Promise<string> {
  const { url, headers, key } = await uploads.createUploadUrl({ filename: 'talk.wav' }, ALICE)
  await put({ url, headers }, bytes)
  return key
}

async function put ({ url, headers }: { url: string; headers: Record<string, string> }, body: string): Promise<number> {
  return (await fetch(url, { method: 'PUT', headers, body })).status
}

async function askForUrl (app: FastifyInstance, payload: object, owner = 'alice') {
  return app.inject({ method: 'POST', url: '/result-urls', headers: { 'x-user': owner }, payload })
}

async function statusOf (app: FastifyInstance, key: string, query = {}) {
  return (await asAlice(app, { url: '/upload-status', query: { key, ...query } })).json()
}

/** The calls to the store while something runs. */
async function callsDuring (run: () => Promise<unknown>): Promise<string[]> {
  const calls: string[] = []
  const note = (event: unknown) => {
    calls.push((event as StoreEvent).operation)
  }
  subscribe(channels.store.name, note)
  await run().finally(() => unsubscribe(channels.store.name, note))
  return calls
}

t.test('a recording goes in, and its transcript comes back', async t => {
  const { app } = await setUp(t)
  const key = await recordingOf(app)
  t.strictSame((await statusOf(app, key)).results, [])

  const { url, ...result } = (await askForUrl(app, { key, name: NAME })).json()
  t.match(result, { key, name: NAME, method: 'PUT', headers: { 'content-type': 'application/json' }, expiresIn: 900 })
  t.equal(decodeURIComponent(new URL(url).pathname).endsWith(`/${key}.results/${NAME}`), true)
  t.equal(await put({ url, headers: result.headers }, TRANSCRIPT), 200)

  const { results } = await statusOf(app, key)
  t.match(results, [{ name: NAME, size: Buffer.byteLength(TRANSCRIPT), etag: /^"[0-9a-f]{32}"$/ }])
  t.ok(Math.abs(Date.parse(results[0].lastModified) - Date.now()) < 60_000)

  const link = (await asAlice(app, { url: '/download-url', query: { key, result: NAME } })).json()
  const response = await fetch(link.url)
  t.equal(response.headers.get('content-type'), 'application/json')
  t.equal(await response.text(), TRANSCRIPT)
  t.equal(await (await fetch((await app.uploads.createDownloadUrl({ key }, ALICE)).url)).text(), 'RIFF')
})

for (const [name, type] of [
  ['transcript.json', 'application/json'],
  ['transcript.txt', 'text/plain'],
  ['captions.en.vtt', 'text/vtt'],
  ['captions-2_final.srt', 'application/x-subrip']
] as const) {
  t.test(`${name} is stored as ${type}, and as nothing else`, async t => {
    const { app } = await setUp(t)
    const key = await recordingOf(app)
    const { url, headers } = await app.uploads.createResultUrl({ key, name }, ALICE)
    t.strictSame(headers, { 'content-type': type })
    t.equal(await put({ url, headers: { 'content-type': 'text/html' } }, '<script>'), 403)
    t.strictSame((await statusOf(app, key)).results, [])
    t.equal(await put({ url, headers }, 'x'), 200)
    const link = await app.uploads.createDownloadUrl({ key, result: name }, ALICE)
    t.equal((await fetch(link.url)).headers.get('content-type'), type)
  })
}

t.test('a result may be replaced, by the same URL and by another', async t => {
  const { app } = await setUp(t)
  const key = await recordingOf(app)
  const first = await app.uploads.createResultUrl({ key, name: NAME }, ALICE)
  const second = await app.uploads.createResultUrl({ key, name: NAME }, ALICE)
  for (const [upload, text] of [
    [first, 'one'],
    [first, 'two'],
    [second, 'three']
  ] as const) {
    t.equal(await put(upload, text), 200)
    const { url } = await app.uploads.createDownloadUrl({ key, result: NAME }, ALICE)
    t.equal(await (await fetch(url)).text(), text)
  }
  t.equal((await statusOf(app, key)).results.length, 1)
})

t.test('a declared size is enforced, and one that is not declared is left open', async t => {
  const { app } = await setUp(t)
  const key = await recordingOf(app)
  const bound = await app.uploads.createResultUrl({ key, name: NAME, size: 4 }, ALICE)
  t.equal(await put(bound, 'long!'), 403)
  t.equal(await put(bound, 'abc'), 403)
  t.equal(await put(bound, 'four'), 200)
  t.equal(await put(await app.uploads.createResultUrl({ key, name: NAME }, ALICE), 'x'.repeat(100_000)), 200)
})

t.test('a declared size is held to maxSize, and to what S3 takes in one request', async t => {
  const limited = await pluginApp(t, { results: true, maxSize: 1000 })
  t.match((await askForUrl(limited, { key: KEY, name: NAME, size: 1001 })).json(), {
    statusCode: 413,
    code: 'FST_UPLOAD_TOO_LARGE',
    message: /size is 1001 bytes, but at most 1000 are accepted/
  })
  t.equal((await askForUrl(limited, { key: KEY, name: NAME, size: 1000 })).statusCode, 200)
  t.equal((await askForUrl(limited, { key: KEY, name: NAME })).statusCode, 200)
  const open = await pluginApp(t, { results: true })
  t.equal((await askForUrl(open, { key: KEY, name: NAME, size: 5 * 1024 ** 3 + 1 })).statusCode, 413)
})

t.test('results are encrypted as recordings are', async t => {
  const app = await pluginApp(t, { results: true, encryption: { kmsKeyId: 'a-key' } })
  const { headers, url } = await app.uploads.createResultUrl({ key: KEY, name: NAME }, ALICE)
  t.match(headers, {
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'a-key'
  })
  t.match(url, /X-Amz-SignedHeaders=[^&]*x-amz-server-side-encryption-aws-kms-key-id/)
})

t.test('a rejected upload has its results listed too, and one that is pending has none', async t => {
  const { app } = await setUp(t)
  const key = await recordingOf(app, '%PDF-1.7')
  await put(await app.uploads.createResultUrl({ key, name: NAME }, ALICE), TRANSCRIPT)
  t.match(await statusOf(app, key, { inspect: 'true' }), { status: 'rejected', results: [{ name: NAME }] })
  t.strictSame(await statusOf(app, KEY), { status: 'pending', key: KEY })
})

t.test('results are listed by name, without those of other recordings and what is no result', async t => {
  const { app, store } = await setUp(t)
  const [key, other] = [await recordingOf(app), await recordingOf(app)]
  for (const name of ['b.txt', 'a.vtt', 'B.json']) {
    await put(await app.uploads.createResultUrl({ key, name }, ALICE), name)
  }
  await put(await app.uploads.createResultUrl({ key: other, name: NAME }, ALICE), 'x')
  for (const rest of ['.results/page.html', '.results/a/b.json', '.results/', '.results2/c.json', '.json']) {
    await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: key + rest, Body: 'x' }))
  }
  const { results } = await statusOf(app, key)
  t.same(
    results.map(({ name }: { name: string }) => name),
    ['B.json', 'a.vtt', 'b.txt']
  )
})

t.test('without the option, no client gets a URL, nothing is listed, and the store is not asked', async t => {
  const { app } = await setUp(t, {})
  const key = await recordingOf(app)
  t.match((await askForUrl(app, { key, name: NAME })).json(), { statusCode: 404, message: /^Route POST:/ })
  const upload = await app.uploads.createResultUrl({ key, name: NAME }, ALICE)
  t.equal(await put(upload, TRANSCRIPT), 200, 'the app itself may')
  const calls = await callsDuring(async () => t.notOk('results' in (await statusOf(app, key))))
  t.same(calls, ['HeadObject'])
})

t.test('with the option, the store is asked once, and only where there is a recording', async t => {
  const { app } = await setUp(t)
  const key = await recordingOf(app)
  t.same(await callsDuring(() => statusOf(app, key)), ['HeadObject', 'ListObjectsV2'])
  t.notOk((await callsDuring(() => statusOf(app, KEY))).includes('ListObjectsV2'))
  t.same(await callsDuring(() => askForUrl(app, { key, name: NAME })), [])
})

t.test('a store that does not let the service list is answered 502, naming the permission', async t => {
  const store = await scriptedStore(t, ({ method }, response) => {
    if (method === 'HEAD') return response.writeHead(200, { 'content-length': '4', etag: '"x"' }).end()
    response.writeHead(403, { 'content-type': 'application/xml' }).end(errorBody('AccessDenied'))
  })
  const status = (options: Partial<UploadUrlOptions>) => appFor(t, store, options).then(app => statusOf(app, KEY))
  const refused = await status({ results: true })
  t.match(refused, { statusCode: 502, code: 'FST_UPLOAD_STORE_REFUSED', message: /s3:ListBucket/ })
  t.notMatch(JSON.stringify(refused), 'secret detail')
  t.match(await status({}), { status: 'uploaded', size: 4 })
})

t.test('a store that lists other objects than were asked for is answered 502', async t => {
  const store = await scriptedStore(t, ({ method }, response) => {
    if (method === 'HEAD') return response.writeHead(200, { 'content-length': '4', etag: '"x"' }).end()
    const object = '<Key>uploads/bob/a.json</Key><Size>1</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified>'
    response.end(`<ListBucketResult><Contents>${object}</Contents></ListBucketResult>`)
  })
  const app = await appFor(t, store, { results: true })
  t.match(await statusOf(app, KEY), { statusCode: 502, code: 'FST_UPLOAD_STORE_REFUSED' })
})

for (const name of [
  '',
  '.json',
  'json',
  'transcript',
  'transcript.html',
  'transcript.JSON',
  'transcript.json.',
  'a..json',
  '../a.json',
  'a/b.json',
  '/a.json',
  'a\\b.json',
  'a b.json',
  'ä.json',
  '%2e%2e%2fa.json',
  'a.json\n',
  'a.json\0',
  '-a.json',
  'a?.json',
  'a#.json',
  `${'a'.repeat(96)}.json`
]) {
  t.test(`${JSON.stringify(name)} is no name of a result, and answered 400`, async t => {
    const app = await pluginApp(t, { results: true })
    const refused = { statusCode: 400, code: 'FST_ERR_VALIDATION' }
    t.match((await askForUrl(app, { key: KEY, name })).json(), { ...refused, message: /^body\/name must/ })
    const link = await asAlice(app, { url: '/download-url', query: { key: KEY, result: name } })
    t.match(link.json(), { ...refused, message: /^querystring\/result must/ })
    await t.rejects(app.uploads.createResultUrl({ key: KEY, name }, ALICE), { code: 'FST_UPLOAD_INVALID_INPUT' })
    await t.rejects(app.uploads.createDownloadUrl({ key: KEY, result: name }, ALICE), {
      code: 'FST_UPLOAD_INVALID_INPUT'
    })
  })
}

t.test(
  'whatever key and name are sent, what is signed lies beside a recording of the owner’s, or nothing is',
  async t => {
    const app = await pluginApp(t, { results: true })
    const piece = fc.oneof(
      fc.constantFrom(
        'uploads',
        'alice',
        'bob',
        '/',
        '..',
        '.',
        '.results',
        '.results/',
        '.mp3',
        '.json',
        KEY,
        NAME,
        '%2F',
        '?',
        '#',
        '\\'
      ),
      fc.string({ unit: 'binary', maxLength: 4 })
    )
    const text = fc.array(piece, { minLength: 1, maxLength: 6 }).map(pieces => pieces.join(''))
    const key = fc.oneof(
      text,
      fc.constant(KEY),
      text.map(text => `uploads/alice/${text}`)
    )
    const name = fc.oneof(
      text,
      fc.constant(NAME),
      text.map(text => `${text}.json`)
    )
    await holds(
      t,
      fc.asyncProperty(key, name, async (key, name) => {
        const { statusCode, body } = await askForUrl(app, { key, name })
        if (statusCode !== 200) return [400, 404].includes(statusCode)
        const { pathname } = new URL(JSON.parse(body).url)
        return (
          pathname === `/${key}.results/${name}` &&
          /^\/uploads\/alice\/[\w-]+(\.[a-z0-9]+)?\.results\/[\w.-]+\.(json|txt|srt|vtt)$/.test(pathname)
        )
      }),
      cases(1000, 50_000)
    )
  }
)

/** Every operation that takes a key, by each of its routes. */
const withKey = (key: string): InjectOptions[] => {
  const uploadId = '2~x'
  return [
    { url: '/upload-status', query: { key } },
    { url: '/upload-status', query: { key, inspect: 'true' } },
    { url: '/download-url', query: { key } },
    { url: '/download-url', query: { key, result: NAME } },
    { method: 'POST', url: '/result-urls', payload: { key, name: NAME } },
    { method: 'POST', url: '/multipart-uploads/part-urls', payload: { key, uploadId, from: 1, to: 1 } },
    { method: 'POST', url: '/multipart-uploads/complete', payload: { key, uploadId } },
    { url: '/multipart-uploads/parts', query: { key, uploadId } },
    { method: 'DELETE', url: '/multipart-uploads', query: { key, uploadId } }
  ]
}

async function answersTo (app: FastifyInstance, owner: string, key: string) {
  return Promise.all(
    withKey(key).map(async request => {
      const { statusCode, headers, body } = await app.inject({ ...request, headers: { 'x-user': owner } })
      return { statusCode, body, headers: Object.keys(headers) }
    })
  )
}

/** A recording of Alice's with a transcript. */
async function withTranscript (t: Test): Promise<{ app: FastifyInstance; store: Store; key: string }> {
  const { app, store } = await setUp(t)
  const key = await recordingOf(app)
  await put(await app.uploads.createResultUrl({ key, name: NAME }, ALICE), TRANSCRIPT)
  return { app, store, key }
}

t.test('another owner’s recording is answered 404, byte for byte the same whether or not it has a result', async t => {
  const { app, key } = await withTranscript(t)
  const there = await answersTo(app, 'bob', key)
  for (const { statusCode, body } of there) {
    t.equal(statusCode, 404)
    t.equal(body, there[0]!.body)
  }
  for (const other of [await recordingOf(app), KEY, 'uploads/bob', '../x', key.replace('alice', 'carol')]) {
    t.strictSame(await answersTo(app, 'bob', other), there)
  }
})

t.test('the key of a result is the key of no upload: its owner is answered 404 by every operation', async t => {
  const { app, key } = await withTranscript(t)
  const nothing = await answersTo(app, 'bob', key)
  for (const resultKey of [
    `${key}.results/${NAME}`,
    `${key}.results/nothing.txt`,
    `${key}.results/`,
    `${key}.results`
  ]) {
    t.strictSame(await answersTo(app, 'alice', resultKey), nothing, resultKey)
  }
})

t.test('no id that an app makes is the place of a result', async t => {
  for (const id of [`x.results/${NAME}`, 'x.results', 'x.mp3.results/a', '../x', 'a/b']) {
    const app = await pluginApp(t, { results: true, createId: () => id })
    await t.rejects(app.uploads.createUploadUrl({}, ALICE), { code: 'FST_UPLOAD_INVALID_OPTIONS', message: /createId/ })
  }
})

t.test('whoever may not create URLs for results gets none', async t => {
  const asked: unknown[] = []
  const app = await pluginApp(t, {
    results: true,
    authorize (_request, { operation, input }) {
      asked.push([operation, input])
      return operation !== 'createResultUrl'
    }
  })
  const input = { key: KEY, name: NAME }
  t.match((await askForUrl(app, input)).json(), { statusCode: 403, code: 'FST_UPLOAD_FORBIDDEN' })
  t.strictSame(asked, [['createResultUrl', input]])
})

t.test('results: an option that is no boolean stops the start', async t => {
  for (const results of ['true', 1, {}]) {
    await t.rejects(register({ ...FIXED_OPTIONS, results }), { code: 'FST_UPLOAD_INVALID_OPTIONS', message: /results/ })
  }
})

t.test('without a prefix, and for an owner with any name, a result comes back', async t => {
  for (const owner of ['alice', 'żółw/../x', '.', 'x'.repeat(500), randomUUID()]) {
    const { app } = await setUp(t, { results: true, keyPrefix: '' })
    const { url, headers, key } = await app.uploads.createUploadUrl({ filename: 'talk.wav' }, { owner })
    await put({ url, headers }, 'RIFF')
    t.equal(await put(await app.uploads.createResultUrl({ key, name: NAME }, { owner }), TRANSCRIPT), 200)
    t.match(await app.uploads.getUploadStatus({ key }, { owner }), { results: [{ name: NAME }] })
    const link = await app.uploads.createDownloadUrl({ key, result: NAME }, { owner })
    t.equal(await (await fetch(link.url)).text(), TRANSCRIPT)
  }
})
