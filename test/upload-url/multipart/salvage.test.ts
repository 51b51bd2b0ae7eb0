import t, { type Test } from 'tap'
import uploadEvents, { type UploadEventsOptions } from '../../../plugins/upload-url/events/index.js'
import type { UploadUrlOptions } from '../../../plugins/upload-url/index.js'
import { errorBody, scriptedStore } from '../../fixtures/scripted-store.js'
import { appFor } from '../../fixtures/uploads-to.js'
import { inProgress, MIB, putPart, send, start, stored, uploaderApp, type MultipartUpload } from './uploader.js'

const HOUR = 3600
const LATER = () => new Date(Date.now() + 2 * HOUR * 1000)

/** An app two hours from now, in front of the same store as one of today. */
async function twoHoursLater (t: Test, options: Partial<UploadUrlOptions> = {}) {
  const { app, store } = await uploaderApp(t)
  return { app, store, later: await appFor(t, store, { clock: LATER, ...options }) }
}

t.test('an abandoned recording becomes an object of what has arrived', async t => {
  const { app, store, later } = await twoHoursLater(t)
  const recording = await start(app, { filename: 'a.webm', recording: true })
  await putPart(app, recording, 1, Buffer.alloc(8 * MIB, 'a'))
  await putPart(app, recording, 2, Buffer.from('the end'))
  const size = 8 * MIB + 7
  t.same(await later.uploads.salvage({ olderThan: HOUR }), {
    completed: [{ owner: 'alice', key: recording.key, size }],
    aborted: [],
    failed: []
  })
  t.equal((await stored(store, recording.key))!.length, size)
  t.equal(await inProgress(store), 0)
})

t.test('a recording of which nothing has arrived is aborted', async t => {
  const { app, store, later } = await twoHoursLater(t)
  const { key } = await start(app, { recording: true })
  t.same(await later.uploads.salvage({ olderThan: HOUR }), { completed: [], aborted: [key], failed: [] })
  t.equal(await inProgress(store), 0)
})

t.test('a recording that began long ago and still grows is left alone', async t => {
  const { app, store } = await uploaderApp(t)
  const recording = await start(app, { recording: true })
  await new Promise(resolve => setTimeout(resolve, 1100))
  const begun = Date.now()
  await putPart(app, recording, 1, Buffer.from('still here'))
  const now = await appFor(t, store, { clock: () => new Date(begun + 900) })
  t.same(await now.uploads.salvage({ olderThan: 1 }), { completed: [], aborted: [], failed: [] })
  t.equal(await inProgress(store), 1)
})

t.test('an upload that is not a recording, or not old enough, is left alone', async t => {
  const { app, store, later } = await twoHoursLater(t)
  const upload = await start(app, { filename: 'a.mp3' })
  await putPart(app, upload, 1, Buffer.from('hello'))
  await start(app, { recording: true })
  t.same(await later.uploads.salvage({ olderThan: 3 * HOUR }), { completed: [], aborted: [], failed: [] })
  t.match(await later.uploads.salvage({ olderThan: HOUR }), { completed: [], failed: [] })
  t.equal(await inProgress(store), 1)
})

t.test('recordings of one owner can be salvaged alone', async t => {
  const { app, store, later } = await twoHoursLater(t)
  const alices = await start(app, { recording: true })
  await start(app, { recording: true }, 'alice2')
  t.match(await later.uploads.salvage({ olderThan: HOUR, owner: 'alice' }), { aborted: [alices.key] })
  t.equal(await inProgress(store), 1)
})

t.test('a recording whose first part is missing stays, and is reported', async t => {
  const { app, store, later } = await twoHoursLater(t)
  const recording = await start(app, { recording: true })
  await putPart(app, recording, 2, Buffer.from('hello'))
  const { completed, aborted, failed } = await later.uploads.salvage({ olderThan: HOUR })
  t.same([completed, aborted], [[], []])
  t.match(failed, [{ key: recording.key, error: { code: 'FST_UPLOAD_INVALID_PARTS' } }])
  t.equal(await inProgress(store), 1)
})

t.test('a recording that is larger than is accepted by now stays, and is reported', async t => {
  const { app, store, later } = await twoHoursLater(t, { maxSize: 100 })
  const recording = await start(app, { recording: true })
  await putPart(app, recording, 1, Buffer.alloc(101))
  const { completed, aborted, failed } = await later.uploads.salvage({ olderThan: HOUR })
  t.same([completed, aborted], [[], []])
  t.match(failed, [
    { key: recording.key, error: { code: 'FST_UPLOAD_TOO_LARGE', message: /at most 100 are accepted$/ } }
  ])
  t.equal(await inProgress(store), 1)
})

t.test('two replicas at once complete every recording, and none twice into different objects', async t => {
  const { app, store, later } = await twoHoursLater(t)
  const other = await appFor(t, store, { clock: LATER })
  const recordings = []
  for (let i = 0; i < 12; i += 1) {
    const recording = await start(app, { recording: true })
    await putPart(app, recording, 1, Buffer.from(`recording ${i}`))
    recordings.push(recording)
  }
  const results = await Promise.all([later, other].map(({ uploads }) => uploads.salvage({ olderThan: HOUR })))
  t.same(
    results.flatMap(({ failed }) => failed),
    []
  )
  t.same(
    new Set(results.flatMap(({ completed }) => completed.map(({ key }) => key))),
    new Set(recordings.map(({ key }) => key))
  )
  for (const [i, { key }] of recordings.entries()) t.equal((await stored(store, key))!.toString(), `recording ${i}`)
})

t.test('a recording can be salvaged once it is complete, and the client’s own completion still succeeds', async t => {
  const { app, later } = await twoHoursLater(t)
  const recording = await start(app, { recording: true })
  await putPart(app, recording, 1, Buffer.from('hello'))
  await later.uploads.salvage({ olderThan: HOUR })
  const { key, uploadId } = recording
  const response = await send(app, { method: 'POST', url: '/multipart-uploads/complete', payload: { key, uploadId } })
  t.match(response.json(), { key, size: 5, partCount: 1 })
})

for (const input of [
  {},
  { olderThan: 0 },
  { olderThan: '1h' },
  { olderThan: 1.5 },
  { olderThan: 1, ownr: 'x' },
  { olderThan: 1, owner: {} }
]) {
  t.test(`salvage refuses ${JSON.stringify(input)} by name`, async t => {
    const { app } = await uploaderApp(t)
    await t.rejects(app.uploads.salvage(input as never), {
      code: 'FST_UPLOAD_INVALID_INPUT',
      message: /olderThan|ownr|owner/
    })
  })
}

t.test('where the store cannot be reached, salvage rejects and changes nothing', async t => {
  const { app, store } = await uploaderApp(t)
  await start(app, { recording: true })
  const dead = await appFor(t, { ...store, endpoint: 'http://127.0.0.1:9' }, { clock: LATER })
  await t.rejects(dead.uploads.salvage({ olderThan: HOUR }), { code: 'FST_UPLOAD_STORE_UNAVAILABLE' })
  t.equal(await inProgress(store), 1)
})

t.test('where the store denies to list uploads, salvage names the permission', async t => {
  const store = await scriptedStore(t, (_request, response) => {
    response.writeHead(403).end(errorBody('AccessDenied'))
  })
  const app = await appFor(t, store)
  await t.rejects(app.uploads.salvage({ olderThan: HOUR }), {
    code: 'FST_UPLOAD_STORE_REFUSED',
    message: /s3:ListBucketMultipartUploads/
  })
})

t.test('salvage that is aborted rejects with the reason, and completes nothing more', async t => {
  const { app, store, later } = await twoHoursLater(t)
  const recording = await start(app, { recording: true })
  await putPart(app, recording, 1, Buffer.from('hello'))
  const signal = AbortSignal.abort(new Error('closing'))
  await t.rejects(later.uploads.salvage({ olderThan: HOUR }, { signal }), { message: 'closing' })
  t.equal(await inProgress(store), 1)
})

t.test('the hook is told of each recording that is completed, by the same id in every replica', async t => {
  const { app, store } = await uploaderApp(t)
  const recording = await start(app, { filename: 'a.webm', recording: true })
  await putPart(app, recording, 1, Buffer.from('hello'))
  await start(app, { recording: true })
  const told: Array<Parameters<UploadEventsOptions['onUploaded'] & {}>> = []
  const replicas = [await appFor(t, store, { clock: LATER }), await appFor(t, store, { clock: LATER })]
  for (const replica of replicas) {
    await replica.register(uploadEvents, { onUploaded: (...event) => { told.push(event) } })
    await replica.ready()
  }
  const results = await Promise.all(replicas.map(({ uploads }) => uploads.salvage({ olderThan: HOUR })))
  t.same(results.flatMap(({ failed }) => failed), [])
  t.ok(told.length > 0)
  for (const [upload, event] of told) {
    t.match(upload, { status: 'uploaded', key: recording.key, size: 5 })
    t.match(event, { owner: 'alice', id: told[0]![1].id, noticedBy: 'request' })
  }
})

t.test('where the hook throws, the recording is complete, is reported, and the others are salvaged', async t => {
  const { app, store, later } = await twoHoursLater(t)
  await later.register(uploadEvents, {
    onUploaded ({ key }) { if (key === recordings[0]!.key) throw new Error('no queue') }
  })
  await later.ready()
  const recordings = [await start(app, { recording: true }), await start(app, { recording: true })]
  for (const recording of recordings) await putPart(app, recording, 1, Buffer.from('hello'))
  const [first, second] = recordings as [MultipartUpload, MultipartUpload]
  const { completed, failed } = await later.uploads.salvage({ olderThan: HOUR })
  t.match(completed, [{ key: second.key }])
  t.match(failed, [{ key: first.key, error: { code: 'FST_UPLOAD_NOT_PROCESSED', cause: { message: 'no queue' } } }])
  t.equal((await stored(store, first.key))!.toString(), 'hello')
})
