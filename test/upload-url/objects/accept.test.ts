import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import uploadEvents, { type Upload } from '../../../plugins/upload-url/events/index.js'
import type { RequestPolicy, UploadUrlOptions } from '../../../plugins/upload-url/index.js'
import { FIXED_OPTIONS, register } from '../../fixtures/app.js'
import { startStore } from '../../fixtures/store.js'
import { appFor } from '../../fixtures/uploads-to.js'

type Accept = NonNullable<UploadUrlOptions['accept']>

const ALICE = { owner: 'alice' }
/** 3.528 seconds, mono, 16 kHz, MP3. */
const MP3 = await readFile('test/fixtures/audio/dictation.mp3')
const DURATION = 3.528
/** Frames with a pause between them: their number, and so the duration, cannot be told from a part of them. */
const FRAME = Buffer.from([0x3c, ...createHash('sha256').update('sound').digest().subarray(1)])
const PAUSE = Buffer.from('440000000000', 'hex')
const UNKNOWN_DURATION = Buffer.concat([
  Buffer.from('#!AMR\n'), ...Array.from({ length: 80_000 }, (_, index) => index === 1000 ? PAUSE : FRAME)
])

async function setUp (t: Test, accept?: Accept) {
  const store = await startStore(t)
  const app = await appFor(t, store, accept === undefined ? {} : { accept })
  const inspect = async (key: string) => await app.uploads.getUploadStatus({ key, inspect: true }, ALICE)

  async function upload (
    file: { filename?: string, contentType?: string, metadata?: Record<string, string> } = {}, bytes: Buffer = MP3,
    policy?: RequestPolicy
  ): Promise<string> {
    const call = policy === undefined ? ALICE : { ...ALICE, policy }
    const { url, headers, key } = await app.uploads.createUploadUrl({ filename: 'a.mp3', ...file }, call)
    const response = await fetch(url, { method: 'PUT', headers, body: bytes })
    if (!response.ok) throw new Error(await response.text())
    return key
  }

  const statusOf = async (...file: Parameters<typeof upload>) => await inspect(await upload(...file))
  return { app, store, upload, inspect, statusOf }
}

const REJECTED: ReadonlyArray<readonly [Accept, reason: object]> = [
  [{ minDuration: 3.6 }, {
    code: 'minDuration',
    limit: 3.6,
    found: DURATION,
    message: 'the duration in seconds is 3.528, but at least 3.6 are required'
  }],
  [{ maxDuration: 3.5 }, {
    code: 'maxDuration',
    limit: 3.5,
    found: DURATION,
    message: 'the duration in seconds is 3.528, but at most 3.5 are accepted'
  }],
  [{ channels: [2, 6] }, {
    code: 'channels', limit: [2, 6], found: 1, message: 'the number of channels is 1, but these are accepted: 2, 6'
  }],
  [{ sampleRates: [8000, 48_000] }, {
    code: 'sampleRates',
    limit: [8000, 48_000],
    found: 16_000,
    message: 'the sample rate in Hz is 16000, but these are accepted: 8000, 48000'
  }],
  [{ codecs: ['flac'] }, {
    code: 'codecs', limit: ['flac'], found: 'mp3', message: 'the codec is mp3, but these are accepted: flac'
  }]
]

for (const [accept, reason] of REJECTED) {
  t.test(`under ${JSON.stringify(accept)}, another recording is rejected with limit and finding`, async t => {
    const { app, upload, inspect } = await setUp(t, accept)
    const key = await upload()
    const status = await inspect(key)
    t.match(status, { status: 'rejected', reason: (reason as { message: string }).message })
    t.strictSame((status as Extract<Upload, { status: 'rejected' }>).reasons, [reason])
    t.match(await app.uploads.getUploadStatus({ key }, ALICE), { status: 'uploaded' }, 'not before it is inspected')
    t.match(await app.uploads.createDownloadUrl({ key }, ALICE), { method: 'GET' }, 'and it stays where it is')
  })
}

t.test('a recording that is just what is accepted is uploaded', async t => {
  const { statusOf } = await setUp(t, {
    minDuration: DURATION, maxDuration: DURATION, channels: [2, 1], sampleRates: [16_000], codecs: ['flac', 'mp3']
  })
  t.match(await statusOf(), { status: 'uploaded', audio: { duration: DURATION } })
})

t.test('every reason is told, that of the content type first', async t => {
  const { statusOf } = await setUp(t, { minDuration: 4, channels: [2] })
  const status = await statusOf({ filename: 'a.flac' })
  t.match(status, {
    status: 'rejected',
    reason: /FLAC|flac.*; the duration in seconds .*; the number of channels/,
    reasons: [
      { code: 'contentType', limit: 'audio/flac', found: 'mp3' },
      { code: 'minDuration', limit: 4, found: DURATION },
      { code: 'channels', limit: [2], found: 1 }
    ]
  })
})

t.test('what is no audio has that as its only reason', async t => {
  const { statusOf } = await setUp(t, { minDuration: 4 })
  const status = await statusOf({}, Buffer.from('%PDF-1.7'.padEnd(500)))
  const { reason, reasons } = status as Extract<Upload, { status: 'rejected' }>
  t.same(reasons, [{ code: 'notAudio', message: reason }])
})

t.test('a duration that cannot be told is rejected where it is limited, and nowhere else', async t => {
  const file = { filename: 'a.amr' }
  for (const accept of [{ minDuration: 1 }, { maxDuration: 100_000 }]) {
    const { statusOf } = await setUp(t, accept)
    const [code] = Object.keys(accept)
    const { reasons } = await statusOf(file, UNKNOWN_DURATION) as Extract<Upload, { status: 'rejected' }>
    t.match(reasons, [{ code, message: /is not known, but/ }])
    t.notOk('found' in reasons[0]!)
  }
  const { statusOf } = await setUp(t, { channels: [1], codecs: ['amr_nb'] })
  t.match(await statusOf(file, UNKNOWN_DURATION), { status: 'uploaded' })
})

t.test('a rejected recording has the duration that its client declared, where that is one', async t => {
  const { statusOf } = await setUp(t, { maxDuration: 1 })
  for (const [duration, declared] of [['0.9', 0.9], ['12', 12], ['0', 0]] as const) {
    t.match(await statusOf({ metadata: { duration } }), { status: 'rejected', declaredDuration: declared })
  }
  for (const duration of ['long', '-1', '1e3', '0x10', 'NaN', 'Infinity', '1,5', '1'.repeat(10)]) {
    t.notOk('declaredDuration' in await statusOf({ metadata: { duration } }), duration)
  }
  t.notOk('declaredDuration' in await statusOf())
})

t.test('the policy that an upload was signed under limits its duration, and never lifts the limit of all', async t => {
  const { upload, inspect } = await setUp(t, { maxDuration: 3.6 })
  const policyOf = (maxDuration: number): RequestPolicy => ({ maxDuration })
  const [short, long, none] = [
    await upload({}, MP3, policyOf(2)), await upload({}, MP3, policyOf(1000)), await upload({})
  ]
  t.match(await inspect(short), { status: 'rejected', reasons: [{ code: 'maxDuration', limit: 2 }] })
  t.match(await inspect(long), { status: 'uploaded' })
  t.match(await inspect(none), { status: 'uploaded' })
  const strict = await setUp(t, { maxDuration: 3 })
  const key = await strict.upload({}, MP3, policyOf(1000))
  t.match(await strict.inspect(key), { status: 'rejected', reasons: [{ limit: 3 }] })
})

t.test('a limit in metadata that is none is no limit', async t => {
  const { store, inspect } = await setUp(t)
  for (const seconds of ['', 'none', '-1', '0', 'NaN']) {
    const key = `uploads/alice/object-${seconds || 'empty'}.mp3`
    await store.client.send(new PutObjectCommand({
      Bucket: store.bucket, Key: key, Body: MP3, ContentType: 'audio/mpeg', Metadata: { 'max-duration': seconds }
    }))
    t.match(await inspect(key), { status: 'uploaded' }, seconds)
  }
})

t.test('the hook of uploads is told the reasons', async t => {
  const { app, store, upload } = await setUp(t, { channels: [2] })
  const told: Upload[] = []
  await app.register(uploadEvents, { inspect: true, onUploaded: status => { told.push(status) } })
  const key = await upload()
  await app.uploads.handleStoreEvent({
    Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: store.bucket }, object: { key, size: 1 } } }]
  })
  t.match(told, [{ key, status: 'rejected', reasons: [{ code: 'channels', limit: [2], found: 1 }] }])
})

const WRONG: ReadonlyArray<readonly [accept: unknown, problem: RegExp]> = [
  [{ maxDuration: 0 }, /options\/accept\/maxDuration/],
  [{ minDuration: '5' }, /options\/accept\/minDuration/],
  [{ minDuration: 5, maxDuration: 4 }, /minDuration must not be greater than maxDuration/],
  [{ channels: [] }, /options\/accept\/channels/],
  [{ channels: 1 }, /options\/accept\/channels/],
  [{ channels: ['stereo'] }, /options\/accept\/channels/],
  [{ sampleRates: [0] }, /options\/accept\/sampleRates/],
  [{ codecs: ['MP3!'] }, /options\/accept\/codecs/],
  [{ maxduration: 5 }, /unknown field maxduration/],
  ['all', /options\/accept/],
  [null, /options\/accept/]
]

for (const [accept, problem] of WRONG) {
  t.test(`accept must not be ${JSON.stringify(accept)}`, async t => {
    await t.rejects(register({ ...FIXED_OPTIONS, accept }), { code: 'FST_UPLOAD_INVALID_OPTIONS', message: problem })
  })
}
