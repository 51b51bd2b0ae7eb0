import { createHash } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import metrics from '../plugins/metrics.js'
import uploadUrl from '../plugins/upload-url/index.js'
import { EXAMPLE_CREDENTIALS, FIXED_OPTIONS, asAlice } from './fixtures/app.js'
import { freePort } from './fixtures/free-port.js'
import { startStore } from './fixtures/store.js'

const KEY = 'a-key-for-prometheus'
const AS_PROMETHEUS = { authorization: `Bearer ${KEY}` }

async function measuredApp (t: Test, options: object = {}): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(metrics, { key: createHash('sha256').update(KEY).digest() })
  await app.register(uploadUrl, { ...FIXED_OPTIONS, ...options })
  return app
}

async function figures (app: FastifyInstance): Promise<string> {
  return (await app.inject({ url: '/metrics', headers: AS_PROMETHEUS })).body
}

t.test('the figures are for whoever has the key', async t => {
  const app = await measuredApp(t)
  const response = await app.inject({ url: '/metrics', headers: AS_PROMETHEUS })
  t.equal(response.statusCode, 200)
  t.match(response.headers['content-type'], /^text\/plain; version=/)
  t.match(response.body, /^process_cpu_seconds_total /m)
})

for (const authorization of [undefined, '', 'Bearer', 'Bearer wrong', `Basic ${KEY}`, KEY, `Bearer ${KEY}x`]) {
  t.test(`"${authorization}" opens no figures`, async t => {
    const response = await (
      await measuredApp(t)
    ).inject({ url: '/metrics', headers: authorization === undefined ? {} : { authorization } })
    t.match(response.json(), { statusCode: 401, code: 'FST_METRICS_UNAUTHENTICATED' })
  })
}

t.test('requests are counted by route, never by what was asked', async t => {
  const app = await measuredApp(t)
  app.get('/of/:token', async () => 'fine')
  await app.inject('/of/a-secret?and=another')
  await app.inject('/no-such-path')
  const text = await figures(app)
  t.match(text, 'http_request_duration_seconds_count{method="GET",route="/of/:token",status_code="200"} 1')
  t.match(text, 'http_request_duration_seconds_count{method="any",route="unknown",status_code="404"} 1')
  t.notMatch(text, /a-secret|no-such-path/)
})

t.test('signatures are counted by operation and outcome', async t => {
  const app = await measuredApp(t)
  await asAlice(app, { url: '/upload-url' })
  await asAlice(app, { url: '/upload-urls', method: 'POST', payload: { files: [{}, {}, {}] } })
  await asAlice(app, { url: '/upload-forms', method: 'POST', payload: {} })
  const text = await figures(app)
  t.match(text, 'upload_url_signed_total{operation="PutObject",outcome="signed"} 4')
  t.match(text, 'upload_url_signed_total{operation="PostObject",outcome="signed"} 1')
})

t.test('calls to the store are counted by operation and by what the store said', async t => {
  const { endpoint, region, bucket, credentials } = await startStore(t)
  const app = await measuredApp(t, { bucket, client: { endpoint, region, credentials, forcePathStyle: true } })
  await app.uploads.checkStore()
  const { key } = await app.uploads.createUploadUrl({}, { owner: 'alice' })
  await app.uploads.getUploadStatus({ key }, { owner: 'alice' })
  const text = await figures(app)
  t.match(text, 'upload_url_store_call_duration_seconds_count{operation="HeadBucket",outcome="ok"} 1')
  t.match(text, 'upload_url_store_call_duration_seconds_count{operation="HeadObject",outcome="http_404"} 1')
})

t.test('a store that can’t be reached is counted as such', async t => {
  const app = await measuredApp(t, {
    client: {
      endpoint: `http://127.0.0.1:${await freePort()}`,
      region: 'eu-central-1',
      credentials: EXAMPLE_CREDENTIALS,
      maxAttempts: 1
    }
  })
  await t.rejects(app.uploads.checkStore())
  t.match(
    await figures(app),
    'upload_url_store_call_duration_seconds_count{operation="HeadBucket",outcome="unreachable"} 1'
  )
})

t.test('refreshes of credentials are counted by outcome', async t => {
  const dying = { ...EXAMPLE_CREDENTIALS, expiration: new Date(FIXED_OPTIONS.clock().getTime() + 60_000) }
  const app = await measuredApp(t, { client: { region: 'eu-central-1', credentials: async () => dying } })
  await asAlice(app, { url: '/upload-url' })
  t.match(await figures(app), 'upload_url_credential_refreshes_total{outcome="kept"} 1')
})

t.test('an app that has closed counts no more', async t => {
  const closed = await measuredApp(t)
  await closed.close()
  const app = await measuredApp(t)
  await asAlice(app, { url: '/upload-url' })
  t.match(await figures(app), 'upload_url_signed_total{operation="PutObject",outcome="signed"} 1')
})

t.test('anybody may listen, and hears no secret', async t => {
  const heard: unknown[] = []
  const listener = (message: unknown) => {
    heard.push(message)
  }
  subscribe('fastify-upload-url:sign', listener)
  t.teardown(() => unsubscribe('fastify-upload-url:sign', listener))
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(uploadUrl, FIXED_OPTIONS)
  await asAlice(app, { url: '/upload-url' })
  t.match(heard, [{ operation: 'PutObject', duration: Number }])
  t.notMatch(JSON.stringify(heard), /Signature|AKIA/)
})
