import { readFile } from 'node:fs/promises'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import uploadUrl from '../../../plugins/upload-url/index.js'
import uploadEvents, { type UploadEventsOptions } from '../../../plugins/upload-url/events/index.js'
import { asAlice, FIXED_OPTIONS } from '../../fixtures/app.js'
import { startStore, type Store } from '../../fixtures/store.js'
import { appFor } from '../../fixtures/uploads-to.js'
import { putAll, start } from '../multipart/uploader.js'

const SECRET = 'the-secret-of-this-route-0123456789'
const ALICE = { owner: 'alice' }

const recording = (extension: string) => readFile(`test/fixtures/audio/dictation.${extension}`)

interface Told {
  readonly status: string
  readonly key: string
  readonly owner: string
  readonly id: string
  readonly codec: string | undefined
}

/** An app with the plugin, and what its hook was told. */
async function withEvents (t: Test, options: Partial<UploadEventsOptions> = {}) {
  const store = await startStore(t)
  const app = await appFor(t, store)
  const told: Told[] = []
  await app.register(uploadEvents, {
    onUploaded (upload, { owner, id }) {
      const codec = 'audio' in upload ? upload.audio?.codec : undefined
      told.push({ status: upload.status, key: upload.key, owner, id, codec })
    },
    ...options
  })
  await app.ready()
  return { app, store, told }
}

async function upload (
  app: Awaited<ReturnType<typeof withEvents>>['app'],
  body: string | Uint8Array = 'hello',
  owner = 'alice'
) {
  const { url, key, headers } = await app.uploads.createUploadUrl({ filename: 'a.mp3' }, { owner })
  const response = await fetch(url, { method: 'PUT', body, headers })
  if (!response.ok) throw new Error(await response.text())
  return key
}

function deferred () {
  let release = () => {}
  const promise = new Promise<void>(resolve => {
    release = resolve
  })
  return { promise, resolve: release }
}

function event ({ bucket }: Pick<Store, 'bucket'>, ...keys: string[]) {
  return {
    Records: keys.map(key => ({
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: bucket }, object: { key } }
    }))
  }
}

t.test('an event of the store runs the hook with the status and the owner of the upload', async t => {
  const { app, store, told } = await withEvents(t)
  const key = await upload(app, 'hello', 'zoë@example.com')
  await app.uploads.handleStoreEvent(event(store, encodeURIComponent(key)))
  t.match(told, [
    {
      status: 'uploaded',
      key,
      owner: 'zoë@example.com',
      id: /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    }
  ])
})

t.test('the id is the same for the same object, and another for another', async t => {
  const { app, store, told } = await withEvents(t)
  const [one, other] = [await upload(app), await upload(app)]
  await app.uploads.handleStoreEvent(event(store, one))
  await app.uploads.handleStoreEvent(event(store, one, other))
  // The objects of one event are looked at beside each other, so the hook hears of them in any order.
  const ids = (key: string) => [...new Set(told.filter(upload => upload.key === key).map(upload => upload.id))]
  t.equal(told.length, 3)
  t.equal(ids(one).length, 1)
  t.equal(ids(other).length, 1)
  t.not(ids(other)[0], ids(one)[0])
})

t.test('with inspect, the hook is told what the upload is, and what is no audio is rejected', async t => {
  const { app, store, told } = await withEvents(t, { inspect: true })
  const [audio, other] = [await upload(app, await recording('mp3')), await upload(app, '%PDF-1.7 not audio')]
  await app.uploads.handleStoreEvent(event(store, audio, other))
  t.match(
    told.sort((a, b) => (a.status < b.status ? -1 : 1)),
    [
      { status: 'rejected', key: other },
      { status: 'uploaded', key: audio, codec: 'mp3' }
    ]
  )
})

t.test(
  'the hook hears nothing of another bucket, another prefix, an object that is not there, or a key that is none',
  async t => {
    const { app, store, told } = await withEvents(t)
    const key = await upload(app)
    await app.uploads.handleStoreEvent(event({ bucket: 'another' }, key))
    await app.uploads.handleStoreEvent(
      event(store, `other/${key}`, key.replace('alice', 'bob'), 'uploads/alice/../x', 'uploads/alice', '', `${key}/x`)
    )
    await app.uploads.handleStoreEvent({
      Records: [{ ...event(store, key).Records[0], eventName: 'ObjectRemoved:Delete' }]
    })
    t.same(told, [])
  }
)

t.test('a result that lands runs onResult with its recording and its owner, and is no upload', async t => {
  const results: unknown[] = []
  const { app, store, told } = await withEvents(t, {
    onResult: (result, { owner, id }) => {
      results.push({ ...result, owner, id })
    }
  })
  const key = await upload(app)
  const { url, headers } = await app.uploads.createResultUrl({ key, name: 'transcript.json' }, ALICE)
  await fetch(url, { method: 'PUT', headers, body: '{}' })
  await app.uploads.handleStoreEvent(
    event(store, `${key}.results/transcript.json`, `${key}.results/missing.json`, `${key}.results/no.exe`)
  )
  t.match(results, [
    { key, name: 'transcript.json', size: 2, contentType: 'application/json', owner: 'alice', id: /^[0-9a-f-]{36}$/ }
  ])
  t.same(told, [])
})

t.test('what the hook throws makes the event come again, after the others of its message were tried', async t => {
  let failing = true
  const seen: string[] = []
  const { app, store } = await withEvents(t, {
    async onUploaded ({ key }) {
      if (failing && seen.length === 0) {
        failing = false
        throw new Error('the queue is down')
      }
      seen.push(key)
    }
  })
  const keys = [await upload(app), await upload(app), await upload(app)]
  await t.rejects(app.uploads.handleStoreEvent(event(store, ...keys)), {
    code: 'FST_UPLOAD_NOT_PROCESSED',
    cause: { message: 'the queue is down' }
  })
  t.equal(seen.length, 2)
  await app.uploads.handleStoreEvent(event(store, ...keys))
  t.same(new Set(seen), new Set(keys))
})

t.test('where the store cannot be asked, the event has to come again', async t => {
  const { app, store } = await withEvents(t)
  const key = await upload(app)
  const dead = await appFor(t, { ...store, endpoint: 'http://127.0.0.1:9' })
  await dead.register(uploadEvents, {
    onUploaded: () => {
      t.fail('was told')
    }
  })
  await t.rejects(dead.uploads.handleStoreEvent(event(store, key)), { code: 'FST_UPLOAD_STORE_UNAVAILABLE' })
})

t.test('without the plugin, an event is refused with what to do', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(uploadUrl, FIXED_OPTIONS)
  await t.rejects(app.uploads.handleStoreEvent({}), {
    code: 'FST_UPLOAD_INVALID_OPTIONS',
    message: /register fastify-upload-url\/events/
  })
})

t.test('completing an upload in parts runs the hook before it is answered', async t => {
  const { app, told } = await withEvents(t)
  const multipart = await start(app, { filename: 'a.mp3' })
  await putAll(app, multipart, Buffer.from('hello'))
  const { key, uploadId } = multipart
  t.equal(
    (await asAlice(app, { method: 'POST', url: '/multipart-uploads/complete', payload: { key, uploadId } })).statusCode,
    200
  )
  t.match(told, [{ status: 'uploaded', key, owner: 'alice' }])
})

t.test('where the hook fails at a completion, the answer says that repeating it is safe, and it is', async t => {
  let calls = 0
  const { app } = await withEvents(t, {
    onUploaded: () => {
      calls += 1
      if (calls === 1) throw new Error('secret detail')
    }
  })
  const multipart = await start(app, { filename: 'a.mp3' })
  await putAll(app, multipart, Buffer.from('hello'))
  const { key, uploadId } = multipart
  const complete = () =>
    asAlice(app, { method: 'POST', url: '/multipart-uploads/complete', payload: { key, uploadId } })
  const failed = await complete()
  t.match(failed.json(), { statusCode: 503, code: 'FST_UPLOAD_NOT_PROCESSED', message: /again, which is safe/ })
  t.match(failed.headers['retry-after'], /^\d+$/)
  t.notMatch(failed.body, /secret/)
  t.match((await complete()).json(), { key, size: 5 })
  t.equal(calls, 2)
})

t.test('an inspected status runs the hook before it is answered, one that is not inspected does not', async t => {
  const { app, told } = await withEvents(t)
  const key = await upload(app, await recording('mp3'))
  await asAlice(app, { url: '/upload-status', query: { key } })
  t.same(told, [])
  t.match((await asAlice(app, { url: '/upload-status', query: { key, inspect: 'true' } })).json(), {
    status: 'uploaded'
  })
  t.match(told, [{ key, owner: 'alice', codec: 'mp3' }])
})

t.test('a pending upload runs no hook', async t => {
  const { app, told } = await withEvents(t)
  const { key } = await app.uploads.createUploadUrl({}, ALICE)
  t.match((await asAlice(app, { url: '/upload-status', query: { key, inspect: 'true' } })).json(), {
    status: 'pending'
  })
  t.same(told, [])
})

for (const [how, headers, path] of [
  ['a bearer token', { authorization: `Bearer ${SECRET}` }, ''],
  ['basic authentication', { authorization: `Basic ${Buffer.from(`anybody:${SECRET}`).toString('base64')}` }, ''],
  ['the path', {}, `/${SECRET}`]
] as const) {
  t.test(`the route takes messages with its secret by ${how}`, async t => {
    const { app, store, told } = await withEvents(t, { http: { secret: SECRET } })
    const key = await upload(app)
    const response = await app.inject({
      method: 'POST',
      url: `/upload-events${path}`,
      headers,
      payload: event(store, key)
    })
    t.equal(response.statusCode, 204)
    t.match(told, [{ key }])
  })
}

for (const [what, headers, path] of [
  ['no secret', {}, ''],
  ['another', { authorization: 'Bearer nope' }, ''],
  ['another in the path', {}, '/nope'],
  ['a prefix of it', { authorization: `Bearer ${SECRET.slice(0, -1)}` }, ''],
  ['another by basic', { authorization: 'Basic bm9wZTpub3Bl' }, ''],
  ['an empty one', { authorization: 'Bearer ' }, ''],
  ['it as the user', { authorization: `Basic ${Buffer.from(`${SECRET}:x`).toString('base64')}` }, '']
] as const) {
  t.test(`the route refuses a message with ${what}, and looks at nothing`, async t => {
    const { app, store, told } = await withEvents(t, { http: { secret: SECRET } })
    const key = await upload(app)
    const response = await app.inject({
      method: 'POST',
      url: `/upload-events${path}`,
      headers,
      payload: event(store, key)
    })
    t.match(response.json(), { statusCode: 401, code: 'FST_UPLOAD_UNAUTHENTICATED' })
    t.type(response.headers['www-authenticate'], 'string')
    t.same(told, [])
  })
}

for (const [what, secret, path] of [
  ['with slashes, as base64 has them', 'b64/with+slashes/0123456789==', 'b64/with+slashes/0123456789=='],
  ['with slashes that are encoded', 'b64/with+slashes/0123456789==', 'b64%2Fwith%2Bslashes%2F0123456789%3D%3D'],
  ['of 200 characters', 'x'.repeat(200), 'x'.repeat(200)]
] as const) {
  t.test(`the path may hold a secret ${what}, and is not logged`, async t => {
    const lines: string[] = []
    const app = Fastify({ logger: { level: 'trace', stream: { write: line => { lines.push(line) } } } })
    t.teardown(() => app.close())
    await app.register(uploadUrl, FIXED_OPTIONS)
    await app.register(uploadEvents, { onUploaded () {}, http: { secret } })
    const send = async (url: string) => await app.inject({ method: 'POST', url, payload: {} })
    t.equal((await send(`/upload-events/${path}`)).statusCode, 204)
    t.equal((await send(`/upload-events/${path}/x`)).statusCode, 401)
    t.ok(lines.length > 2)
    t.notOk(lines.join('').includes(path))
  })
}

t.test('the route takes JSON under any type, and answers what is not an event with success', async t => {
  const { app, store, told } = await withEvents(t, { http: { secret: SECRET } })
  const key = await upload(app)
  for (const [type, payload] of [
    ['text/plain; charset=UTF-8', JSON.stringify(event(store, key))],
    ['application/x-www-form-urlencoded', 'x'],
    ['application/json', '{'],
    ['application/json', '']
  ] as const) {
    const response = await app.inject({
      method: 'POST',
      url: `/upload-events/${SECRET}`,
      headers: { 'content-type': type },
      payload
    })
    t.equal(response.statusCode, 204, type)
  }
  t.equal(told.length, 1)
})

t.test('probes are answered, with the secret or without', async t => {
  const { app } = await withEvents(t, { http: { secret: SECRET, path: '/hooks/s3' } })
  for (const method of ['GET', 'HEAD'] as const) {
    for (const url of ['/hooks/s3', `/hooks/s3/${SECRET}`, '/hooks/s3/nope']) {
      t.equal((await app.inject({ method, url })).statusCode, 204)
    }
  }
})

t.test('a message whose hook throws is answered 503, with the seconds to wait', async t => {
  const { app, store } = await withEvents(t, {
    http: { secret: SECRET },
    onUploaded: () => {
      throw new Error('down')
    }
  })
  const response = await app.inject({
    method: 'POST',
    url: `/upload-events/${SECRET}`,
    payload: event(store, await upload(app))
  })
  t.match(response.json(), { statusCode: 503, code: 'FST_UPLOAD_NOT_PROCESSED' })
  t.match(response.headers['retry-after'], /^\d+$/)
})

t.test('above the bound, messages are answered 503, and none is lost for it', async t => {
  const [called, held] = [deferred(), deferred()]
  const { app, store } = await withEvents(t, {
    http: { secret: SECRET, concurrency: 1 },
    onUploaded: async () => {
      called.resolve()
      await held.promise
    }
  })
  const payload = event(store, await upload(app))
  const send = async () => await app.inject({ method: 'POST', url: `/upload-events/${SECRET}`, payload })
  const first = send()
  await called.promise
  t.match((await send()).json(), { statusCode: 503, code: 'FST_UPLOAD_BUSY' })
  held.resolve()
  t.equal((await first).statusCode, 204)
  t.equal((await send()).statusCode, 204)
})

t.test('the secret is not logged, wherever it stands', async t => {
  const lines: string[] = []
  const store = await startStore(t)
  const app = Fastify({
    logger: {
      level: 'trace',
      stream: {
        write: line => {
          lines.push(line)
        }
      }
    }
  })
  t.teardown(() => app.close())
  const { bucket, endpoint, region, credentials } = store
  await app.register(uploadUrl, {
    bucket,
    client: { endpoint, region, credentials, forcePathStyle: true },
    allowAnonymous: true
  })
  await app.register(uploadEvents, {
    onUploaded: () => {
      throw new Error('x')
    },
    http: { secret: SECRET }
  })
  await app.inject({ method: 'POST', url: `/upload-events/${SECRET}`, payload: {} })
  await app.inject({
    method: 'POST',
    url: '/upload-events',
    headers: { authorization: `Bearer ${SECRET}` },
    payload: '{'
  })
  await app.inject({ method: 'POST', url: `/upload-events/${SECRET}x`, payload: {} })
  t.ok(lines.length > 5)
  t.notMatch(lines.join(''), SECRET)
})

for (const [options, message] of [
  [{}, /onUploaded must be a function/],
  [{ onUploaded: 1 }, /onUploaded/],
  [{ onUploaded () {}, inspect: 'yes' }, /inspect must be boolean/],
  [{ onUploaded () {}, htp: {} }, /unknown field htp/],
  [{ onUploaded () {}, http: { secret: 'short' } }, /http\.secret/],
  [{ onUploaded () {}, http: { secret: SECRET, path: 'x y' } }, /http\.path/],
  [{ onUploaded () {}, http: { secret: SECRET, concurrency: 0 } }, /http\.concurrency/]
] as const) {
  t.test(`options that are wrong are refused by name: ${message}`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(uploadUrl, FIXED_OPTIONS)
    await t.rejects(async () => await app.register(uploadEvents, options as never), {
      code: 'FST_UPLOAD_INVALID_OPTIONS',
      message
    })
  })
}
