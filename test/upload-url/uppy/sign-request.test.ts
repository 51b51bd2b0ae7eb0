import { HeadObjectCommand } from '@aws-sdk/client-s3'
import t from 'tap'
import { MIB, inProgress, sha256, someBytes, stored } from '../multipart/uploader.js'
import { CompanionClient, cut, postForm, sanitize } from './companion-client.js'
import { NO_STORE, appWith, uppyApp } from './uppy-app.js'

/** Uppy's own idea of a key. */
const KEY = '5f5a7b5e-3c3b-4b7e-9c47-2f1d3c1d0a11-Sitzung Köln.wav'
const UPLOAD_ID = /<UploadId>(.*?)<\/UploadId>/

async function createUpload (client: CompanionClient, extra: object = {}) {
  const { url, key, headers } = (await client.sign({ method: 'POST', key: KEY, ...extra })).json()
  const created = await fetch(url, { method: 'POST', headers: folded('application/octet-stream', headers) })
  return { key, uploadId: UPLOAD_ID.exec(await created.text())?.[1] ?? '', status: created.status }
}

async function sendParts (
  client: CompanionClient,
  { key, uploadId }: { key: string; uploadId: string },
  bytes: Uint8Array
) {
  const parts = []
  for (const [index, chunk] of cut(bytes).entries()) {
    const { url } = (await client.sign({ method: 'PUT', key, uploadId, partNumber: index + 1 })).json()
    parts.push(sanitize((await fetch(url, { method: 'PUT', body: chunk })).headers.get('etag')))
  }
  return parts
}

function completion (etags: readonly string[]): string {
  return `<CompleteMultipartUpload>${etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`).join('')}</CompleteMultipartUpload>`
}

t.test('a PUT of a file whose size the app tells is signed as declared, under a key of ours', async t => {
  const { app, store } = await uppyApp(t)
  const signed = (
    await new CompanionClient(app).sign({ method: 'PUT', key: KEY, contentType: 'audio/wav', size: 5 })
  ).json()
  t.match(signed, {
    key: /^uploads\/alice\/[0-9a-f-]{36}\.wav$/,
    headers: { 'content-type': 'audio/wav', 'if-none-match': '*' }
  })
  for (const name of Object.keys(signed.headers)) { t.notMatch(name, /^(host|content-length|date)$/i, 'what a page can’t set') }
  t.notOk((await fetch(signed.url, { method: 'PUT', headers: signed.headers, body: 'too much' })).ok)
  t.ok((await fetch(signed.url, { method: 'PUT', headers: signed.headers, body: 'hello' })).ok)
  t.equal((await stored(store, signed.key))!.toString(), 'hello')
  const { Metadata } = await store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: signed.key }))
  t.same(Metadata, { filename: encodeURIComponent('Sitzung Köln.wav') })
})

t.test('a PUT of a file whose size nobody tells becomes a form', async t => {
  const { app, store } = await uppyApp(t)
  const signed = (await new CompanionClient(app).sign({ method: 'PUT', key: KEY, contentType: 'audio/wav' })).json()
  t.equal(signed.fields.key, signed.key)
  t.ok((await postForm(signed, Buffer.from('hello'))).ok)
  t.equal((await stored(store, signed.key))!.toString(), 'hello')
})

for (const hasSize of [true, false]) {
  t.test(
    `a file ${hasSize ? 'of declared size' : 'that says nothing of its size'} goes up in parts, straight from client to store`,
    async t => {
      const { app, store } = await uppyApp(t)
      const client = new CompanionClient(app)
      const bytes = someBytes(7 * MIB)
      const upload = await createUpload(client, {
        filename: 'a.wav',
        metadata: { language: 'de' },
        ...(hasSize && { size: bytes.length })
      })
      t.match(upload, { status: 200, key: /^uploads\/alice\/.*\.wav$/ })
      const etags = await sendParts(client, upload, bytes)
      const list = (await client.sign({ method: 'GET', ...pick(upload) })).json()
      t.match(await (await fetch(list.url)).text(), /<PartNumber>2<\/PartNumber>/)
      const { url, headers } = (await client.sign({ method: 'POST', ...pick(upload) })).json()
      const done = await fetch(url, {
        method: 'POST',
        headers: folded('application/xml', headers),
        body: completion(etags)
      })
      t.match(await done.text(), /<Location>.+<\/Location>[^]*<Key>.+<\/Key>/)
      t.equal(sha256((await stored(store, upload.key))!), sha256(bytes))
      const { ContentType, Metadata } = await store.client.send(
        new HeadObjectCommand({ Bucket: store.bucket, Key: upload.key })
      )
      t.same([ContentType, Metadata], ['audio/wav', { filename: 'a.wav', language: 'de' }])
    }
  )
}

t.test('type and metadata of an upload in parts are bound', async t => {
  const { app, store } = await uppyApp(t)
  const { url, headers } = (await new CompanionClient(app).sign({ method: 'POST', key: KEY })).json()
  t.equal((await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'text/html' } })).status, 403)
  t.equal((await fetch(url, { method: 'POST', headers: { ...headers, 'x-amz-meta-filename': 'other' } })).status, 403)
  t.equal(await inProgress(store), 0)
})

t.test('an upload is given up by the client itself', async t => {
  const { app, store } = await uppyApp(t)
  const client = new CompanionClient(app)
  const upload = await createUpload(client)
  const { url } = (await client.sign({ method: 'DELETE', ...pick(upload) })).json()
  t.equal((await fetch(url, { method: 'DELETE' })).status, 204)
  t.equal(await inProgress(store), 0)
})

t.test('a completion is signed only once the parts make what was declared', async t => {
  const { app, store } = await uppyApp(t)
  const client = new CompanionClient(app)
  const bytes = someBytes(7 * MIB)
  const upload = await createUpload(client, { size: bytes.length })
  await sendParts(client, upload, bytes.subarray(0, 5 * MIB))
  t.match((await client.sign({ method: 'POST', ...pick(upload) })).json(), { statusCode: 400, message: /part/ })
  t.equal(await stored(store, upload.key), undefined)
})

t.test('the signature of a completion holds the declared size, so that leaving parts out does not pass', async t => {
  const { app, store } = await uppyApp(t)
  const client = new CompanionClient(app)
  const bytes = someBytes(7 * MIB)
  const upload = await createUpload(client, { size: bytes.length })
  const [first] = await sendParts(client, upload, bytes)
  const { url, headers } = (await client.sign({ method: 'POST', ...pick(upload) })).json()
  t.match(headers, { 'x-amz-mp-object-size': String(bytes.length), 'if-none-match': '*' })
  const { 'x-amz-mp-object-size': _size, ...others } = headers
  t.equal((await fetch(url, { method: 'POST', headers: others, body: completion([first!]) })).status, 403)
  t.equal((await fetch(url, { method: 'POST', headers, body: completion([first!]) })).status, 400)
  t.equal(await stored(store, upload.key), undefined)
})

t.test('under a limit, a completion the client makes by itself needs a declared size', async t => {
  const { app, store } = await uppyApp(t)
  const upload = await createUpload(new CompanionClient(app))
  const limited = new CompanionClient(await appWith(t, store, { uploads: { maxSize: 10 * MIB } }))
  t.match((await limited.sign({ method: 'POST', ...pick(upload) })).json(), {
    statusCode: 400,
    code: 'FST_UPLOAD_FIELD_REQUIRED',
    message: /size is required/
  })
})

t.test('no other request is signed', async t => {
  const client = new CompanionClient(await appWith(t, NO_STORE))
  const key = 'uploads/alice/x_0-4zsow.mp3'
  for (const request of [
    { method: 'DELETE', key },
    { method: 'GET', key },
    { method: 'GET', key, partNumber: 1 },
    { method: 'POST', key, uploadId: 'u', partNumber: 1 },
    { method: 'PUT', key, uploadId: 'u' },
    { method: 'PUT', key, partNumber: 1 },
    { method: 'HEAD', key },
    { method: 'PUT' },
    { method: 'PUT', key, evil: 1 }
  ]) {
    t.equal((await client.sign(request)).statusCode, 400, JSON.stringify(request))
  }
})

/** Uppy sends a type of its own, unless the signer's headers have one in whatever spelling. */
function folded (contentType: string, headers: Record<string, string>): Headers {
  const all = new Headers({ 'Content-Type': contentType })
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  return all
}

function pick ({ key, uploadId }: { key: string; uploadId: string }) {
  return { key, uploadId }
}
