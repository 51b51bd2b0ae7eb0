import { HeadObjectCommand } from '@aws-sdk/client-s3'
import t from 'tap'
import { MIB, inProgress, sha256, someBytes, stored } from '../multipart/uploader.js'
import { CompanionClient, cut, postForm, sanitize } from './companion-client.js'
import { appWith, uppyApp } from './uppy-app.js'

const WAV = { filename: 'Sitzung Köln.wav', type: 'audio/wav' }
/** What Uppy's dashboard has in `meta` of each file. */
const META = { relativePath: null, name: WAV.filename, type: WAV.type, language: 'de' }

t.test('version 6 posts a small file with nothing but companionEndpoint set', async t => {
  const { app, store } = await uppyApp(t)
  const bytes = someBytes(100_000)
  const response = await new CompanionClient(app).params({ ...WAV, metadata: META })
  t.equal(response.statusCode, 200)
  t.equal(response.headers['cache-control'], 'no-store')
  const { url, fields } = response.json()
  t.match(fields, { key: /^uploads\/alice\/[0-9a-f-]{36}\.wav$/, 'Content-Type': 'audio/wav' })
  for (const name of Object.keys(fields)) t.notMatch(name, /^(file|redirect|success_action_redirect)$/i)
  t.notMatch(JSON.stringify(fields), /\$\{filename\}/)
  t.equal((await postForm({ url, fields }, bytes)).ok, true)
  t.equal(sha256((await stored(store, fields.key))!), sha256(bytes))
  const head = await store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: fields.key }))
  t.match(head, { ContentType: 'audio/wav', Metadata: { filename: encodeURIComponent(WAV.filename), language: 'de' } })
  t.same(Object.keys(head.Metadata!).sort(), ['filename', 'language'])
})

t.test('version 5 does with the same answer what its method says', async t => {
  const { app, store } = await uppyApp(t)
  const form = (await new CompanionClient(app).params(WAV)).json()
  t.match(form, { method: 'POST', url: /^http/, fields: { key: String } })
  const posted = await postForm(form, Buffer.from('hello'))
  t.ok(posted.ok)
  t.equal(
    posted.headers.has('etag'),
    store.kind !== 'rgw',
    'version 5 waits for an ETag, which RGW 16.2 leaves out: there its small files never finish'
  )
})

for (const [version, hasSize] of [
  ['6, which declares its size', true],
  ['6, with nothing but companionEndpoint set', false]
] as const) {
  t.test(`version ${version}, uploads in parts`, async t => {
    const { app, store } = await uppyApp(t)
    const client = new CompanionClient(app)
    const bytes = someBytes(12 * MIB)
    const created = await client.create({ ...WAV, metadata: { ...META, ...(hasSize && { size: bytes.length }) } })
    t.equal(created.statusCode, 200)
    const { key, uploadId } = created.json()
    const parts = []
    for (const [index, chunk] of cut(bytes).entries()) {
      const { url } = (await client.signPart(key, uploadId, index + 1)).json()
      const put = await fetch(url, { method: 'PUT', body: chunk })
      parts.push({ PartNumber: index + 1, ETag: sanitize(put.headers.get('etag')) })
    }
    const done = await client.complete(key, uploadId, parts)
    t.equal(done.statusCode, 200)
    t.same(done.json(), { key, location: `${store.endpoint}/${store.bucket}/${key}` })
    t.equal((await client.complete(key, uploadId, parts)).body, done.body, 'again the same')
    t.equal(sha256((await stored(store, key))!), sha256(bytes))
  })
}

t.test(
  'version 5 signs its parts one by one or in a batch, sends them at once, and completes with quoted ETags',
  async t => {
    const { app, store } = await uppyApp(t)
    const client = new CompanionClient(app)
    const bytes = someBytes(12 * MIB)
    const { key, uploadId } = (await client.create({ ...WAV, metadata: { name: WAV.filename, type: WAV.type } })).json()
    const { presignedUrls } = (await client.batch(key, uploadId, '1,2')).json()
    t.same(Object.keys(presignedUrls), ['1', '2'])
    const { url } = (await client.signPart(key, uploadId, 3)).json()
    const parts = await Promise.all(
      cut(bytes).map(async (chunk, index) => {
        const put = await fetch([presignedUrls['1'], presignedUrls['2'], url][index], { method: 'PUT', body: chunk })
        return { PartNumber: index + 1, ETag: put.headers.get('etag')! }
      })
    )
    t.equal((await client.complete(key, uploadId, parts)).statusCode, 200)
    t.equal(sha256((await stored(store, key))!), sha256(bytes))
  }
)

t.test('after a reload, the parts that arrived are listed by another replica and not sent again', async t => {
  const { app, store } = await uppyApp(t)
  const bytes = someBytes(7 * MIB)
  const [first, second] = cut(bytes)
  const before = new CompanionClient(app)
  const { key, uploadId } = (await before.create({ ...WAV, metadata: { size: bytes.length } })).json()
  await fetch((await before.signPart(key, uploadId, 1)).json().url, { method: 'PUT', body: first! })

  const after = new CompanionClient(await appWith(t, store))
  const listed = (await after.listParts(key, uploadId)).json()
  t.match(listed, [{ PartNumber: 1, ETag: /^"[0-9a-f]{32}"$/, Size: first!.length }])
  const put = await fetch((await after.signPart(key, uploadId, 2)).json().url, { method: 'PUT', body: second! })
  const parts = [
    { PartNumber: 1, ETag: listed[0].ETag },
    { PartNumber: 2, ETag: sanitize(put.headers.get('etag')) }
  ]
  t.equal((await after.complete(key, uploadId, parts)).statusCode, 200)
  t.equal(sha256((await stored(store, key))!), sha256(bytes))
})

t.test('cancel leaves nothing behind, and can be repeated', async t => {
  const { app, store } = await uppyApp(t)
  const client = new CompanionClient(app)
  const { key, uploadId } = (await client.create(WAV)).json()
  for (let round = 0; round < 2; round += 1) {
    const answer = await client.abort(key, uploadId)
    t.equal(answer.statusCode, 200)
    t.same(answer.json(), {}, 'version 5 reads JSON')
  }
  t.equal(await inProgress(store), 0)
})

t.test('where the size is declared, a part of another size is refused by the store', async t => {
  const { app } = await uppyApp(t)
  const client = new CompanionClient(app)
  const { key, uploadId } = (await client.create({ ...WAV, metadata: { size: 7 * MIB } })).json()
  const statusOf = async (partNumber: number, size: number) =>
    (
      await fetch((await client.signPart(key, uploadId, partNumber)).json().url, {
        method: 'PUT',
        body: Buffer.alloc(size)
      })
    ).status
  t.equal(await statusOf(2, 2 * MIB + 1), 403)
  t.equal(await statusOf(2, 2 * MIB), 200)
  t.equal((await client.signPart(key, uploadId, 3)).statusCode, 400)
})

t.test('an app that cuts files in its own way says how', async t => {
  const { app } = await uppyApp(t, { uppy: { getChunkSize: ({ size }) => Math.max(6 * MIB, size / 100) } })
  const client = new CompanionClient(app)
  const { key, uploadId } = (await client.create({ ...WAV, metadata: { size: 7 * MIB } })).json()
  const { url } = (await client.signPart(key, uploadId, 1)).json()
  t.equal((await fetch(url, { method: 'PUT', body: Buffer.alloc(6 * MIB) })).status, 200)
})

t.test('a form for a file of declared size takes no other size', async t => {
  const { app } = await uppyApp(t)
  const form = (await new CompanionClient(app).params({ ...WAV, metadata: { size: 5 } })).json()
  t.notOk((await postForm(form, Buffer.from('too much'))).ok)
  t.notOk((await postForm(form, Buffer.from('less'))).ok)
  t.ok((await postForm(form, Buffer.from('hello'))).ok)
})

t.test('an upload id as long as those of AWS fits into the path', async t => {
  const { app } = await uppyApp(t)
  const client = new CompanionClient(app)
  const { key } = (await client.create(WAV)).json()
  const long = 'x'.repeat(180)
  t.equal((await client.listParts(key, long)).statusCode, 404)
  t.equal((await client.signPart(key, long, 1)).statusCode, 404)
  t.equal((await client.complete(key, long, [{ PartNumber: 1, ETag: 'x' }])).statusCode, 404)
  t.equal((await client.abort(key, long)).statusCode, 200)
})

t.test('a completion that is wrong is refused with the part that is', async t => {
  const { app } = await uppyApp(t)
  const client = new CompanionClient(app)
  const { key, uploadId } = (await client.create(WAV)).json()
  const part = (PartNumber: number) => ({ PartNumber, ETag: 'f'.repeat(32) })
  for (const [parts, message] of [
    [[part(1), part(3)], /part 2 is missing/],
    [[part(1), part(1)], /part 1 is listed twice/],
    [[part(1)], /part 1 has not arrived/],
    [[], /body\/parts/],
    [Array.from({ length: 10_001 }, () => part(1)), /body\/parts must NOT have more than 10000 items/]
  ] as const) {
    t.match((await client.complete(key, uploadId, parts)).json(), { statusCode: 400, message })
  }
})
