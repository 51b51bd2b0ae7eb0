import { S3Client } from '@aws-sdk/client-s3'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import uploadUrl, { type Uploads } from '../../../plugins/upload-url/index.js'
import { EXAMPLE_CREDENTIALS, FIXED_OPTIONS, pluginApp } from '../../fixtures/app.js'
import { serveCredentials } from '../../fixtures/credentials-endpoint.js'

const ALICE = { owner: 'alice' }
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** A provider of credentials that the test steers, and the clock both sides go by. */
class Provider {
  now = Date.now()
  calls = 0
  answer: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string; expiration?: Date }>

  constructor (lifeOfCredentials: number) {
    this.answer = async () => this.issue(lifeOfCredentials)
  }

  /** Credentials named after how many there were before them. */
  issue (life: number) {
    return {
      accessKeyId: `ASIA${this.calls}`,
      secretAccessKey: 'secret',
      sessionToken: `token${this.calls}`,
      expiration: new Date(this.now + life)
    }
  }

  provide = () => {
    this.calls++
    return this.answer()
  }

  async uploads (t: Test): Promise<Uploads> {
    const app = await pluginApp(t, {
      client: { region: 'us-east-1', credentials: this.provide },
      clock: () => new Date(this.now)
    })
    return app.uploads
  }
}

t.test('credentials that outlive the URL are asked for once', async t => {
  const provider = new Provider(HOUR)
  const uploads = await provider.uploads(t)
  for (let i = 0; i < 10; i++) t.match(await uploads.createUploadUrl({}, ALICE), { expiresIn: 900, url: /ASIA1/ })
  t.equal(provider.calls, 1)
})

t.test('credentials that would die before the URL are refreshed before it is signed', async t => {
  const provider = new Provider(HOUR)
  const uploads = await provider.uploads(t)
  t.match((await uploads.createUploadUrl({}, ALICE)).url, /ASIA1.*Security-Token=token1/)
  provider.now += 46 * MINUTE
  const { url, expiresIn } = await uploads.createUploadUrl({}, ALICE)
  t.match(url, /ASIA2.*Security-Token=token2/)
  t.equal(expiresIn, 900)
})

t.test('where fresh credentials still die first, the reply says the earlier end', async t => {
  const provider = new Provider(5 * MINUTE + 500)
  const uploads = await provider.uploads(t)
  const { url, expiresIn, expiresAt } = await uploads.createUploadUrl({}, ALICE)
  t.ok(expiresIn <= 301 && expiresIn >= 299, `${expiresIn} s`)
  t.match(url, new RegExp(`X-Amz-Expires=${expiresIn}&`))
  t.ok(Date.parse(expiresAt) <= provider.now + 5 * MINUTE + 500)
})

t.test('a form tells the truth about its life too', async t => {
  const provider = new Provider(2 * MINUTE)
  const { expiresIn, fields, expiresAt } = await (await provider.uploads(t)).createUploadForm({}, ALICE)
  t.ok(expiresIn <= 120)
  const { expiration } = JSON.parse(Buffer.from(fields['Policy']!, 'base64').toString())
  t.equal(Date.parse(expiration), Date.parse(expiresAt))
})

t.test('credentials that are always short are not refreshed for every URL', async t => {
  const provider = new Provider(10 * MINUTE)
  const uploads = await provider.uploads(t)
  for (let i = 0; i < 50; i++) await uploads.createUploadUrl({}, ALICE)
  t.ok(provider.calls <= 3, `${provider.calls} calls`)
})

t.test('a thousand requests at once share one refresh', async t => {
  const provider = new Provider(HOUR)
  const uploads = await provider.uploads(t)
  await uploads.createUploadUrl({}, ALICE)
  provider.now += 50 * MINUTE
  const before = provider.calls
  const urls = await Promise.all(Array.from({ length: 1_000 }, () => uploads.createUploadUrl({}, ALICE)))
  t.equal(provider.calls, before + 1)
  t.ok(urls.every(({ url }) => url.includes(`ASIA${before + 1}`)))
})

t.test('rotation in the middle of traffic takes effect at once', async t => {
  const client = new S3Client(FIXED_OPTIONS.client)
  const { uploads } = await pluginApp(t, { client })
  for (const accessKeyId of ['FIRST', 'SECOND', 'THIRD']) {
    client.config.credentials = async () => ({ accessKeyId, secretAccessKey: accessKeyId })
    t.match((await uploads.createUploadUrl({}, ALICE)).url, new RegExp(accessKeyId))
  }
})

t.test('a provider that fails is answered 503 with Retry-After, and recovers without a restart', async t => {
  const provider = new Provider(HOUR)
  const healthy = provider.answer
  provider.answer = async () => {
    throw new Error('the metadata service says: secret-of-the-machine')
  }
  const app = await pluginApp(t, { client: { region: 'us-east-1', credentials: provider.provide } })
  const ask = () => app.inject({ url: '/upload-url', headers: { 'x-user': 'alice' } })
  const response = await ask()
  t.match(response.json(), { statusCode: 503, code: 'FST_UPLOAD_NO_CREDENTIALS' })
  t.ok(Number(response.headers['retry-after']) > 0)
  t.notMatch(response.body, 'secret-of-the-machine')
  provider.answer = healthy
  t.equal((await ask()).statusCode, 200)
})

t.test('a provider that never answers is answered 503, and recovers without a restart', async t => {
  const provider = new Provider(HOUR)
  const healthy = provider.answer
  provider.answer = () => new Promise(() => {})
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(uploadUrl, { ...FIXED_OPTIONS, client: { region: 'us-east-1', credentials: provider.provide } })
  t.match((await app.inject({ url: '/upload-url', headers: { 'x-user': 'alice' } })).json(), {
    code: 'FST_UPLOAD_NO_CREDENTIALS'
  })
  provider.answer = healthy
  t.equal((await app.inject({ url: '/upload-url', headers: { 'x-user': 'alice' } })).statusCode, 200)
})

t.test('the SDK’s own chain recovers too, from an endpoint that fails and from one that never answers', async t => {
  const endpoint = await serveCredentials(EXAMPLE_CREDENTIALS, HOUR)
  t.teardown(() => endpoint.close())
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE, ...others } = process.env
  t.intercept(process, 'env', {
    value: {
      ...others,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: endpoint.address,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null'
    }
  })
  for (const mood of ['fails', 'hangs'] as const) {
    endpoint.mood = mood
    const { uploads } = await pluginApp(t, { client: { region: 'us-east-1' }, clock: () => new Date() })
    await t.rejects(uploads.createUploadUrl({}, ALICE), { code: 'FST_UPLOAD_NO_CREDENTIALS' }, mood)
    endpoint.mood = 'gives'
    t.match(await uploads.createUploadUrl({}, ALICE), { url: EXAMPLE_CREDENTIALS.accessKeyId })
  }
})

t.test('a refresh that fails leaves the credentials that still live', async t => {
  const provider = new Provider(HOUR)
  const uploads = await provider.uploads(t)
  await uploads.createUploadUrl({}, ALICE)
  provider.answer = async () => {
    throw new Error('down')
  }
  provider.now += 50 * MINUTE
  t.match(await uploads.createUploadUrl({}, ALICE), { expiresIn: 600, url: /ASIA1/ })
})

t.test('credentials that have died are not signed with', async t => {
  const provider = new Provider(HOUR)
  const uploads = await provider.uploads(t)
  await uploads.createUploadUrl({}, ALICE)
  provider.answer = async () => {
    throw new Error('down')
  }
  provider.now += 61 * MINUTE
  await t.rejects(uploads.createUploadUrl({}, ALICE), { code: 'FST_UPLOAD_NO_CREDENTIALS', statusCode: 503 })
})

t.test('the day’s signing key changes at midnight UTC', async t => {
  const provider = new Provider(48 * HOUR)
  provider.now = Date.parse('2026-12-31T23:59:59Z')
  provider.answer = async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'secret' })
  const uploads = await provider.uploads(t)
  t.match((await uploads.createUploadUrl({}, ALICE)).url, /20261231%2Fus-east-1.*X-Amz-Date=20261231T235959Z/)
  provider.now += SECOND
  t.match((await uploads.createUploadUrl({}, ALICE)).url, /20270101%2Fus-east-1.*X-Amz-Date=20270101T000000Z/)
})
