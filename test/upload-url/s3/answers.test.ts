import Fastify from 'fastify'
import t, { type Test } from 'tap'
import uploadUrl from '../../../plugins/upload-url/index.js'
import { EXAMPLE_CREDENTIALS, asAlice, ownerFromHeader } from '../../fixtures/app.js'
import { errorBody, scriptedStore, type StoreAddress } from '../../fixtures/scripted-store.js'
import { startStore } from '../../fixtures/store.js'
import { appFor } from '../../fixtures/uploads-to.js'

const ALICE = { owner: 'alice' }
const NOTHING_THERE = new Set(['404 NoSuchKey', '404 ', '403 AccessDenied'])

/** A store that gives every request the same answer; a HEAD gets its body from nobody. */
function answering (t: Test, status: number, body: string): Promise<StoreAddress> {
  return scriptedStore(t, (request, response) => {
    request.resume().on('end', () => response.writeHead(status, { 'content-type': 'application/xml' }).end(body))
  })
}

async function statusFrom (t: Test, store: StoreAddress) {
  const app = await appFor(t, store)
  const { key } = await app.uploads.createUploadUrl({}, ALICE)
  return await asAlice(app, { url: '/upload-status', query: { key } })
}

/** What is logged as a warning by an app whose plugin talks to a store. */
async function watched (t: Test, { bucket, endpoint, region, credentials }: StoreAddress) {
  const warnings: string[] = []
  const stream = {
    write: (line: string) => {
      const { level, msg } = JSON.parse(line)
      if (level === 40) warnings.push(msg)
    }
  }
  const app = Fastify({ logger: { level: 'warn', stream } })
  t.teardown(() => app.close())
  await app.register(uploadUrl, {
    bucket,
    client: { endpoint, region, credentials, forcePathStyle: true },
    owner: ownerFromHeader
  })
  return { app, warnings }
}

for (const [status, codes] of [
  [301, ['PermanentRedirect', '']],
  [307, ['TemporaryRedirect', '']],
  [400, ['AuthorizationHeaderMalformed', 'InvalidArgument', 'secret', '']],
  [402, ['']],
  [403, ['AccessDenied', 'AllAccessDisabled', '']],
  [404, ['NoSuchKey', 'NoSuchBucket', 'secret', '']],
  [405, ['MethodNotAllowed', '']],
  [409, ['']],
  [412, ['PreconditionFailed', '']],
  [416, ['InvalidRange', '']],
  [418, ['secret', '']]
] as const) {
  for (const code of codes) {
    t.test(`a status request that S3 answers ${status} ${code} ends in an error of ours, or as pending`, async t => {
      const response = await statusFrom(t, await answering(t, status, code === '' ? '' : errorBody(code)))
      t.notMatch(response.body, /secret/)
      if (NOTHING_THERE.has(`${status} ${code}`)) return t.match(response.json(), { status: 'pending' })
      t.match(response.json(), { statusCode: 502, code: 'FST_UPLOAD_STORE_REFUSED' })
      t.equal(response.headers['retry-after'], undefined, 'nothing that stays as it is asks to be tried again')
    })
  }
}

for (const [what, status, body] of [
  ['a page of a proxy', 403, '<html>secret'],
  ['no XML', 400, 'secret'],
  ['a status that does not exist', 299, 'secret'],
  ['no support', 501, '']
] as const) {
  t.test(`${what} is answered 502, and nothing of it is passed on`, async t => {
    const app = await appFor(t, await answering(t, status, body))
    const response = await asAlice(app, { url: '/multipart-uploads', method: 'POST', payload: {} })
    t.match(response.json(), { statusCode: 502, code: 'FST_UPLOAD_STORE_REFUSED' })
    t.notMatch(response.body, /secret/)
  })
}

for (const [status, body] of [
  [429, ''],
  [500, '<html>secret'],
  [503, errorBody('SlowDown')],
  [400, errorBody('RequestTimeout')]
] as const) {
  t.test(`${status} ${body.slice(0, 20)} is answered 503, with the seconds to wait`, async t => {
    const app = await appFor(t, await answering(t, status, body))
    const response = await asAlice(app, { url: '/multipart-uploads', method: 'POST', payload: {} })
    t.match(response.json(), { statusCode: 503, code: 'FST_UPLOAD_STORE_UNAVAILABLE' })
    t.match(response.headers, { 'retry-after': /^\d+$/ })
  })
}

t.test('a store that asks to wait longer than a request may take is answered 503, not 504', async t => {
  const app = await appFor(
    t,
    await scriptedStore(t, (request, response) => {
      request.resume().on('end', () => response.writeHead(503, { 'retry-after': '60' }).end(errorBody('SlowDown')))
    })
  )
  const response = await asAlice(app, { url: '/multipart-uploads', method: 'POST', payload: {} })
  t.match(response.json(), { statusCode: 503, code: 'FST_UPLOAD_STORE_UNAVAILABLE' })
})

for (const [what, credentials, said] of [
  ['a wrong secret', { secretAccessKey: 'wrong' }, /SignatureDoesNotMatch/],
  ['an unknown access key', { accessKeyId: 'AKIAUNKNOWN' }, /InvalidAccessKeyId/]
] as const) {
  t.test(`${what} shows in the status and in readiness, and is logged once`, async t => {
    const store = await startStore(t)
    const { app, warnings } = await watched(t, { ...store, credentials: { ...store.credentials, ...credentials } })
    const { key } = await app.uploads.createUploadUrl({}, ALICE)
    for (const inspect of ['false', 'true']) {
      const response = await asAlice(app, { url: '/upload-status', query: { key, inspect } })
      t.match(response.json(), { statusCode: 502, code: 'FST_UPLOAD_STORE_REFUSED', message: said })
    }
    await t.rejects(app.uploads.checkStore(), { code: 'FST_UPLOAD_STORE_REFUSED', message: said })
    t.match(warnings, [said])
    t.equal(warnings.length, 1)
  })
}

t.test('credentials that have expired at the store are answered 503, with the seconds to wait', async t => {
  const store = await answering(t, 400, errorBody('ExpiredToken'))
  const response = await statusFrom(t, store)
  t.match(response.json(), { statusCode: 503, code: 'FST_UPLOAD_NO_CREDENTIALS' })
  t.match(response.headers, { 'retry-after': /^\d+$/ })
  await t.rejects((await appFor(t, store)).uploads.checkStore(), { code: 'FST_UPLOAD_NO_CREDENTIALS' })
})

t.test(
  'the right to list the bucket is not needed: without it the service is ready, and an upload pending',
  async t => {
    const store = await answering(t, 403, errorBody('AccessDenied'))
    t.match((await statusFrom(t, store)).json(), { status: 'pending' })
    const { app, warnings } = await watched(t, store)
    await app.uploads.checkStore()
    t.strictSame(warnings, [])
  }
)

t.test('a bucket that does not exist is told from an upload that is pending', async t => {
  const store = await startStore(t)
  const elsewhere = { ...store, bucket: 'there-is-no-such-bucket' }
  t.match((await statusFrom(t, elsewhere)).json(), {
    statusCode: 502,
    code: 'FST_UPLOAD_STORE_REFUSED',
    message: /NoSuchBucket/
  })
  await t.rejects((await appFor(t, elsewhere)).uploads.checkStore(), { message: /NoSuchBucket/ })
})

t.test('what a store says of its credentials is not what they are', async t => {
  const { app, warnings } = await watched(
    t,
    await answering(t, 403, errorBody('SignatureDoesNotMatch', EXAMPLE_CREDENTIALS.secretAccessKey))
  )
  await t.rejects(app.uploads.checkStore(), { code: 'FST_UPLOAD_STORE_REFUSED' })
  t.notMatch(warnings.join(), EXAMPLE_CREDENTIALS.secretAccessKey)
})
