import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import type { UploadUrlOptions } from '../../plugins/upload-url/index.js'
import { errorBody, scriptedStore } from '../fixtures/scripted-store.js'
import { appFor } from '../fixtures/uploads-to.js'
import { putAll, send, start, uploaderApp } from './multipart/uploader.js'

const ON = { listUploads: true, deleteUploads: true }

/** An app whose owner has uploaded some objects. */
async function withUploads (t: Test, count: number, options: Partial<UploadUrlOptions> = ON) {
  const { app, store } = await uploaderApp(t, options)
  const keys: string[] = []
  for (let i = 0; i < count; i += 1) keys.push(await upload(app, 'alice'))
  return { app, store, keys: keys.sort() }
}

async function upload (app: Awaited<ReturnType<typeof uploaderApp>>['app'], owner: string): Promise<string> {
  const { url, key, headers } = await app.uploads.createUploadUrl({ filename: 'a.mp3' }, { owner })
  const response = await fetch(url, { method: 'PUT', body: 'hello', headers })
  if (!response.ok) throw new Error(await response.text())
  return key
}

/** Every page of a list. */
async function pages (app: Parameters<typeof send>[0], url: string, limit: number, user = 'alice') {
  const found: Array<Array<{ key: string }>> = []
  let cursor: string | undefined
  do {
    const response = await send(
      app,
      { url, query: { limit: String(limit), ...(cursor !== undefined && { cursor }) } },
      user
    )
    if (response.statusCode !== 200) throw new Error(response.body)
    const page = response.json()
    found.push(page.uploads)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found
}

t.test('uploads are listed in pages, each of them once, with size, ETag and time', async t => {
  const { app, keys } = await withUploads(t, 5)
  const found = await pages(app, '/uploads', 2)
  t.same(
    found.flat().map(({ key }) => key),
    keys
  )
  t.ok(found.every(page => page.length <= 2))
  t.match(found.flat()[0], { size: 5, etag: /^"5d41402a/, lastModified: /^\d{4}-/ })
})

t.test('multipart uploads in progress are listed in pages, with what it takes to continue them', async t => {
  const { app } = await uploaderApp(t, ON)
  const started = [
    await start(app, { filename: 'a.mp3', size: 20_000_000 }),
    await start(app, { filename: 'b.mp3', recording: true }),
    await start(app, { filename: 'c.mp3' })
  ]
  const found = (await pages(app, '/multipart-uploads', 2)).flat()
  t.same(
    found.map(({ key }) => key),
    started.map(({ key }) => key).sort()
  )
  const byKey = new Map(found.map(upload => [upload.key, upload]))
  t.match(byKey.get(started[0]!.key), {
    uploadId: started[0]!.uploadId,
    size: 20_000_000,
    partSize: 8_388_608,
    recording: false
  })
  t.match(byKey.get(started[1]!.key), { uploadId: started[1]!.uploadId, recording: true, startedAt: /^\d{4}-/ })
})

t.test('nobody sees what is another owner’s, or not an upload', async t => {
  const { app, store, keys } = await withUploads(t, 1)
  await upload(app, 'alice2')
  await upload(app, 'bob')
  await start(app, {}, 'bob')
  for (const name of ['alice/sub/x.mp3', 'alice/not%one', 'alicex', 'alice/x.results/transcript.json']) {
    await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: `uploads/${name}`, Body: 'x' }))
  }
  t.same(
    (await pages(app, '/uploads', 100)).flat().map(({ key }) => key),
    keys
  )
  t.same((await pages(app, '/multipart-uploads', 100)).flat(), [])
  t.same((await pages(app, '/uploads', 100, 'nobody')).flat(), [])
})

for (const url of ['/uploads', '/multipart-uploads']) {
  t.test(`${url}: a cursor of another owner’s list opens nothing of theirs`, async t => {
    const { app, keys } = await withUploads(t, 3)
    await start(app)
    await start(app)
    const { nextCursor: cursor } = (await send(app, { url, query: { limit: '1' } })).json()
    t.type(cursor, 'string')
    const response = await send(app, { url, query: { cursor } }, 'mallory')
    t.same(response.json().uploads ?? [], [])
    t.notMatch(response.body, keys[0]!)
  })

  t.test(`${url}: a cursor that nobody was given is refused, or begins a page`, async t => {
    const { app } = await withUploads(t, 1)
    for (const cursor of [
      'x',
      '%00',
      '../bob',
      'A'.repeat(4096),
      Buffer.from('uploads/bob/\n').toString('base64url'),
      'ü',
      '\u0000'
    ]) {
      const response = await send(app, { url, query: { cursor } })
      t.match(response.statusCode, /^(200|400)$/, cursor)
      if (response.statusCode === 200) { t.ok(response.json().uploads.every(({ key }: { key: string }) => key.startsWith('uploads/alice/'))) }
    }
  })

  for (const limit of ['0', '1001', '-1', '1.5', 'x']) {
    t.test(`${url}: a limit of ${limit} is refused by name`, async t => {
      const { app } = await uploaderApp(t, ON)
      const response = await send(app, { url, query: { limit } })
      t.match(response.json(), { statusCode: 400, code: 'FST_ERR_VALIDATION', message: /querystring\/limit/ })
    })
  }
}

t.test('lists and deletions are offered only where the host asks for them', async t => {
  const { app } = await uploaderApp(t)
  for (const [method, url] of [
    ['GET', '/uploads'],
    ['GET', '/multipart-uploads'],
    ['DELETE', '/uploads?key=x']
  ] as const) {
    t.equal((await send(app, { method, url })).statusCode, 404)
  }
  t.same(await app.uploads.listUploads({}, { owner: 'alice' }), { uploads: [] }, 'but the app itself may')
})

t.test('a deleted upload is gone, and can be deleted again', async t => {
  const {
    app,
    keys: [key, other]
  } = await withUploads(t, 2)
  for (let round = 0; round < 2; round += 1) {
    const response = await send(app, { method: 'DELETE', url: '/uploads', query: { key: key! } })
    t.equal(response.statusCode, 204)
    t.equal(response.body, '')
  }
  t.match((await send(app, { url: '/upload-status', query: { key: key! } })).json(), { status: 'pending' })
  t.same(
    (await pages(app, '/uploads', 10)).flat().map(({ key }) => key),
    [other]
  )
})

t.test('the results of a deleted upload are gone with it', async t => {
  const {
    app,
    store,
    keys: [key]
  } = await withUploads(t, 1)
  const { url, headers } = await app.uploads.createResultUrl({ key: key!, name: 'transcript.json' }, { owner: 'alice' })
  await fetch(url, { method: 'PUT', headers, body: '{}' })
  t.equal((await send(app, { method: 'DELETE', url: '/uploads', query: { key: key! } })).statusCode, 204)
  const { Contents = [] } = await store.client.send(new ListObjectsV2Command({ Bucket: store.bucket }))
  t.same(Contents, [])
})

t.test('deleting an upload in progress aborts it, and no other', async t => {
  const { app } = await uploaderApp(t, ON)
  const upload = await start(app, { filename: 'a.mp3' })
  const other = await start(app, { filename: 'a.mp3' })
  await putAll(app, upload, Buffer.from('hello'))
  t.equal((await send(app, { method: 'DELETE', url: '/uploads', query: { key: upload.key } })).statusCode, 204)
  t.same(
    (await pages(app, '/multipart-uploads', 10)).flat().map(({ key }) => key),
    [other.key]
  )
})

t.test('another owner’s upload is not deleted: 404, byte for byte the same whether or not it is there', async t => {
  const {
    app,
    keys: [key]
  } = await withUploads(t, 1)
  const open = await start(app, { filename: 'a.mp3' })
  const replies = []
  for (const name of [
    key!,
    open.key,
    key!.replace(/[0-9a-f]/g, '0'),
    'uploads/alice/../bob/x',
    'elsewhere',
    'uploads/alice/'
  ]) {
    const {
      statusCode,
      headers: { date, ...headers },
      body
    } = await send(app, { method: 'DELETE', url: '/uploads', query: { key: name } }, 'mallory')
    replies.push({ statusCode, headers, body })
  }
  t.equal(replies[0]!.statusCode, 404)
  for (const reply of replies) t.same(reply, replies[0])
  t.match((await send(app, { url: '/upload-status', query: { key: key! } })).json(), { status: 'uploaded' })
  t.equal((await pages(app, '/multipart-uploads', 10)).flat().length, 1)
})

for (const [url, permission] of [
  ['/uploads', 's3:ListBucket'],
  ['/multipart-uploads', 's3:ListBucketMultipartUploads']
] as const) {
  t.test(`${url}: a store that denies the list is answered 502, and the permission is named`, async t => {
    const store = await scriptedStore(t, (_request, response) => {
      response.writeHead(403).end(errorBody('AccessDenied'))
    })
    const app = await appFor(t, store, ON)
    const response = await send(app, { url })
    t.match(response.json(), { statusCode: 502, code: 'FST_UPLOAD_STORE_REFUSED' })
    t.ok(response.json().message.includes(`it denies ${permission},`), response.body)
    t.notMatch(response.body, 'secret detail')
  })
}

t.test('a store that cannot be reached is answered 503 by lists and deletions', async t => {
  const { app } = await uploaderApp(t, {
    ...ON,
    client: {
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:9',
      credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
      maxAttempts: 1
    }
  })
  for (const [method, url] of [
    ['GET', '/uploads'],
    ['GET', '/multipart-uploads'],
    ['DELETE', '/uploads?key=uploads/alice/x.mp3']
  ] as const) {
    const response = await send(app, { method, url })
    t.match(response.json(), { statusCode: 503, code: 'FST_UPLOAD_STORE_UNAVAILABLE' })
  }
})
