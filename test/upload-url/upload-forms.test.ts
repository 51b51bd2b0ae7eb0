import t from 'tap'
import { asAlice, pluginApp } from '../fixtures/app.js'

async function policyOf (t: Parameters<typeof pluginApp>[0], payload: object, options = {}) {
  const response = await asAlice(await pluginApp(t, options), { method: 'POST', url: '/upload-forms', payload })
  const reply = response.json()
  return { reply, policy: reply.fields && JSON.parse(Buffer.from(reply.fields.Policy, 'base64').toString()) }
}

t.test('a form binds key, type, metadata and exact size, and ends when the reply says', async t => {
  const { reply, policy } = await policyOf(t, { filename: 'a.mp3', size: 5 })
  t.match(reply, {
    method: 'POST',
    key: 'uploads/alice/11111111-2222-4333-8444-555555555555.mp3',
    expiresIn: 900,
    expiresAt: '2026-01-01T12:15:00.000Z'
  })
  t.match(reply.fields, { key: reply.key, 'Content-Type': 'audio/mpeg', 'x-amz-meta-filename': 'a.mp3' })
  t.equal(policy.expiration, '2026-01-01T12:15:00Z')
  t.same(policy.conditions[0], ['content-length-range', 5, 5])
})

t.test('a size that is not known yet is bounded by what the client or the options say', async t => {
  const range = async (payload: object, options = {}) => (await policyOf(t, payload, options)).policy.conditions[0]
  t.same(await range({ maxSize: 100 }), ['content-length-range', 1, 100])
  t.same(await range({}, { maxSize: 50 }), ['content-length-range', 1, 50])
  t.same(await range({ maxSize: 20 }, { maxSize: 50 }), ['content-length-range', 1, 20])
  t.same(await range({}), ['content-length-range', 1, 5 * 1024 ** 3])
})

t.test('a client can’t ask for more than the options allow', async t => {
  t.match((await policyOf(t, { maxSize: 51 }, { maxSize: 50 })).reply, { statusCode: 413, message: /^maxSize is 51/ })
  t.match((await policyOf(t, { size: 51 }, { maxSize: 50 })).reply, { statusCode: 413, message: /^size is 51/ })
})

t.test('formats are refused as everywhere', async t => {
  t.match((await policyOf(t, { filename: 'a.exe' })).reply, { statusCode: 415, message: /^filename/ })
})

t.test('encryption is part of the policy', async t => {
  t.match((await policyOf(t, {}, { encryption: 'AES256' })).reply.fields, { 'x-amz-server-side-encryption': 'AES256' })
})

t.test('where the store has no forms, the answer says so and names the way out', async t => {
  t.match((await policyOf(t, {}, { forms: false })).reply, {
    statusCode: 501,
    code: 'FST_UPLOAD_FORMS_UNSUPPORTED',
    message: /upload URL/
  })
})

t.test('the public endpoint and the session token are in the form', async t => {
  const client = {
    region: 'eu-central-1',
    endpoint: 'http://minio:9000',
    credentials: { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 'the-token' }
  }
  const { reply } = await policyOf(t, {}, { client, publicEndpoint: 'https://s3.example.com' })
  t.match(reply.url, /^https:\/\/recordings\.s3\.example\.com\//)
  t.equal(reply.fields['X-Amz-Security-Token'], 'the-token')
})
