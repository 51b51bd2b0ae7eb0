import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { FastifyInstance, InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import { DEVELOPMENT_KEY, loadConfig } from '../../plugins/config.js'
import { buildApp } from '../../src/app.js'

const AS_DEVELOPER = { authorization: `Bearer ${DEVELOPMENT_KEY}` }

async function localApp (
  t: Test,
  variables: Record<string, string> = {},
  storeDirectory = t.testdir()
): Promise<FastifyInstance> {
  const app = await buildApp(loadConfig({ PORT: '0', LOG_LEVEL: 'silent', ...variables }), { storeDirectory })
  t.teardown(() => app.close())
  return app
}

async function loggingApp (
  t: Test,
  variables: Record<string, string> = {}
): Promise<{ app: FastifyInstance; log: string[] }> {
  const log: string[] = []
  const logStream = {
    write: (line: string) => {
      log.push(line)
    }
  }
  const app = await buildApp(loadConfig({ PORT: '0', ...variables }), { storeDirectory: t.testdir(), logStream })
  t.teardown(() => app.close())
  return { app, log }
}

t.test('a recording is uploaded, survives a restart, and reads back unchanged', async t => {
  const recording = await readFile('test/fixtures/audio/dictation.mp3')
  const directory = t.testdir()
  const before = await localApp(t, {}, directory)
  const { url, key, headers } = (
    await before.inject({
      url: '/upload-url',
      query: { filename: 'dictation.mp3', size: String(recording.length) },
      headers: AS_DEVELOPER
    })
  ).json()
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

t.test('an unknown path is answered 404 with a code, and is not repeated', async t => {
  const app = await localApp(t)
  for (const url of ['/nowhere?secret=1', '/api/upload-url', '/%6eowhere']) {
    t.same((await app.inject(url)).json(), {
      statusCode: 404,
      code: 'FST_ROUTE_NOT_FOUND',
      error: 'Not Found',
      message: 'Route not found: GET'
    })
  }
})

for (const [what, path] of [
  ['too long', `/uppy/${'a1'.repeat(500)}/s3/params`],
  ['not valid', '/uppy/%zz-my-token']
] as const) {
  t.test(`a path that is ${what} is answered with a code and the usual headers, and is not repeated`, async t => {
    const { app, log } = await loggingApp(t)
    const { headers, body, statusCode } = await app.inject(path)
    t.ok(statusCode >= 400 && statusCode < 500)
    t.match(JSON.parse(body), { statusCode, code: /^FST_/, message: String })
    t.notMatch(body + log.join(''), /a1a1|my-token/)
    t.match(headers, { 'x-content-type-options': 'nosniff', 'x-request-id': String })
  })
}

t.test('no error repeats a token for Uppy, however its path is spelled', async t => {
  const { app, log } = await loggingApp(t)
  const { companionEndpoint } = (
    await app.inject({ method: 'POST', url: '/uppy-tokens', headers: AS_DEVELOPER })
  ).json()
  const token = companionEndpoint.split('/').at(-1)
  const mac = token.split('.')[1]
  const before = log.length
  const requests: InjectOptions[] = [
    { url: `/api/uppy/${token}/s3/params` },
    { url: `/UPPY/${token}/s3/params` },
    { url: `/Uppy/${token.toUpperCase()}/s3/params` },
    { method: 'PUT', url: `/uppy/${token}/s3/params` },
    { url: `/uppy/${token}/s3/nothing` },
    { url: `/%75ppy/${token.replaceAll('.', '%2E')}/s3/Params` },
    { url: `/upload-url?uppy/${token}`, headers: AS_DEVELOPER },
    { url: `/upload-url?filename=${token}.exe&contentType=${token}`, headers: AS_DEVELOPER }
  ]
  for (const request of requests) {
    const { body, statusCode } = await app.inject(request)
    t.ok(statusCode >= 400, `${statusCode}`)
    t.notMatch(body, new RegExp(mac, 'i'), body)
  }
  t.equal(log.length - before, requests.length)
  t.notMatch(log.join(''), new RegExp(mac, 'i'))
})

t.test('what a client did wrong makes one line, with the code and without a stack', async t => {
  const { app, log } = await loggingApp(t)
  await app.inject('/nowhere')
  await app.inject('/upload-url')
  await app.inject({ url: '/upload-url?size=-1', headers: AS_DEVELOPER })
  t.match(
    log.map(line => JSON.parse(line)),
    [
      { level: 30, statusCode: 404, code: 'FST_ROUTE_NOT_FOUND' },
      { level: 30, statusCode: 401, code: 'FST_UPLOAD_UNAUTHENTICATED' },
      { level: 30, statusCode: 400, code: String }
    ]
  )
  t.equal(log.length, 3)
  t.notMatch(log.join(''), 'stack')
})

t.test('what goes wrong inside stays inside', async t => {
  const app = await localApp(t)
  app.get('/broken', async () => {
    throw new Error('password of the database')
  })
  const response = await app.inject('/broken')
  t.match(response.json(), {
    statusCode: 500,
    code: 'FST_INTERNAL',
    message: /quote request [\w-]{36} when you report it/
  })
  t.notMatch(response.body, 'password')
})

t.test('an unexpected error makes one line, with its stack', async t => {
  const { app, log } = await loggingApp(t)
  app.get('/broken', async () => {
    throw new Error('no such table')
  })
  await app.inject('/broken')
  t.match(
    log.map(line => JSON.parse(line)),
    [
      {
        level: 50,
        route: '/broken',
        statusCode: 500,
        err: { code: 'FST_INTERNAL', cause: { message: 'no such table', stack: /app\.test/ } }
      }
    ]
  )
  t.equal(log.length, 1)
})

t.test('browsers of the configured origins may call, others may not', async t => {
  const app = await localApp(t, { CORS_ORIGINS: 'https://app.example.com' })
  const preflight = (origin: string) =>
    app.inject({
      method: 'OPTIONS',
      url: '/upload-urls',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
    })
  t.equal(
    (await preflight('https://app.example.com')).headers['access-control-allow-origin'],
    'https://app.example.com'
  )
  t.not((await preflight('https://evil.example')).headers['access-control-allow-origin'], 'https://evil.example')
})

t.test('limits of the environment hold', async t => {
  const app = await localApp(t, {
    MAX_UPLOAD_BYTES: '1000',
    ALLOWED_FORMATS: 'wav',
    PRESIGNED_URL_EXPIRATION: '60',
    KEY_PREFIX: 'in'
  })
  const ask = async (query: Record<string, string>) =>
    (await app.inject({ url: '/upload-url', query, headers: AS_DEVELOPER })).json()
  t.match(await ask({ filename: 'a.wav', size: '1000' }), { expiresIn: 60, key: /^in\/developer\/.*\.wav$/ })
  t.match(await ask({ filename: 'a.wav', size: '1001' }), { code: 'FST_UPLOAD_TOO_LARGE' })
  t.match(await ask({ filename: 'a.wav' }), { code: 'FST_UPLOAD_FIELD_REQUIRED', message: /^size/ })
  t.match(await ask({ filename: 'a.mp3', size: '10' }), { code: 'FST_UPLOAD_FORMAT_REFUSED' })
  t.match(await ask({ size: '10' }), { code: 'FST_UPLOAD_FIELD_REQUIRED', message: /^contentType/ })
})

t.test('a recording that is longer than the environment says is rejected', async t => {
  const recording = await readFile('test/fixtures/audio/dictation.mp3')
  for (const [seconds, status] of [['3', 'rejected'], ['4', 'uploaded']] as const) {
    const app = await localApp(t, { MAX_DURATION_SECONDS: seconds })
    const { url, headers, key } = (await app.inject({ url: '/upload-url?filename=a.mp3', headers: AS_DEVELOPER })).json()
    t.equal((await fetch(url, { method: 'PUT', headers, body: recording })).status, 200)
    const query = { key, inspect: 'true' }
    t.match((await app.inject({ url: '/upload-status', query, headers: AS_DEVELOPER })).json(), { status })
  }
})

t.test('replies carry the security headers', async t => {
  const { headers } = await (await localApp(t)).inject({ url: '/upload-url', headers: AS_DEVELOPER })
  t.match(headers, {
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store'
  })
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
  t.equal(
    (await app.inject({ url: '/metrics', headers: { authorization: 'Bearer a-key-for-prometheus' } })).statusCode,
    200
  )
})

t.test('a body that is too large is refused before it is read', async t => {
  const app = await localApp(t)
  const response = await app.inject({
    method: 'POST',
    url: '/upload-urls',
    headers: { ...AS_DEVELOPER, 'content-type': 'application/json' },
    payload: ' '.repeat(1024 ** 2 + 1)
  })
  t.match(response.json(), { statusCode: 413, code: 'FST_ERR_CTP_BODY_TOO_LARGE' })
})

t.test('that the service is not ready is logged when it changes, and not at every probe', async t => {
  const { app, log } = await loggingApp(t)
  await app.inject('/health/ready')
  await app.drain(0)
  for (let i = 0; i < 3; i++) t.equal((await app.inject('/health/ready')).statusCode, 503)
  t.match(
    log.map(line => JSON.parse(line)),
    [{ level: 50, msg: 'the service is not ready: the service is shutting down' }]
  )
  t.equal(log.length, 1)
})

t.test('logs name the owner and the request, and hold nothing of the URL that was signed', async t => {
  const { app, log } = await loggingApp(t)
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
  const { companionEndpoint } = (
    await app.inject({ method: 'POST', url: '/uppy-tokens', headers: AS_DEVELOPER })
  ).json()
  const statuses = []
  for (let i = 0; i < 4; i++) { statuses.push((await app.inject({ url: `${companionEndpoint}/s3/params?filename=a.mp3` })).statusCode) }
  t.strictSame(statuses, [200, 200, 429, 429])
})

t.test('an owner is charged for every URL that a request asks for', async t => {
  const app = await localApp(t, { RATE_LIMIT_MAX: '12' })
  const ask = (files: number) =>
    app.inject({
      method: 'POST',
      url: '/upload-urls',
      headers: AS_DEVELOPER,
      payload: { files: Array<object>(files).fill({}) }
    })
  t.match(await ask(10), { statusCode: 200, headers: { 'ratelimit-remaining': '2' } })
  t.match(await ask(3), { statusCode: 429, headers: { 'ratelimit-remaining': '0' } })
})

t.test(
  'URLs of parts are charged one by one, as a list, as a range, and through Uppy; completing is one request',
  async t => {
    const app = await localApp(t, { RATE_LIMIT_MAX: '1000' })
    const { key, uploadId } = (
      await app.inject({
        method: 'POST',
        url: '/multipart-uploads',
        headers: AS_DEVELOPER,
        payload: { filename: 'a.mp3', size: 100 * 1024 ** 2 }
      })
    ).json()
    let left = 999
    const costOf = async (request: InjectOptions) => {
      const { headers } = await app.inject({ headers: AS_DEVELOPER, ...request })
      const before = left
      left = Number(headers['ratelimit-remaining'])
      return before - left
    }
    const partUrls = (parts: object) =>
      costOf({ method: 'POST', url: '/multipart-uploads/part-urls', payload: { key, uploadId, ...parts } })
    t.equal(await partUrls({ parts: [1, 2, 3].map(partNumber => ({ partNumber })) }), 3)
    t.equal(await partUrls({ from: 2, to: 8 }), 7)
    t.equal(await partUrls({ from: 8, to: 2 }), 1)
    const batch = `/uppy/s3/multipart/${encodeURIComponent(uploadId)}/batch?partNumbers=1,2,3,4&key=${encodeURIComponent(key)}`
    t.equal(await costOf({ url: batch }), 4)
    const parts = [1, 2, 3].map(partNumber => ({ partNumber, etag: '"d41d8cd98f00b204e9800998ecf8427e"' }))
    t.equal(await costOf({ method: 'POST', url: '/multipart-uploads/complete', payload: { key, uploadId, parts } }), 1)
  }
)
