import { readFileSync } from 'node:fs'
import { GetObjectTaggingCommand, ListObjectsV2Command, PutObjectTaggingCommand } from '@aws-sdk/client-s3'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { setUpBucket } from '../../plugins/upload-url/bucket/setup.js'
import uploadEvents, { type Upload } from '../../plugins/upload-url/events/index.js'
import type { UploadUrlOptions } from '../../plugins/upload-url/index.js'
import { FIXED_OPTIONS, pluginApp, register } from '../fixtures/app.js'
import { startStoreWithDays } from '../fixtures/lifecycle.js'
import type { Store } from '../fixtures/store.js'
import { appFor } from '../fixtures/uploads-to.js'
import { complete, putAll, send, start } from './multipart/uploader.js'

const mp3 = readFileSync('test/fixtures/audio/dictation.mp3')
const isRgw = process.env['TEST_S3_ENDPOINT'] !== undefined
const TAG = { expireAfterDays: 1 }
const PREFIX = { expireAfterDays: 1, by: 'prefix' } as const

type Way = (app: FastifyInstance, owner?: string) => Promise<string>

/** An app whose bucket has been set up, and whose days pass when told to. */
async function claimsApp (t: Test, options: Partial<UploadUrlOptions>) {
  const { store, passDays } = await startStoreWithDays(t)
  const { client, bucket } = store
  const { unclaimed } = options
  await setUpBucket({ client, bucket, keyPrefix: 'uploads', corsOrigins: [], unclaimed, createBucket: false }, () => {})
  return { app: await appFor(t, store, { deleteUploads: true, listUploads: true, ...options }), store, passDays }
}

async function byUrl (app: FastifyInstance, owner = 'alice'): Promise<string> {
  const file = { filename: 'a.mp3', metadata: { language: 'en' } }
  const { url, key, headers } = await app.uploads.createUploadUrl(file, { owner })
  const response = await fetch(url, { method: 'PUT', headers, body: mp3 })
  if (!response.ok) throw new Error(await response.text())
  return key
}

async function byForm (app: FastifyInstance, owner = 'alice'): Promise<string> {
  const { url, fields, key } = await app.uploads.createUploadForm({ filename: 'a.mp3', maxSize: 100_000 }, { owner })
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', new Blob([mp3]))
  const response = await fetch(url, { method: 'POST', body: form })
  if (!response.ok) throw new Error(await response.text())
  return key
}

async function inParts (app: FastifyInstance, owner = 'alice'): Promise<string> {
  const upload = await start(app, { filename: 'a.mp3' }, owner)
  const response = await complete(app, upload, await putAll(app, upload, mp3))
  if (response.statusCode !== 200) throw new Error(response.body)
  return upload.key
}

/** RGW 16.2 drops the tags of multipart uploads, which `check` finds. */
function ways (mode: string): Way[] {
  return isRgw && mode === 'tag' ? [byUrl, byForm] : [byUrl, byForm, inParts]
}

function claim (app: FastifyInstance, key: string, user?: string) {
  return send(app, { method: 'POST', url: '/claims', payload: { key } }, user)
}

async function statusOf (app: FastifyInstance, key: string): Promise<string> {
  return (await app.uploads.getUploadStatus({ key }, { owner: 'alice' })).status
}

async function keysIn ({ client, bucket }: Store): Promise<Set<string>> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
  return new Set(Contents.map(({ Key = '' }) => Key))
}

for (const [mode, unclaimed] of [['tag', TAG], ['prefix', PREFIX]] as const) {
  const storeKey = (key: string) => (mode === 'prefix' ? `unclaimed/${key}` : key)

  t.test(`by ${mode}: what is claimed stays, however it came, and what is not claimed goes`, async t => {
    const { app, passDays } = await claimsApp(t, { unclaimed })
    const claimed: string[] = []
    const left: string[] = []
    for (const upload of ways(mode)) {
      claimed.push(await upload(app))
      left.push(await upload(app))
    }
    for (const key of claimed) t.equal((await claim(app, key)).statusCode, 204)
    for (const key of left) t.equal(await statusOf(app, key), 'uploaded')
    await passDays(1)
    for (const key of claimed) t.equal(await statusOf(app, key), 'uploaded')
    for (const key of left) t.equal(await statusOf(app, key), 'pending')
    for (const key of left) t.match((await claim(app, key)).json(), { statusCode: 404, code: 'FST_UPLOAD_NOT_FOUND' })
    for (const key of claimed) t.equal((await claim(app, key)).statusCode, 204, 'claiming again is fine')
  })

  t.test(`by ${mode}: before the days have passed, nothing goes`, async t => {
    const { app, passDays } = await claimsApp(t, { unclaimed: { ...unclaimed, expireAfterDays: 30 } })
    const key = await byUrl(app)
    await passDays(1)
    t.equal(await statusOf(app, key), 'uploaded')
  })

  t.test(`by ${mode}: an upload is the same before and after its claim`, async t => {
    const { app, passDays } = await claimsApp(t, { unclaimed })
    const key = await byUrl(app)
    const ask = async () => {
      const query = { key, inspect: 'true' }
      const { lastModified, ...status } = (await send(app, { url: '/upload-status', query })).json()
      const { url } = await app.uploads.createDownloadUrl({ key }, { owner: 'alice' })
      return { status, bytes: Buffer.from(await (await fetch(url)).arrayBuffer()).equals(mp3) }
    }
    const before = await ask()
    t.match(before, { status: { status: 'uploaded', key, metadata: { language: 'en' } }, bytes: true })
    await claim(app, key)
    await passDays(1)
    t.same(await ask(), before)
  })

  t.test(`by ${mode}: a URL changes nothing once its upload is claimed`, async t => {
    const { app } = await claimsApp(t, { unclaimed })
    const { url, key, headers } = await app.uploads.createUploadUrl({ filename: 'a.mp3' }, { owner: 'alice' })
    t.equal((await fetch(url, { method: 'PUT', headers, body: mp3 })).status, 200)
    await claim(app, key)
    t.equal((await fetch(url, { method: 'PUT', headers, body: 'other bytes' })).status, 412)
    t.equal((await send(app, { url: '/upload-status', query: { key } })).json().size, mp3.length)
  })

  t.test(`by ${mode}: another owner’s upload is not claimed: 404, byte for byte as where there is none`, async t => {
    const { app, passDays } = await claimsApp(t, { unclaimed })
    const key = await byUrl(app)
    const replies = []
    for (const name of [key, key.replace(/[0-9a-f]/g, '0'), `unclaimed/${key}`, 'elsewhere', `${key}.results/a.json`]) {
      const { statusCode, headers: { date, ...headers }, body } = await claim(app, name, 'mallory')
      replies.push({ statusCode, headers, body })
    }
    t.equal(replies[0]!.statusCode, 404)
    for (const reply of replies) t.same(reply, replies[0])
    await passDays(1)
    t.equal(await statusOf(app, key), 'pending', 'and it goes')
  })

  t.test(`by ${mode}: what was never uploaded is not claimed`, async t => {
    const { app } = await claimsApp(t, { unclaimed })
    const { key } = await app.uploads.createUploadUrl({}, { owner: 'alice' })
    t.equal((await claim(app, key)).statusCode, 404)
    await t.rejects(app.uploads.claimUpload({ key }, { owner: 'alice' }), { code: 'FST_UPLOAD_NOT_FOUND' })
  })

  t.test(`by ${mode}: a claim and the rule at the same time: whoever is told that it is claimed keeps it`, async t => {
    const { app, passDays } = await claimsApp(t, { unclaimed })
    const keys: string[] = []
    for (let i = 0; i < 24; i += 1) keys.push(await byUrl(app))
    const over = new AbortController()
    const rules = passDays(1).finally(() => over.abort())
    // One after the other, as long as the rules take, whatever that is.
    const answers = []
    for (const key of keys) {
      answers.push(await claim(app, key))
      if (isRgw && !over.signal.aborted) await new Promise(resolve => setTimeout(resolve, 150))
    }
    await rules
    await passDays(1)
    const kept = answers.filter(({ statusCode }) => statusCode === 204).length
    t.comment(`${kept} of ${keys.length} were claimed in time`)
    for (const [index, { statusCode }] of answers.entries()) {
      t.match(statusCode, /^(?:204|404)$/)
      t.equal(await statusOf(app, keys[index]!), statusCode === 204 ? 'uploaded' : 'pending')
    }
  })

  t.test(`by ${mode}: a deleted upload is gone, whether or not it was claimed`, async t => {
    const { app, store } = await claimsApp(t, { unclaimed })
    const keys = [await byUrl(app), await byUrl(app), await inParts(app)]
    await claim(app, keys[1]!)
    for (const key of keys) {
      t.equal((await send(app, { method: 'DELETE', url: '/uploads', query: { key } })).statusCode, 204)
    }
    t.same(await keysIn(store), new Set())
  })

  t.test(`by ${mode}: uploads in progress are listed, deleted and salvaged under the key that clients know`, async t => {
    // Ten seconds ahead, so that a recording of now is older than a second.
    const { app } = await claimsApp(t, { unclaimed, clock: () => new Date(Date.now() + 10_000) })
    const upload = await start(app, { filename: 'a.mp3' })
    const list = async () => (await send(app, { url: '/multipart-uploads' })).json().uploads
    t.match(await list(), [{ key: upload.key, uploadId: upload.uploadId }])
    await send(app, { method: 'DELETE', url: '/uploads', query: { key: upload.key } })
    t.same(await list(), [])
    const recording = await start(app, { filename: 'a.mp3', recording: true })
    await putAll(app, recording, mp3)
    for (const owner of [{ owner: 'alice' }, {}]) {
      const salvaged = await app.uploads.salvage({ olderThan: 1, ...owner })
      t.match(salvaged, { completed: 'owner' in owner ? [{ owner: 'alice', key: recording.key }] : [], failed: [] })
    }
    t.equal((await claim(app, recording.key)).statusCode, 204)
  })

  t.test(`by ${mode}: what onUploaded has taken is claimed; what it threw at, or is rejected, goes`, async t => {
    const { app, passDays, store } = await claimsApp(t, { unclaimed })
    const taken: Upload[] = []
    const refused = new Set<string>()
    await app.register(uploadEvents, {
      inspect: true,
      claim: true,
      onUploaded (upload) {
        if (refused.has(upload.key)) throw new Error('not now')
        taken.push(upload)
      }
    })
    const good = await byUrl(app)
    const later = await byUrl(app)
    const { url, key: bad, headers } = await app.uploads.createUploadUrl({ filename: 'b.mp3' }, { owner: 'alice' })
    await fetch(url, { method: 'PUT', headers, body: '%PDF-1.7 no audio at all' })
    refused.add(later)
    const eventOf = (key: string) => {
      const s3 = { bucket: { name: store.bucket }, object: { key: storeKey(key) } }
      return { Records: [{ eventName: 'ObjectCreated:Put', s3 }] }
    }
    for (const key of [good, bad]) await app.uploads.handleStoreEvent(eventOf(key))
    await t.rejects(app.uploads.handleStoreEvent(eventOf(later)), { code: 'FST_UPLOAD_NOT_PROCESSED' })
    t.same(
      taken.map(({ key, status }) => [key, status]),
      [[good, 'uploaded'], [bad, 'rejected']]
    )
    await passDays(1)
    const statuses = [await statusOf(app, good), await statusOf(app, later), await statusOf(app, bad)]
    t.same(statuses, ['uploaded', 'pending', 'pending'])
  })
}

t.test('a claim keeps the other tags of an upload', async t => {
  const { app, store: { client, bucket } } = await claimsApp(t, { unclaimed: TAG })
  const key = await byUrl(app)
  const tags = async () => {
    const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }))
    return Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value]))
  }
  t.same(await tags(), { 'upload-state': 'unclaimed' })
  const TagSet = [{ Key: 'project', Value: 'choir' }, { Key: 'upload-state', Value: 'unclaimed' }]
  await client.send(new PutObjectTaggingCommand({ Bucket: bucket, Key: key, Tagging: { TagSet } }))
  await claim(app, key)
  t.same(await tags(), { project: 'choir', 'upload-state': 'claimed' })
})

for (const [what, tagging] of [['without the tag', undefined], ['with another tag', 'upload-state=claimed']] as const) {
  t.test(`an upload ${what} is refused`, async t => {
    const { app } = await claimsApp(t, { unclaimed: TAG })
    const { url, headers } = await app.uploads.createUploadUrl({ filename: 'a.mp3' }, { owner: 'alice' })
    const { 'x-amz-tagging': _, ...others } = headers
    const sent = { ...others, ...(tagging !== undefined && { 'x-amz-tagging': tagging }) }
    t.equal((await fetch(url, { method: 'PUT', headers: sent, body: mp3 })).status, 403)

    const form = await app.uploads.createUploadForm({ filename: 'a.mp3', maxSize: 100_000 }, { owner: 'alice' })
    const body = new FormData()
    for (const [name, value] of Object.entries(form.fields)) {
      if (name !== 'tagging') body.set(name, value)
      else if (tagging !== undefined) body.set(name, value.replace('unclaimed', 'claimed'))
    }
    body.set('file', new Blob([mp3]))
    t.equal((await fetch(form.url, { method: 'POST', body })).status, 403)
  })
}

t.test('by prefix: only what is claimed is listed, and its results stay beside it', async t => {
  const { app, passDays, store } = await claimsApp(t, { unclaimed: PREFIX, results: true })
  const [claimed, left] = [await byUrl(app), await byUrl(app)]
  await claim(app, claimed)
  const { url, headers } = await app.uploads.createResultUrl({ key: claimed, name: 'a.json' }, { owner: 'alice' })
  t.equal((await fetch(url, { method: 'PUT', headers, body: '{}' })).status, 200)
  const { uploads } = (await send(app, { url: '/uploads' })).json()
  t.same(uploads.map(({ key }: { key: string }) => key), [claimed])
  const kept = [claimed, `${claimed}.results/a.json`]
  t.same(await keysIn(store), new Set([...kept, `unclaimed/${claimed}`, `unclaimed/${left}`]))
  await passDays(1)
  t.same(await keysIn(store), new Set(kept))
})

t.test('by prefix: the event of a copy tells nobody again', async t => {
  const { app, store } = await claimsApp(t, { unclaimed: PREFIX })
  const told: string[] = []
  await app.register(uploadEvents, { onUploaded: ({ key }) => { told.push(key) } })
  const key = await byUrl(app)
  await claim(app, key)
  const eventOf = (key: string) => ({
    Records: [{ eventName: 'ObjectCreated:Copy', s3: { bucket: { name: store.bucket }, object: { key } } }]
  })
  await app.uploads.handleStoreEvent(eventOf(key))
  t.same(told, [])
  await app.uploads.handleStoreEvent(eventOf(`unclaimed/${key}`))
  t.same(told, [key])
})

t.test('by prefix: completing again after the claim says the same, and tells of the same event', async t => {
  const { app } = await claimsApp(t, { unclaimed: PREFIX })
  const ids: string[] = []
  await app.register(uploadEvents, { claim: true, onUploaded: (_, { id }) => { ids.push(id) } })
  const upload = await start(app, { filename: 'a.mp3' })
  const parts = await putAll(app, upload, mp3)
  const first = await complete(app, upload, parts)
  t.equal(first.statusCode, 200)
  t.same((await complete(app, upload, parts)).json(), first.json())
  t.equal(ids.length, 2)
  t.equal(ids[0], ids[1])
})

t.test('by prefix: what is too large to be copied at once is refused beforehand', async t => {
  const app = await pluginApp(t, { unclaimed: PREFIX })
  const size = 5 * 1024 ** 3 + 1
  await t.rejects(app.uploads.createMultipartUpload({ filename: 'a.mp3', size }, { owner: 'alice' }), {
    code: 'FST_UPLOAD_TOO_LARGE',
    message: /at most 5368709120 can be copied when an upload is claimed/
  })
})

t.test('claims are offered only where uploads expire; elsewhere, what is there counts as claimed', async t => {
  const { app } = await claimsApp(t, {})
  const key = await byUrl(app)
  t.equal((await claim(app, key)).statusCode, 404)
  await t.resolves(app.uploads.claimUpload({ key }, { owner: 'alice' }))
  await t.rejects(app.uploads.claimUpload({ key: key.replace(/[0-9a-f]/g, '0') }, { owner: 'alice' }))
  const { headers } = await app.uploads.createUploadUrl({ filename: 'a.mp3' }, { owner: 'alice' })
  t.notOk('x-amz-tagging' in headers)
})

const { client } = FIXED_OPTIONS
const R2 = { ...client, endpoint: 'https://0123456789abcdef.r2.cloudflarestorage.com' }
const MRAP = 'arn:aws:s3::123456789012:accesspoint/m1234567890123.mrap'
for (const [what, options, message] of [
  ['no days', { unclaimed: {} }, /expireAfterDays/],
  ['zero days', { unclaimed: { expireAfterDays: 0 } }, /expireAfterDays/],
  ['seconds', { unclaimed: { expireAfterDays: 604_800 } }, /expireAfterDays/],
  ['another way', { unclaimed: { expireAfterDays: 7, by: 'name' } }, /by/],
  ['an unknown field', { unclaimed: { expireAfterDays: 7, days: 1 } }, /days/],
  ['tags in a directory bucket', { unclaimed: TAG, bucket: 'recordings--euc1-az1--x-s3' }, /must be by: 'prefix'/],
  ['tags in R2', { unclaimed: TAG, client: R2 }, /must be by: 'prefix': this S3 server has no object tags/],
  ['a prefix of every key', { unclaimed: PREFIX, keyPrefix: '' }, /keyPrefix must be set, and not to unclaimed/],
  ['its own prefix', { unclaimed: PREFIX, keyPrefix: 'unclaimed' }, /keyPrefix must be set, and not to unclaimed/],
  ['copies from many regions', { unclaimed: PREFIX, bucket: MRAP }, /must be by: 'tag'/]
] as const) {
  t.test(`claims with ${what} are refused at the start, by name`, async t => {
    await t.rejects(register({ ...FIXED_OPTIONS, ...options }), { code: 'FST_UPLOAD_INVALID_OPTIONS', message })
  })
}

t.test('claims by prefix need no tags, and events claim only where uploads expire', async t => {
  await t.resolves(register({ ...FIXED_OPTIONS, unclaimed: PREFIX, client: R2 }))
  const app = await pluginApp(t)
  await t.rejects(async () => await app.register(uploadEvents, { onUploaded () {}, claim: true }), {
    message: /events: claim needs the option unclaimed/
  })
})
