import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import t from 'tap'
import type { Test } from 'tap'
import { startLocalStore, temporaryFolder } from '../fixtures/local-store.js'
import type { LocalStore } from '../fixtures/local-store.js'
import { presignPut, signingClient, withParameter } from '../fixtures/presign.js'
import { sendRaw } from '../fixtures/send-raw.js'
import { readObject } from '../s3/behaviour.js'

const KEY = 'uploads/alice/talk.mp3'
const NOW = new Date('2026-01-31T23:59:00Z')

async function start (t: Test, options: object = {}): Promise<LocalStore> {
  return await startLocalStore(t, { directory: await temporaryFolder(t), ...options })
}

/** Sends a PUT that waits for `100 Continue`; resolves with what came first, `continue` or a status. */
async function putExpecting (url: string, body: string): Promise<{ continued: boolean; status: number }> {
  const sent = request(url, {
    method: 'PUT',
    agent: false,
    headers: { 'content-length': body.length, expect: '100-continue' }
  })
  let continued = false
  sent.on('continue', () => {
    continued = true
    sent.end(body)
  })
  sent.flushHeaders()
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
  response.resume()
  sent.destroy()
  return { continued, status: response.statusCode ?? 0 }
}

t.test('a client that asks first is told to go ahead', async t => {
  const store = await start(t)
  const { url } = await presignPut(store, KEY)
  t.same(await putExpecting(url, 'sound'), { continued: true, status: 200 })
})

t.test('a client that asks first is refused before it sends anything', async t => {
  const store = await start(t)
  const { url } = await presignPut(store, KEY)
  t.same(await putExpecting(`${url}0`, 'sound'), { continued: false, status: 403 })
})

t.test('a client that asks first learns that the object is there already', async t => {
  const store = await start(t)
  await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: KEY, Body: 'before' }))
  const { url, headers } = await presignPut(store, KEY, { once: true })
  const sent = request(url, {
    method: 'PUT',
    agent: false,
    headers: { ...headers, 'content-length': 5, expect: '100-continue' }
  })
  sent.on('continue', () => t.fail('told to go ahead'))
  sent.flushHeaders()
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
  t.equal(response.statusCode, 412)
  sent.destroy()
})

t.test('a refused upload of gigabytes is answered and cut off, not read', async t => {
  const store = await start(t)
  const { url } = await presignPut(store, KEY, { size: 3_000_000_000 })
  const { host, hostname, port, pathname, search } = new URL(`${url}0`)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 3000000000\r\n\r\n`)
  const chunk = Buffer.alloc(1_000_000)
  const pump = (): void => {
    while (!socket.destroyed && socket.write(chunk)) {
      /* until the socket is full */
    }
  }
  socket.on('drain', pump)
  pump()
  const [answer] = (await once(socket, 'data')) as [Buffer]
  t.match(answer.toString(), /^HTTP\/1\.1 403 /)
  await new Promise(resolve => socket.once('close', resolve))
  t.ok(socket.bytesWritten < 50_000_000, `took ${socket.bytesWritten} bytes`)
})

t.test('a PUT of more than 5 GiB is refused before its body', async t => {
  const store = await start(t)
  const size = 5 * 1024 ** 3 + 1
  const { url } = await presignPut(store, KEY, { size })
  const sent = request(url, {
    method: 'PUT',
    agent: false,
    headers: { 'content-length': size, expect: '100-continue' }
  })
  sent.on('continue', () => t.fail('told to go ahead'))
  sent.flushHeaders()
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
  t.equal(response.statusCode, 400)
  t.match(Buffer.concat(await response.toArray()).toString(), '<Code>EntityTooLarge</Code>')
  sent.destroy()
})

t.test('a connection serves one request after another', async t => {
  const store = await start(t)
  for (const body of ['one', 'two']) {
    await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: KEY, Body: body }))
    t.equal((await readObject(store, KEY))?.toString(), body)
  }
})

t.test('signatures expire by the clock of the store', async t => {
  let now = NOW
  const store = await start(t, { now: () => now })
  const { url } = await presignPut(store, KEY, { expiresIn: 60, signingDate: NOW })
  const put = async (): Promise<string> => (await sendRaw(url, { method: 'PUT', body: 'x' })).code
  now = new Date(NOW.getTime() + 60_000)
  t.equal(await put(), '', 'the last moment, already on the next day')
  now = new Date(NOW.getTime() + 60_001)
  t.equal(await put(), 'AccessDenied')
  now = new Date(NOW.getTime() - 15 * 60_000)
  t.equal(await put(), '', 'a clock fifteen minutes behind')
  now = new Date(NOW.getTime() - 15 * 60_000 - 1)
  t.equal(await put(), 'AccessDenied')
})

t.test('with temporary credentials the token is part of the key', async t => {
  const credentials = { accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken: 'token/+=' }
  const store = await start(t, { credentials })
  const { url } = await presignPut(store, KEY)
  t.equal((await sendRaw(url, { method: 'PUT', body: 'x' })).status, 200)
  t.equal(
    (await sendRaw(withParameter(url, 'X-Amz-Security-Token', 'other'), { method: 'PUT', body: 'x' })).code,
    'InvalidToken'
  )
  t.equal(
    (await sendRaw(withParameter(url, 'X-Amz-Security-Token', undefined), { method: 'PUT', body: 'x' })).code,
    'InvalidAccessKeyId'
  )
  await t.resolves(store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: KEY })))
})

t.test('what the SDK hoists into the query counts as if it were a header', async t => {
  const store = await start(t)
  const command = new PutObjectCommand({ Bucket: store.bucket, Key: KEY, Metadata: { filename: 'talk.mp3' } })
  const honest = await getSignedUrl(signingClient(store), command)
  t.match(honest, 'x-amz-meta-filename=talk.mp3')
  t.equal((await sendRaw(honest, { method: 'PUT', body: 'sound' })).status, 200)
  t.same((await store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: KEY }))).Metadata, {
    filename: 'talk.mp3'
  })
  const withEmptyChecksum = await getSignedUrl(store.client, command)
  t.match(withEmptyChecksum, 'x-amz-checksum-crc32=AAAAAA%3D%3D')
  t.equal((await sendRaw(withEmptyChecksum, { method: 'PUT', body: 'sound' })).code, 'BadDigest')
})

t.test('what this store does not have is refused by name, never ignored', async t => {
  const { client, bucket: Bucket } = await start(t)
  const put = async (more: object): Promise<unknown> =>
    await client.send(new PutObjectCommand({ Bucket, Key: KEY, Body: 'x', ...more }))
  await t.rejects(put({ ACL: 'public-read' }), { name: 'NotImplemented', message: /public-read/ })
  await t.rejects(put({ ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: NOW }), {
    name: 'NotImplemented',
    message: /x-amz-object-lock-mode/
  })
  await t.rejects(put({ WebsiteRedirectLocation: '/' }), {
    name: 'NotImplemented',
    message: /x-amz-website-redirect-location/
  })
  await t.rejects(put({ IfMatch: '"0"' }), { name: 'NotImplemented', message: /if-match/ })
  await t.rejects(put({ IfNoneMatch: '"0"' }), { name: 'NotImplemented', message: /If-None-Match/ })
  await t.rejects(put({ StorageClass: 'GLACIER' }), { name: 'InvalidStorageClass' })
  await t.rejects(put({ SSEKMSKeyId: 'key' }), { name: 'InvalidArgument' })
  await t.rejects(put({ Tagging: 'a=1&a=2' }), { name: 'InvalidTag' })
  await t.rejects(client.send(new GetObjectCommand({ Bucket, Key: KEY, VersionId: '1' })), {
    name: 'NotImplemented',
    message: /versionId/
  })
  await t.rejects(client.send(new GetObjectCommand({ Bucket, Key: KEY, PartNumber: 1 })), { name: 'NotImplemented' })
})

/** Everything that somebody without a valid signature may send to a bucket or into it. */
const UNSIGNED: Readonly<
  Record<
    string,
    {
      readonly method: string
      readonly path: string
      readonly headers?: Record<string, string>
      readonly body?: string
    }
  >
> = {
  'GET of an object': { method: 'GET', path: `/${KEY}` },
  'HEAD of an object': { method: 'HEAD', path: `/${KEY}` },
  'PUT of an object': { method: 'PUT', path: `/${KEY}`, body: 'sound' },
  'DELETE of an object': { method: 'DELETE', path: `/${KEY}` },
  'HEAD of the bucket': { method: 'HEAD', path: '' },
  'a listing': { method: 'GET', path: '?list-type=2' },
  'GET with a false signature': {
    method: 'GET',
    path: `/${KEY}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID&X-Amz-Signature=0`
  },
  'PUT with a false header': {
    method: 'PUT',
    path: `/${KEY}`,
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AKID' },
    body: 'sound'
  },
  'a form without fields': {
    method: 'POST',
    path: '',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: '--x--\r\n'
  },
  'a form without a policy': {
    method: 'POST',
    path: '',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: '--x\r\ncontent-disposition: form-data; name="key"\r\n\r\nk\r\n--x\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\nsound\r\n--x--\r\n'
  },
  'a form that is none': {
    method: 'POST',
    path: '',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: 'nothing'
  },
  'a preflight': {
    method: 'OPTIONS',
    path: `/${KEY}`,
    headers: { origin: 'https://app.example', 'access-control-request-method': 'PUT' }
  }
}

for (const [name, { path, ...sent }] of Object.entries(UNSIGNED)) {
  t.test(`${name} without a valid signature is answered alike whether or not the bucket exists`, async t => {
    const { endpoint, bucket } = await start(t)
    const ask = async (bucket: string): Promise<unknown> => {
      const { status, headers, body } = await sendRaw(`${endpoint}/${bucket}${path}`, sent)
      const { date: _, 'x-amz-request-id': id = '', ...others } = headers
      const text = body.toString().replace(String(id), 'ID').replace(`/${bucket}`, '/BUCKET')
      return { status, others, text }
    }
    t.equal(bucket.length, 'missing'.length)
    t.same(await ask(bucket), await ask('missing'))
  })
}

t.test('buckets are created, located and deleted when empty', async t => {
  const { client } = await start(t, { region: 'eu-central-1' })
  const Bucket = 'scratch'
  await client.send(new CreateBucketCommand({ Bucket }))
  await t.rejects(client.send(new CreateBucketCommand({ Bucket })), { name: 'BucketAlreadyOwnedByYou' })
  await t.rejects(client.send(new CreateBucketCommand({ Bucket: 'Bad_Name' })), { name: 'InvalidBucketName' })
  t.equal((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint, 'eu-central-1')
  await client.send(new PutObjectCommand({ Bucket, Key: KEY, Body: 'x' }))
  await t.rejects(client.send(new DeleteBucketCommand({ Bucket })), { name: 'BucketNotEmpty' })
  t.equal(
    (await sendRaw(await getSignedUrl(client, new DeleteBucketCommand({ Bucket })), { method: 'DELETE' })).status,
    409
  )
})

t.test('a header that cannot be sent as it is does not break the answer', async t => {
  const store = await start(t)
  const url = await getSignedUrl(
    store.client,
    new GetObjectCommand({ Bucket: store.bucket, Key: KEY, ResponseContentDisposition: 'a\r\nx-evil: 1' })
  )
  await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: KEY, Body: 'x' }))
  t.same((({ status, code }) => [status, code])(await sendRaw(url)), [400, 'InvalidArgument'])
})

t.test('browsers of any origin may use a bucket without a CORS configuration', async t => {
  const store = await start(t)
  const { headers } = await sendRaw(`${store.endpoint}/${store.bucket}/${KEY}`, {
    method: 'OPTIONS',
    headers: {
      origin: 'http://localhost:3000',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'x-amz-meta-filename'
    }
  })
  t.match(headers, {
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'x-amz-meta-filename',
    'access-control-expose-headers': /ETag/
  })
})

t.test('the option corsOrigins narrows that down', async t => {
  const store = await start(t, { corsOrigins: ['https://*.app.example'] })
  const ask = async (origin: string): Promise<number> =>
    (
      await sendRaw(`${store.endpoint}/${store.bucket}`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'PUT' }
      })
    ).status
  t.equal(await ask('https://www.app.example'), 200)
  t.equal(await ask('https://app.example.evil'), 403)
})
