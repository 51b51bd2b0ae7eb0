import 'fake-indexeddb/auto'
import { once } from 'node:events'
import { IDBFactory } from 'fake-indexeddb'
import t, { type Test } from 'tap'
import { createUploader, type Recording, type RecordingUploaderOptions } from '../../openapi/client/node.js'
import type { UploadUrlOptions } from '../../plugins/upload-url/index.js'
import { ManualClock, ScriptedRecorder } from './recorder.js'
import { MIB, PART, sha256, startService, storeError, taken, type TestService } from './service.js'

const STREAM = {} as MediaStream

interface Studio {
  readonly service: TestService
  readonly clock: ManualClock
  readonly options: RecordingUploaderOptions
}

async function openStudio (t: Test, pluginOptions?: Partial<UploadUrlOptions>): Promise<Studio> {
  const service = await startService(t, pluginOptions)
  const clock = new ManualClock()
  const options = { ...service.options, clock, indexedDB: new IDBFactory(), createRecorder: ScriptedRecorder.create }
  return { service, clock, options }
}

/** Lets 20 seconds pass, after which the recording is saved. */
async function save (recording: Recording, clock: ManualClock): Promise<void> {
  const saved = once(recording, 'saved')
  // The recording gets to wait first.
  await new Promise(resolve => setImmediate(resolve))
  clock.advance(20)
  await saved
}

/** What has arrived of the upload in progress, as part sizes. */
async function arrived ({ options }: Studio, service: TestService): Promise<number[]> {
  const { ListMultipartUploadsCommand, ListPartsCommand } = await import('@aws-sdk/client-s3')
  const { client, bucket } = service.store
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
  const [upload] = Uploads
  if (!upload) return []
  const { Parts = [] } = await client.send(new ListPartsCommand({
    Bucket: bucket, Key: upload.Key, UploadId: upload.UploadId
  }))
  return options && Parts.map(({ Size }) => Size!)
}

t.test('the last part grows every 20 seconds until it is full, then the next one does', async t => {
  const studio = await openStudio(t)
  const { service, clock, options } = studio
  const recording = createUploader(options).record(STREAM)
  const recorder = ScriptedRecorder.last
  const sizes: number[][] = []
  for (const heard of [100_000, 200_000, PART, 1_000]) {
    recorder.hear(heard)
    await save(recording, clock)
    sizes.push(await arrived(studio, service))
  }
  t.same(sizes, [[100_000], [300_000], [PART, 300_000], [PART, 301_000]])
  recorder.hear(5)
  const { key, size } = await recording.stop()
  t.equal(size, recorder.bytes.length)
  t.equal(await service.sha256(key), sha256(recorder.bytes))
  t.match(await service.head(key), { contentType: /audio\/webm/ })
  t.match(key, /-r\.webm$/, 'the service knows that it is a recording')
  t.equal(recording.state, 'done')
  t.same(await createUploader(options).unfinished(), [])
})

t.test('a part that is full is sent at once, and never again', async t => {
  const { service, clock, options } = await openStudio(t)
  const recording = createUploader(options).record(STREAM)
  const recorder = ScriptedRecorder.last
  await new Promise(resolve => setImmediate(resolve))
  const saved = once(recording, 'saved')
  for (let count = 0; count < 11; count += 1) recorder.hear(MIB)
  await saved
  t.same(taken(service.puts).filter(number => number < 3), [1, 2])
  recorder.hear(MIB)
  await save(recording, clock)
  const { key } = await recording.stop()
  t.equal(await service.sha256(key), sha256(recorder.bytes))
  t.same(taken(service.puts).filter(number => number < 3), [1, 2])
})

t.test('what was not heard is no recording', async t => {
  const { service, options } = await openStudio(t)
  const recording = createUploader(options).record(STREAM)
  await t.rejects(recording.stop(), { code: 'NOTHING_RECORDED' })
  t.same(service.calls, [])
})

t.test('a recording that is aborted leaves nothing behind, here or there', async t => {
  const { service, clock, options } = await openStudio(t)
  const recording = createUploader(options).record(STREAM)
  ScriptedRecorder.last.hear(10_000)
  await save(recording, clock)
  t.equal(await service.uploadsInProgress(), 1)
  await recording.abort()
  await t.rejects(recording.done, { code: 'ABORTED' })
  t.equal(recording.state, 'aborted')
  t.equal(await service.uploadsInProgress(), 0)
  t.same(await createUploader(options).unfinished(), [])
})

t.test('a service that fails stops no recording: all is saved once it is back', async t => {
  const { service, clock, options } = await openStudio(t)
  const recording = createUploader({ ...options, retries: 2 }).record(STREAM)
  const recorder = ScriptedRecorder.last
  recorder.hear(10_000)
  service.intercept = async () => storeError(503)
  await new Promise(resolve => setImmediate(resolve))
  const waiting = once(recording, 'waiting')
  clock.advance(20)
  const [{ detail }] = await waiting as [CustomEvent]
  t.match(detail, { name: 'UploadError', retryable: true })
  t.equal(recording.state, 'recording')
  service.intercept = (_request, send) => send()
  recorder.hear(20_000)
  const { key } = await recording.stop()
  t.equal(await service.sha256(key), sha256(recorder.bytes))
})

t.test('what could not be sent at the end is kept, and finished later', async t => {
  const { service, options } = await openStudio(t)
  const settings = { metadata: { case: '7' }, filename: 'a.webm' }
  const recording = createUploader({ ...options, retries: 0 }).record(STREAM, settings)
  const recorder = ScriptedRecorder.last
  recorder.hear(10_000)
  service.intercept = async () => storeError(503)
  await t.rejects(recording.stop(), { code: 'SERVICE_FAILED', retryable: true })
  t.equal(recording.state, 'failed')
  service.intercept = (_request, send) => send()
  const uploader = createUploader(options)
  const [lost, ...others] = await uploader.unfinished()
  t.same(others, [])
  t.match(lost, { kind: 'recording', name: 'a.webm', size: 10_000 })
  const { key } = await lost!.finish()
  t.equal(await service.sha256(key), sha256(recorder.bytes))
  t.match(await service.head(key), { metadata: { case: '7' } })
  t.same(await uploader.unfinished(), [])
})

/** Records three parts and a bit, and fails at the end with all but the last bytes saved. */
async function interrupt (t: Test, { service, clock, options }: Studio): Promise<Buffer> {
  const recording = createUploader({ ...options, retries: 0 }).record(STREAM)
  const recorder = ScriptedRecorder.last
  recorder.hear(2 * PART + 1_000)
  await save(recording, clock)
  recorder.hear(500)
  service.intercept = async () => storeError(503)
  await t.rejects(recording.stop(), { code: 'SERVICE_FAILED', retryable: true })
  service.intercept = (_request, send) => send()
  service.puts.length = 0
  return recorder.bytes
}

t.test('after an interruption only what is missing is sent', async t => {
  const studio = await openStudio(t)
  const bytes = await interrupt(t, studio)
  const [lost] = await createUploader(studio.options).unfinished()
  const { key } = await lost!.finish()
  t.equal(await studio.service.sha256(key), sha256(bytes))
  t.same(taken(studio.service.puts), [3])
})

t.test('a recording that the service has given up is uploaded from its beginning', async t => {
  const studio = await openStudio(t)
  const { service } = studio
  const bytes = await interrupt(t, studio)
  const { ListMultipartUploadsCommand, AbortMultipartUploadCommand } = await import('@aws-sdk/client-s3')
  const { client, bucket } = service.store
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
  for (const { Key, UploadId } of Uploads) {
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }))
  }
  const [lost] = await createUploader(studio.options).unfinished()
  const { key } = await lost!.finish()
  t.equal(await service.sha256(key), sha256(bytes))
})

t.test('a recording that the service has completed without its end is uploaded whole', async t => {
  const studio = await openStudio(t)
  const { service } = studio
  const bytes = await interrupt(t, studio)
  const { ListMultipartUploadsCommand } = await import('@aws-sdk/client-s3')
  const { client, bucket } = service.store
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
  await fetch(`${service.baseUrl}/multipart-uploads/complete`, {
    method: 'POST',
    headers: { 'x-user': 'alice', 'content-type': 'application/json' },
    body: JSON.stringify({ key: Uploads[0]!.Key, uploadId: Uploads[0]!.UploadId })
  })
  const [lost] = await createUploader(studio.options).unfinished()
  const { key } = await lost!.finish()
  t.not(key, Uploads[0]!.Key)
  t.equal(await service.sha256(key), sha256(bytes))
})

t.test('a recording whose completion was not heard of is not sent again', async t => {
  const studio = await openStudio(t)
  const { service, options } = studio
  const recording = createUploader({ ...options, retries: 0 }).record(STREAM)
  ScriptedRecorder.last.hear(10_000)
  service.intercept = async ({ url }, send) => {
    const response = await send()
    return url.pathname.endsWith('/complete') ? storeError(504) : response
  }
  await t.rejects(recording.stop(), { code: 'SERVICE_FAILED', retryable: true })
  service.intercept = (_request, send) => send()
  service.puts.length = 0
  const [lost] = await createUploader(options).unfinished()
  t.same(await service.keys(), [(await lost!.finish()).key])
  t.same(service.puts, [])
})

t.test('a recording that is discarded is gone, here and there', async t => {
  const studio = await openStudio(t)
  await interrupt(t, studio)
  const [lost] = await createUploader(studio.options).unfinished()
  await lost!.discard()
  t.equal(await studio.service.uploadsInProgress(), 0)
  t.same(await createUploader(studio.options).unfinished(), [])
})

t.test('a recording under way is nobody else’s, and others find only their own', async t => {
  const { clock, options } = await openStudio(t)
  const recording = createUploader(options).record(STREAM)
  ScriptedRecorder.last.hear(10_000)
  await save(recording, clock)
  t.same(await createUploader(options).unfinished(), [])
  await t.rejects(createUploader({ ...options, headers: {}, retries: 0 }).record(STREAM).stop())
  await recording.stop()
  t.same(await createUploader({ ...options, owner: 'bob' }).unfinished(), [])
})

t.test('a device that keeps nothing still uploads everything', async t => {
  const { service, clock, options } = await openStudio(t)
  const indexedDB = { open () { throw new Error('blocked') } } as unknown as IDBFactory
  const recording = createUploader({ ...options, indexedDB }).record(STREAM)
  const recorder = ScriptedRecorder.last
  recorder.hear(PART + 5)
  await save(recording, clock)
  recorder.hear(2 * PART)
  await save(recording, clock)
  recorder.hear(3)
  const { key } = await recording.stop()
  t.equal(await service.sha256(key), sha256(recorder.bytes))
  t.same(await createUploader({ ...options, indexedDB }).unfinished(), [])
})

t.test('a recording pauses and resumes, and ends by itself where the microphone is gone', async t => {
  const { options } = await openStudio(t)
  const recording = createUploader(options).record(STREAM)
  const recorder = ScriptedRecorder.last
  recorder.hear(10)
  recording.pause()
  t.same([recording.state, recorder.state], ['paused', 'paused'])
  recording.resume()
  t.same([recording.state, recorder.state], ['recording', 'recording'])
  recorder.stop()
  t.equal((await recording.done).size, 10)
})

t.test('under a limit and with checksums, every save declares its size and its SHA-256', async t => {
  const { service, clock, options } = await openStudio(t, { maxSize: 20 * MIB, require: ['sha256', 'contentType'] })
  const recording = createUploader({ ...options, checksum: 'sha256' }).record(STREAM)
  const recorder = ScriptedRecorder.last
  recorder.hear(PART + 5)
  await save(recording, clock)
  const { key } = await recording.stop()
  t.equal(await service.sha256(key), sha256(recorder.bytes))
})
