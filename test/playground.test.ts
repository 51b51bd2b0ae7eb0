import { readdirSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { AUDIO_FORMATS } from 'fastify-upload-url'
import t, { type Test } from 'tap'
import { DEVELOPMENT_KEY, loadConfig } from '../plugins/config.js'
import { buildApp } from '../src/app.js'
import { EXAMPLE_CREDENTIALS } from './fixtures/app.js'

const BUCKET = {
  NODE_ENV: 'development',
  S3_BUCKET_NAME: 'recordings',
  AWS_REGION: 'eu-central-1',
  API_KEYS: 'alice:the-api-key-of-alice'
}

// The server leaves credentials to the SDK, which looks here.
process.env['AWS_ACCESS_KEY_ID'] = EXAMPLE_CREDENTIALS.accessKeyId
process.env['AWS_SECRET_ACCESS_KEY'] = EXAMPLE_CREDENTIALS.secretAccessKey

async function appIn (t: Test, variables: Record<string, string> = {}): Promise<FastifyInstance> {
  const app = await buildApp(loadConfig({ PORT: '0', LOG_LEVEL: 'silent', ...variables }), {
    storeDirectory: t.testdir()
  })
  t.teardown(() => app.close())
  return app
}

/** The sources that a directive of the page's policy names. */
async function sources (app: FastifyInstance, directive: string): Promise<string[]> {
  const policy = String((await app.inject('/')).headers['content-security-policy'])
  return (
    policy
      .split(';')
      .find(rule => rule.startsWith(`${directive} `))
      ?.split(' ')
      .slice(1) ?? []
  )
}

t.test('in development there is a page at /', async t => {
  const { statusCode, headers, body } = await (await appIn(t)).inject('/')
  t.equal(statusCode, 200)
  t.match(headers['content-type'], 'text/html')
  t.match(body, /^<!doctype html>/)
})

t.test('in production there is no page, and nothing it would load', async t => {
  const app = await appIn(t, { ...BUCKET, NODE_ENV: 'production' })
  for (const path of ['/', '/playground/settings', '/playground/playground.js', '/playground/uppy.min.mjs']) {
    t.match((await app.inject(path)).json(), { statusCode: 404, code: 'FST_ROUTE_NOT_FOUND' }, path)
  }
})

t.test('everything the page and its modules name is served under the right type', async t => {
  const app = await appIn(t)
  const { body: page } = await app.inject('/')
  const modules = await Promise.all(
    readdirSync('plugins/playground/public')
      .filter(name => name.endsWith('.js'))
      .map(async name => (await app.inject(`/playground/${name}`)).body)
  )
  const named = [
    ...[...page.matchAll(/(?:src|href)="(\/playground\/[^"]+)"/g)].map(match => match[1]!),
    ...modules.flatMap(text =>
      [...text.matchAll(/^import .* from '\.\/(.+)'$/gm)].map(match => `/playground/${match[1]}`)
    )
  ]
  t.ok(named.length > 8)
  for (const path of named) {
    const { statusCode, headers } = await app.inject(path)
    t.equal(statusCode, 200, path)
    t.match(
      headers['content-type'],
      { css: /^text\/css/, svg: /^image\/svg/, js: /^text\/javascript/, mjs: /^text\/javascript/ }[
        path.split('.').pop()!
      ]
    )
  }
})

t.test('the page loads its own files only, runs nothing inline, and reaches this service and the store', async t => {
  const app = await appIn(t)
  t.same(await sources(app, 'default-src'), ["'none'"])
  t.same(await sources(app, 'script-src'), ["'self'"])
  t.same(await sources(app, 'style-src'), ["'self'"])
  t.same(await sources(app, 'connect-src'), ["'self'", app.localS3.endpoint])
  t.same(await sources(app, 'media-src'), [app.localS3.endpoint])
  t.same(await sources(app, 'frame-ancestors'), ["'none'"])
  const { body } = await app.inject('/')
  t.notMatch(body, /https?:\/\/|<script(?![^>]* src=)|<style| style=| on\w+=/)
})

t.test('the page may reach the bucket as browsers do', async t => {
  t.same(await sources(await appIn(t, BUCKET), 'connect-src'), [
    "'self'",
    'https://recordings.s3.eu-central-1.amazonaws.com'
  ])
  t.same(await sources(await appIn(t, { ...BUCKET, S3_PUBLIC_ENDPOINT: 'https://s3.example.com' }), 'connect-src'), [
    "'self'",
    'https://recordings.s3.example.com'
  ])
})

t.test('formats and limits that the service sets do not keep the page from being served', async t => {
  const app = await appIn(t, { ALLOWED_FORMATS: 'amr', MAX_UPLOAD_BYTES: '10', KEY_PREFIX: 'in/box' })
  t.equal((await app.inject('/')).statusCode, 200)
})

t.test('the page knows the formats and the size that the service accepts', async t => {
  const app = await appIn(t, { ALLOWED_FORMATS: 'mp3,flac', MAX_UPLOAD_BYTES: '10' })
  const { formats, maxSize } = (await app.inject('/playground/settings')).json()
  t.equal(maxSize, 10)
  t.match(formats, [{ name: 'mp3', extensions: ['mp3'], types: ['audio/mpeg'] }, { name: 'flac' }])
  t.equal(formats.length, 2)
})

t.test('where nothing is configured the page knows every format', async t => {
  const { formats, maxSize } = (await (await appIn(t)).inject('/playground/settings')).json()
  t.same(
    formats.map(({ name }: { name: string }) => name),
    AUDIO_FORMATS.map(({ name }) => name)
  )
  t.equal(maxSize, null)
})

t.test('the page knows the development key, where that is what opens the service', async t => {
  t.match((await (await appIn(t)).inject('/playground/settings')).json(), { apiKey: DEVELOPMENT_KEY })
})

t.test('the page never knows another key', async t => {
  const app = await appIn(t, { API_KEYS: 'alice:the-api-key-of-alice' })
  t.match((await app.inject('/playground/settings')).json(), { apiKey: null })
  t.notMatch((await app.inject('/')).body, 'the-api-key-of-alice')
})

t.test('the page is no part of the API and its document', async t => {
  const app = await appIn(t)
  await app.ready()
  t.notMatch(JSON.stringify(app.swagger()), /playground/)
})

t.test('what is not of the page is not served from its folders', async t => {
  const app = await appIn(t)
  for (const path of [
    '/playground/index.ts',
    '/playground/../config.ts',
    '/playground/%2e%2e/config.ts',
    '/playground/',
    '/playground/uppy.js'
  ]) {
    t.equal((await app.inject(path)).statusCode, 404, path)
  }
})
