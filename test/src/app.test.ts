import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { DEVELOPMENT_KEY, loadConfig } from '../../plugins/config.js'
import { buildApp } from '../../src/app.js'

const AS_DEVELOPER = { authorization: `Bearer ${DEVELOPMENT_KEY}` }

async function localApp (t: Test, variables: Record<string, string> = {}, storeDirectory = t.testdir()): Promise<FastifyInstance> {
  const app = await buildApp(loadConfig({ PORT: '0', LOG_LEVEL: 'silent', ...variables }), { storeDirectory })
  t.teardown(() => app.close())
  return app
}

t.test('a recording is uploaded, survives a restart, and reads back unchanged', async t => {
  const recording = await readFile('test/fixtures/audio/dictation.mp3')
  const directory = t.testdir()
  const before = await localApp(t, {}, directory)
  const { url, key, headers } = (await before.inject({ url: '/upload-url', query: { filename: 'dictation.mp3', size: String(recording.length) }, headers: AS_DEVELOPER })).json()
  t.equal((await fetch(url, { method: 'PUT', headers, body: recording })).status, 200)
  await before.close()

  const after = await localApp(t, {}, directory)
  const { url: link } = (await after.inject({ url: '/download-url', query: { key }, headers: AS_DEVELOPER })).json()
  const stored = await (await fetch(link)).arrayBuffer()
  t.equal(sha256(Buffer.from(stored)), sha256(recording))
})

t.test('no route but health and docs answers without a key', async t => {
  const app = await localApp(t)
  await app.ready()
  const open = new Set(['/health/live', '/health/ready'])
  const { paths } = app.swagger() as { paths: Record<string, Record<string, unknown>> }
  let closed = 0
  for (const [url, operations] of Object.entries(paths)) {
    for (const method of Object.keys(operations)) {
      const { statusCode } = await app.inject({ method: method.toUpperCase() as 'GET', url })
      if (open.has(url)) t.equal(statusCode, 200, url)
      else t.equal(statusCode, 401, `${method} ${url}`)
      closed++
    }
  }
  t.ok(closed > 5)
})

t.test('health says that the embedded store is there', async t => {
  const app = await localApp(t)
  t.equal((await app.inject('/health/ready')).statusCode, 200)
})

t.test('the documentation is served as JSON, as YAML and as a page', async t => {
  const app = await localApp(t)
  t.match((await app.inject('/docs/json')).json(), { openapi: '3.1.0' })
  t.match((await app.inject('/docs/yaml')).body, /^openapi: 3\.1\.0/)
  t.match((await app.inject('/docs')).body, /<!doctype html>/i)
})

t.test('an unknown path is answered 404 with a code', async t => {
  t.match((await (await localApp(t)).inject('/nowhere?secret=1')).json(), { statusCode: 404, code: 'FST_ROUTE_NOT_FOUND', message: /^There is no GET \/nowhere:/ })
})

t.test('what goes wrong inside stays inside', async t => {
  const app = await localApp(t)
  app.get('/broken', async () => { throw new Error('password of the database') })
  const response = await app.inject('/broken')
  t.match(response.json(), { statusCode: 500, code: 'FST_INTERNAL' })
  t.notMatch(response.body, 'password')
})

t.test('browsers of the configured origins may call, others may not', async t => {
  const app = await localApp(t, { CORS_ORIGINS: 'https://app.example.com' })
  const preflight = (origin: string) => app.inject({ method: 'OPTIONS', url: '/upload-urls', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } })
  t.equal((await preflight('https://app.example.com')).headers['access-control-allow-origin'], 'https://app.example.com')
  t.not((await preflight('https://evil.example')).headers['access-control-allow-origin'], 'https://evil.example')
})

t.test('limits of the environment hold', async t => {
  const app = await localApp(t, { MAX_UPLOAD_BYTES: '1000', ALLOWED_FORMATS: 'wav', PRESIGNED_URL_EXPIRATION: '60', KEY_PREFIX: 'in' })
  const ask = async (query: Record<string, string>) => (await app.inject({ url: '/upload-url', query, headers: AS_DEVELOPER })).json()
  t.match(await ask({ filename: 'a.wav', size: '1000' }), { expiresIn: 60, key: /^in\/developer\/.*\.wav$/ })
  t.match(await ask({ filename: 'a.wav', size: '1001' }), { code: 'FST_UPLOAD_TOO_LARGE' })
  t.match(await ask({ filename: 'a.wav' }), { code: 'FST_UPLOAD_FIELD_REQUIRED', message: /^size/ })
  t.match(await ask({ filename: 'a.mp3', size: '10' }), { code: 'FST_UPLOAD_FORMAT_REFUSED' })
  t.match(await ask({ size: '10' }), { code: 'FST_UPLOAD_FIELD_REQUIRED', message: /^contentType/ })
})

t.test('replies tell browsers to run nothing of them', async t => {
  const { headers } = await (await localApp(t)).inject({ url: '/upload-url', headers: AS_DEVELOPER })
  t.match(headers, { 'content-security-policy': "default-src 'none';frame-ancestors 'none'", 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
})

t.test('the documentation page may run its own scripts, and has no others', async t => {
  const app = await localApp(t)
  const { headers, body } = await app.inject('/docs')
  t.match(headers['content-security-policy'], /script-src 'self'/)
  t.notMatch(headers['content-security-policy'], /unsafe-inline|unsafe-eval/)
  const scripts = [...body.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)]
  t.not(scripts.length, 0)
  for (const [, attributes, text] of scripts) {
    const source = /src="\.?([^"]+)"/.exec(attributes!)?.[1]
    t.equal(text?.trim(), '')
    t.equal((await app.inject(source!)).statusCode, 200, String(source))
  }
})

t.test('owners and addresses are limited as configured, health is not', async t => {
  const app = await localApp(t, { RATE_LIMIT_MAX: '2', RATE_LIMIT_MAX_PER_ADDRESS: '4' })
  const ask = async (headers = {}, url = '/upload-url') => (await app.inject({ url, headers })).statusCode
  t.same([await ask(AS_DEVELOPER), await ask(AS_DEVELOPER), await ask(AS_DEVELOPER)], [200, 200, 429])
  t.same([await ask(), await ask()], [401, 429], 'wrong keys are limited by address')
  t.same([await ask({}, '/health/live'), await ask({}, '/health/ready')], [200, 200])
})

t.test('figures need their own key, and there are none without one', async t => {
  t.equal((await (await localApp(t)).inject('/metrics')).statusCode, 404)
  const app = await localApp(t, { METRICS_KEY: 'a-key-for-prometheus' })
  t.equal((await app.inject({ url: '/metrics', headers: AS_DEVELOPER })).statusCode, 401)
  t.equal((await app.inject({ url: '/metrics', headers: { authorization: 'Bearer a-key-for-prometheus' } })).statusCode, 200)
})

t.test('a body that is too large is refused before it is read', async t => {
  const app = await localApp(t)
  const response = await app.inject({ method: 'POST', url: '/upload-urls', headers: { ...AS_DEVELOPER, 'content-type': 'application/json' }, payload: ' '.repeat(1024 ** 2 + 1) })
  t.match(response.json(), { statusCode: 413, code: 'FST_ERR_CTP_BODY_TOO_LARGE' })
})

t.test('a failure is logged once, as an error', async t => {
  const log: string[] = []
  const app = await buildApp(loadConfig({ PORT: '0' }), { storeDirectory: t.testdir(), logStream: { write: line => { log.push(line) } } })
  t.teardown(() => app.close())
  await app.drain(0)
  const { headers } = await app.inject('/health/ready')
  const lines = log.map(line => JSON.parse(line)).filter(({ reqId }) => reqId === headers['x-request-id'])
  t.match(lines, [{ level: 50, err: { code: 'FST_HEALTH_NOT_READY' } }])
  t.equal(lines.length, 1)
})

t.test('logs name the owner and the request, and hold nothing of the URL that was signed', async t => {
  const log: string[] = []
  const app = await buildApp(loadConfig({ PORT: '0' }), { storeDirectory: t.testdir(), logStream: { write: line => { log.push(line) } } })
  t.teardown(() => app.close())
  const response = await app.inject({ url: '/upload-url?filename=secret-plans.mp3', headers: AS_DEVELOPER })
  const line = JSON.parse(log.find(line => line.includes('request completed'))!)
  t.match(line, { reqId: response.headers['x-request-id'], owner: 'developer', route: '/upload-url', statusCode: 200 })
  const signature = /X-Amz-Signature=([0-9a-f]+)/.exec(response.json().url)![1]!
  for (const secret of [signature, DEVELOPMENT_KEY, 'secret-plans']) t.notMatch(log.join(''), secret)
})

function sha256 (bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

t.test('a path that stands for its user spends the budget of its user', async t => {
  const app = await localApp(t, { RATE_LIMIT_MAX: '3' })
  const { companionEndpoint } = (await app.inject({ method: 'POST', url: '/uppy-tokens', headers: AS_DEVELOPER })).json()
  const statuses = []
  for (let i = 0; i < 4; i++) statuses.push((await app.inject({ url: `${companionEndpoint}/s3/params?filename=a.mp3` })).statusCode)
  t.strictSame(statuses, [200, 200, 429, 429])
})
