import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { GetObjectTaggingCommand } from '@aws-sdk/client-s3'
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import uploadUrl, {
  channels, policyProblems, type Authorization, type RequestPolicy, type UploadUrlOptions
} from '../../../plugins/upload-url/index.js'
import uppy from '../../../plugins/upload-url/uppy/index.js'
import { notHeldToContract } from '../../contract/held.js'
import { asAlice, FIXED_OPTIONS } from '../../fixtures/app.js'
import { startStore, type Store } from '../../fixtures/store.js'
import { appFor } from '../../fixtures/uploads-to.js'
import { MIB, someBytes } from '../multipart/uploader.js'

const ALICE = { owner: 'alice' }
const KEY = 'uploads/alice/11111111-2222-4333-8444-555555555555.mp3'
const UPLOAD = { key: 'uploads/alice/11111111-2222-4333-8444-555555555555_5-4zsow.mp3', uploadId: '2~id' }
const ABOUT_UPLOAD = `key=${encodeURIComponent(UPLOAD.key)}&uploadId=2~id`
const UPPY_UPLOAD = '/uppy/s3/multipart/2~id'
const UPPY_KEY = `key=${encodeURIComponent(UPLOAD.key)}`

const post = (url: string, payload: object): InjectOptions => ({ method: 'POST', url, payload })
const sign = (payload: object): InjectOptions => post('/uppy/s3/sign', payload)

/** Every request that has something signed, or is told of a limit, under the name that the host knows it by. */
const LIMITED: Readonly<Record<string, readonly InjectOptions[]>> = {
  createUploadUrl: [
    { url: '/upload-url?filename=a.mp3' },
    { url: '/generate-presigned-url?filename=a.mp3' },
    sign({ method: 'PUT', key: 'a.mp3', size: 3 })
  ],
  createUploadUrls: [post('/upload-urls', { files: [{ filename: 'a.mp3' }] })],
  createUploadForm: [
    post('/upload-forms', { filename: 'a.mp3' }),
    { url: '/uppy/s3/params?filename=a.mp3' },
    sign({ method: 'PUT', key: 'a.mp3' })
  ],
  createMultipartUpload: [
    post('/multipart-uploads', { filename: 'a.mp3' }),
    post('/uppy/s3/multipart', { filename: 'a.mp3' }),
    sign({ method: 'POST', key: 'a.mp3' })
  ],
  createPartUrls: [
    post('/multipart-uploads/part-urls', { ...UPLOAD, from: 1, to: 1 }),
    { url: `${UPPY_UPLOAD}/1?${UPPY_KEY}` },
    { url: `${UPPY_UPLOAD}/batch?${UPPY_KEY}&partNumbers=1` },
    sign({ method: 'PUT', ...UPLOAD, partNumber: 1 })
  ],
  completeMultipartUpload: [
    post('/multipart-uploads/complete', UPLOAD),
    post(`${UPPY_UPLOAD}/complete?${UPPY_KEY}`, { parts: [{ PartNumber: 1, ETag: 'a' }] }),
    sign({ method: 'POST', ...UPLOAD })
  ],
  createDownloadUrl: [{ url: `/download-url?key=${KEY}` }],
  createResultUrl: [post('/result-urls', { key: KEY, name: 'transcript.json' })]
}

/** Requests that no limit can concern. */
const UNLIMITED: readonly InjectOptions[] = [
  { url: `/upload-status?key=${KEY}` },
  { method: 'DELETE', url: `/multipart-uploads?${ABOUT_UPLOAD}` },
  { method: 'DELETE', url: `${UPPY_UPLOAD}?${UPPY_KEY}` },
  { method: 'DELETE', url: `/uploads?key=${KEY}` },
  { url: `/multipart-uploads/parts?${ABOUT_UPLOAD}` },
  { url: '/multipart-uploads' },
  { url: '/uploads' }
]

/** An app whose store does not answer: what is refused before it is asked can be told from what is not. */
async function appWith (t: Test, options: Partial<UploadUrlOptions>, lines: string[] = []): Promise<FastifyInstance> {
  const app = Fastify({ logger: { level: 'error', stream: { write: line => { lines.push(line) } } } })
  t.teardown(() => app.close())
  await app.register(uploadUrl, {
    ...FIXED_OPTIONS,
    client: { ...FIXED_OPTIONS.client, endpoint: 'http://127.0.0.1:9' },
    listUploads: true,
    deleteUploads: true,
    results: true,
    ...options
  } as UploadUrlOptions)
  await app.register(uppy)
  return app
}

/** A host whose policy returns this, whatever the types say. */
const returning = (value: unknown) => ({ policy: (() => value) as NonNullable<UploadUrlOptions['policy']> })

/** What is signed and what is asked of the store while something runs. */
async function eventsDuring (run: () => Promise<void>): Promise<number> {
  let count = 0
  const note = () => { count += 1 }
  for (const channel of [channels.sign, channels.store]) subscribe(channel.name, note)
  await run()
  for (const channel of [channels.sign, channels.store]) unsubscribe(channel.name, note)
  return count
}

class Limits {
  readonly maxSize = 5
}

const NOT_POLICIES = [
  null, false, true, 0, 5, '', 'maxSize', [], [{ maxSize: 5 }], new Map([['maxSize', 5]]), new Limits(),
  new Date(0), () => ({ maxSize: 5 }), Symbol('maxSize'), Object.create({ maxSize: 5 })
]

for (const value of NOT_POLICIES) {
  const name = typeof value === 'object' ? `${value?.constructor?.name} ${JSON.stringify(value)}` : String(value)
  t.test(`a policy that returns ${name} is an error of the host: nothing is signed, and the log says why`, async t => {
    for (const returned of [value, Promise.resolve(value)]) {
      const lines: string[] = []
      const app = await appWith(t, returning(returned), lines)
      const count = await eventsDuring(async () => {
        const response = await asAlice(app, { url: '/upload-url' })
        t.match(response.json(), { statusCode: 500, code: 'FST_UPLOAD_INVALID_POLICY' })
        t.notMatch(response.body, /plain object/, 'the client is told nothing of it')
      })
      t.equal(count, 0)
      t.match(lines.join(''), /policy must be a plain object/)
    }
  })
}

const WRONG: ReadonlyArray<readonly [policy: object, problem: RegExp]> = [
  [{ maxsize: 5 }, /unknown field maxsize/],
  [{ owner: 'bob' }, /unknown field owner/],
  [{ maxSize: 0 }, /policy\/maxSize/],
  [{ maxSize: -1 }, /policy\/maxSize/],
  [{ maxSize: 1.5 }, /policy\/maxSize/],
  [{ maxSize: '5' }, /policy\/maxSize/],
  [{ maxSize: 5n }, /policy\/maxSize/],
  [{ maxSize: NaN }, /policy\/maxSize/],
  [{ maxSize: Infinity }, /policy\/maxSize/],
  [{ maxSize: null }, /policy\/maxSize/],
  [{ maxSize: undefined }, /policy\/maxSize/],
  [{ metadata: { plan: undefined } }, /policy\/metadata\/plan/],
  [{ tags: { plan: undefined } }, /policy\/tags\/plan/],
  [{ tags: undefined }, /policy\/tags must not be undefined/],
  [{ minSize: 0 }, /policy\/minSize/],
  [{ minSize: 6, maxSize: 5 }, /policy\/minSize must not be greater/],
  [{ formats: [] }, /policy\/formats/],
  [{ formats: 'mp3' }, /policy\/formats/],
  [{ formats: ['mp3', 'mp5'] }, /unknown format mp5/],
  [{ maxDuration: 0 }, /policy\/maxDuration/],
  [{ maxDuration: NaN }, /policy\/maxDuration/],
  [{ maxDuration: Infinity }, /policy\/maxDuration/],
  [{ expiresIn: 0 }, /policy\/expiresIn/],
  [{ expiresIn: 604_801 }, /policy\/expiresIn/],
  [{ require: 'size' }, /policy\/require/],
  [{ require: ['checksum'] }, /policy\/require/],
  [{ metadata: 'plan=trial' }, /policy\/metadata/],
  [{ metadata: { plan: 1 } }, /policy\/metadata\/plan/],
  [{ metadata: { plan: '' } }, /policy\/metadata\/plan/],
  [{ metadata: { plan: 'a\nb' } }, /policy\/metadata\/plan/],
  [{ metadata: { 'a plan': 'trial' } }, /policy\/metadata\/a plan/],
  [{ metadata: { filename: 'a.mp3' } }, /policy\/metadata\/filename is reserved/],
  [{ metadata: { 'max-duration': '9' } }, /policy\/metadata\/max-duration is reserved/],
  [{ metadata: { note: 'x'.repeat(2048) } }, /2048/],
  [{ metadata: new Map([['plan', 'trial']]) }, /plain objects/],
  [{ tags: { plan: 1 } }, /policy\/tags\/plan/],
  [{ tags: { 'aws:plan': 'trial' } }, /policy\/tags/],
  [{ tags: { '': 'trial' } }, /policy\/tags/],
  [{ tags: { 'upload-state': 'claimed' } }, /policy\/tags/],
  [{ tags: { plan: 'a&b' } }, /policy\/tags\/plan/],
  [{ tags: { plan: '<a>' } }, /policy\/tags\/plan/],
  [{ tags: { ['x'.repeat(129)]: '' } }, /policy\/tags/],
  [{ tags: { plan: 'x'.repeat(257) } }, /policy\/tags\/plan/],
  [{ tags: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`t${index}`, ''])) }, /policy\/tags/],
  [{ tags: new Map([['plan', 'trial']]) }, /plain objects/]
]

for (const [policy, problem] of WRONG) {
  const written = JSON.stringify(policy, (_name, value) => typeof value === 'bigint' ? `${value}n` : value).slice(0, 60)
  t.test(`a policy with ${written} (${problem.source}) is an error of the host, whatever is asked for`, async t => {
    const lines: string[] = []
    const app = await appWith(t, returning(policy), lines)
    const count = await eventsDuring(async () => {
      for (const request of Object.values(LIMITED).flat()) {
        const response = await asAlice(app, request)
        t.match(response.json(), { statusCode: 500, code: 'FST_UPLOAD_INVALID_POLICY' }, String(request.url))
      }
    })
    t.equal(count, 0)
    t.match(lines.join(''), problem)
    await t.rejects(
      app.uploads.createUploadUrl({}, { ...ALICE, policy: policy as RequestPolicy }),
      { code: 'FST_UPLOAD_INVALID_POLICY', cause: { message: problem } }
    )
  })
}

t.test('what a policy throws is the answer, and nothing is signed', async t => {
  const refusal = Object.assign(new Error('Your trial has ended'), { statusCode: 402, code: 'TRIAL_ENDED' })
  for (const policy of [() => { throw refusal }, async () => await Promise.reject(refusal)]) {
    const app = await appWith(t, { policy })
    notHeldToContract(app)
    const count = await eventsDuring(async () => {
      for (const request of Object.values(LIMITED).flat()) {
        const response = await asAlice(app, request)
        t.match(
          { ...response.json(), statusCode: response.statusCode },
          { statusCode: 402, code: 'TRIAL_ENDED', message: 'Your trial has ended' },
          String(request.url)
        )
      }
    })
    t.equal(count, 0)
  }
})

for (const [operation, requests] of Object.entries(LIMITED)) {
  t.test(`a policy is asked for ${operation}, whichever way in, once it is authorized and validated`, async t => {
    const asked: Array<Authorization & { readonly user: unknown }> = []
    const authorized: Authorization[] = []
    const app = await appWith(t, {
      authorize: (_request, authorization) => authorized.push(authorization) > 0,
      policy: (request, authorization) => {
        asked.push({ ...authorization, user: request.headers['x-user'] })
        return undefined
      }
    })
    for (const request of requests) {
      asked.length = authorized.length = 0
      await asAlice(app, request)
      t.match(asked, [{ owner: 'alice', operation, user: 'alice', input: Object }], String(request.url))
      t.match(authorized, asked.map(({ user, ...authorization }) => authorization), 'as authorize is')
    }
    asked.length = 0
    for (const request of requests) await app.inject(request)
    t.same(asked, [], 'not for nobody')
  })

  t.test(`a policy is not asked for a request to ${operation} that is forbidden`, async t => {
    let count = 0
    const app = await appWith(t, {
      authorize: () => false,
      policy: () => {
        count += 1
        return undefined
      }
    })
    for (const request of requests) t.equal((await asAlice(app, request)).statusCode, 403)
    t.equal(count, 0)
  })
}

t.test('whoever is refused everything may still see, list, abort and delete', async t => {
  const app = await appWith(t, { policy: () => { throw new Error('no more') } })
  for (const request of UNLIMITED) {
    t.equal((await asAlice(app, request)).json().code, 'FST_UPLOAD_STORE_UNAVAILABLE', String(request.url))
  }
})

/** The plugin, and Uppy, in front of a real store, under a policy that a test may change. */
async function storedApp (t: Test, options: Partial<UploadUrlOptions> = {}) {
  const store = await startStore(t)
  const host: { policy: RequestPolicy | undefined } = { policy: undefined }
  const app = await appFor(t, store, { results: true, ...options, policy: () => host.policy })
  await app.register(uppy)
  return { app, store, host }
}

const ask = async (app: FastifyInstance, request: InjectOptions) => (await asAlice(app, request)).json()

async function tagsOf ({ client, bucket }: Store, key: string): Promise<Record<string, string>> {
  const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }))
  return Object.fromEntries(TagSet.map(({ Key, Value }) => [Key!, Value!]))
}

t.test('a maximum of the policy holds for a PUT, whose size has to be declared', async t => {
  const { app, host } = await storedApp(t, { maxSize: 100 })
  host.policy = { maxSize: 50 }
  t.match(await ask(app, { url: '/upload-url' }), { code: 'FST_UPLOAD_FIELD_REQUIRED', message: /size.*at most 50/ })
  t.match(await ask(app, { url: '/upload-url?size=51' }), { code: 'FST_UPLOAD_TOO_LARGE', message: /at most 50/ })
  const batch = post('/upload-urls', { files: [{ size: 50 }, { size: 51 }] })
  t.match(await ask(app, batch), { code: 'FST_UPLOAD_TOO_LARGE', message: /files\/1\/size/ })
  t.match(await ask(app, { url: '/upload-url?size=50' }), { method: 'PUT' })
  host.policy = { maxSize: 5000 }
  t.match(await ask(app, { url: '/upload-url?size=101' }), { code: 'FST_UPLOAD_TOO_LARGE', message: /at most 100/ })
})

t.test('a minimum of the policy holds for a PUT, whose size has to be declared', async t => {
  const { app, host } = await storedApp(t)
  host.policy = { minSize: 10 }
  t.match(await ask(app, { url: '/upload-url' }), { code: 'FST_UPLOAD_FIELD_REQUIRED', message: /size/ })
  t.match(await ask(app, { url: '/upload-url?size=9' }), {
    statusCode: 400, code: 'FST_UPLOAD_TOO_SMALL', message: 'size is 9 bytes, but at least 10 are required'
  })
  t.match(await ask(app, { url: '/upload-url?size=10' }), { method: 'PUT' })
})

t.test('the store holds a form to the minimum and the maximum of a policy', async t => {
  const { app, host } = await storedApp(t)
  host.policy = { minSize: 10, maxSize: 20 }
  const { url, fields } = await ask(app, post('/upload-forms', { filename: 'a.mp3' }))
  const submit = async (bytes: number) => {
    const form = new FormData()
    for (const [name, value] of Object.entries<string>(fields)) form.set(name, value)
    form.set('file', new Blob(['x'.repeat(bytes)]), 'a.mp3')
    return (await fetch(url, { method: 'POST', body: form })).status
  }
  t.same([await submit(9), await submit(21), await submit(10)], [400, 400, 204])
  t.match(await ask(app, post('/upload-forms', { maxSize: 9 })), { code: 'FST_UPLOAD_TOO_SMALL', message: /maxSize/ })
  t.match(await ask(app, post('/upload-forms', { maxSize: 21 })), { code: 'FST_UPLOAD_TOO_LARGE', message: /maxSize/ })
  host.policy = { minSize: 6 * 1024 * MIB }
  t.match(await ask(app, post('/upload-forms', {})), { code: 'FST_UPLOAD_TOO_LARGE', message: /multipart/ })
})

t.test('a maximum holds for the whole of an upload in parts, though later requests come under none', async t => {
  const { app, host } = await storedApp(t, { maxSize: 100 * MIB })
  const create = post('/multipart-uploads', { filename: 'a.wav' })
  host.policy = { maxSize: 6 * MIB }
  const { key, uploadId, partSize } = await ask(app, create)
  host.policy = undefined
  const parts = (size: number, partNumber = 1) =>
    post('/multipart-uploads/part-urls', { key, uploadId, parts: [{ partNumber, size }] })
  t.match(await ask(app, post('/multipart-uploads/part-urls', { key, uploadId, from: 1, to: 1 })), {
    code: 'FST_UPLOAD_FIELD_REQUIRED', message: /part 1/
  })
  t.match(await ask(app, parts(6 * MIB + 1)), { code: 'FST_UPLOAD_TOO_LARGE', message: new RegExp(`${6 * MIB}`) })
  t.match(await ask(app, parts(1, 2)), { code: 'FST_UPLOAD_TOO_LARGE' }, `the part size is ${partSize}`)
  const { parts: [part] } = await ask(app, parts(6 * MIB))
  t.equal((await fetch(part.url, { method: 'PUT', body: someBytes(6 * MIB) })).status, 200)
  t.match(await ask(app, sign({ method: 'POST', key, uploadId })), { code: 'FST_UPLOAD_FIELD_REQUIRED' })
  t.match(await ask(app, post('/multipart-uploads/complete', { key, uploadId })), { size: 6 * MIB })
})

for (const size of [10, undefined]) {
  t.test(`a maximum that is lowered later loses no recording of ${size ?? 'unknown'} size that is there`, async t => {
    const { app, host } = await storedApp(t)
    host.policy = { maxSize: 10 }
    const { key, uploadId } = await ask(app, post('/multipart-uploads', { filename: 'a.wav', size }))
    const partUrls = post('/multipart-uploads/part-urls', { key, uploadId, parts: [{ partNumber: 1, size: 10 }] })
    const { parts: [part] } = await ask(app, partUrls)
    t.equal((await fetch(part.url, { method: 'PUT', body: 'ten bytes.' })).status, 200)
    host.policy = { maxSize: 9 }
    t.match(await ask(app, partUrls), { code: 'FST_UPLOAD_TOO_LARGE' }, 'no URL for more')
    const complete = post('/multipart-uploads/complete', { key, uploadId })
    t.match(await ask(app, complete), { size: 10 })
    t.match(await ask(app, complete), { size: 10 }, 'also when it is repeated')
    t.match(await ask(app, { url: `/upload-status?key=${key}` }), { status: 'uploaded', size: 10 })
  })
}

t.test('an upload in parts of unknown size that is below the minimum can be continued', async t => {
  const { app, host } = await storedApp(t)
  host.policy = { minSize: 11 }
  const { key, uploadId } = await ask(app, post('/multipart-uploads', { filename: 'a.wav' }))
  const complete = post('/multipart-uploads/complete', { key, uploadId })
  const upload = async (body: string) => {
    const { parts: [part] } = await ask(app, post('/multipart-uploads/part-urls', { key, uploadId, from: 1, to: 1 }))
    t.equal((await fetch(part.url, { method: 'PUT', body })).status, 200)
  }
  await upload('ten bytes.')
  t.match(await ask(app, complete), { code: 'FST_UPLOAD_TOO_SMALL', message: /total of the parts is 10 bytes/ })
  t.match(await ask(app, sign({ method: 'POST', key, uploadId })), { code: 'FST_UPLOAD_FIELD_REQUIRED' })
  await upload('eleven byte')
  t.match(await ask(app, complete), { size: 11 })
})

t.test('a minimum that is raised later does not concern a size that was declared', async t => {
  const { app, host } = await storedApp(t)
  const { key, uploadId } = await ask(app, post('/multipart-uploads', { filename: 'a.wav', size: 10 }))
  const { parts: [part] } = await ask(app, post('/multipart-uploads/part-urls', { key, uploadId, from: 1, to: 1 }))
  t.equal((await fetch(part.url, { method: 'PUT', body: 'ten bytes.' })).status, 200)
  host.policy = { minSize: 11 }
  t.match(await ask(app, post('/multipart-uploads/complete', { key, uploadId })), { size: 10 })
})

t.test('a minimum refuses an upload in parts by its declared size', async t => {
  const { app, host } = await storedApp(t)
  host.policy = { minSize: 10 }
  for (const request of [
    post('/multipart-uploads', { size: 9 }),
    post('/uppy/s3/multipart', { filename: 'a.mp3', metadata: { size: 9 } }),
    sign({ method: 'POST', key: 'a.mp3', size: 9 })
  ]) t.match(await ask(app, request), { code: 'FST_UPLOAD_TOO_SMALL' }, String(request.url))
})

t.test('a policy leaves fewer formats, never others, and makes the type mandatory', async t => {
  const { app, host } = await storedApp(t, { formats: ['mp3', 'wav'] })
  host.policy = { formats: ['wav', 'flac'] }
  t.match(await ask(app, { url: '/upload-url?filename=a.wav' }), { headers: { 'content-type': 'audio/wav' } })
  for (const filename of ['a.mp3', 'a.flac']) {
    const { code, message } = await ask(app, { url: `/upload-url?filename=${filename}` })
    t.equal(code, 'FST_UPLOAD_FORMAT_REFUSED', filename)
    t.match(message, /Accepted: audio\/wav \([^;]*\)$/)
  }
  host.policy = { formats: ['flac'] }
  t.match(await ask(app, { url: '/upload-url?filename=a.wav' }), { message: /Accepted: nothing$/ })
  const { app: open, host: openHost } = await storedApp(t)
  openHost.policy = { formats: ['wav'] }
  t.match(await ask(open, { url: '/upload-url' }), { code: 'FST_UPLOAD_FIELD_REQUIRED', message: /contentType/ })
})

t.test('what contradicts itself among all formats is not accepted under fewer', async t => {
  const custom = (name: string, contentType: string) => ({ name, contentType, extensions: [name], aliases: [] })
  const { app, host } = await storedApp(t, { formats: [custom('csv', 'text/csv'), custom('json', 'application/json')] })
  const request = { url: '/upload-url?filename=a.json&contentType=text/csv' }
  t.match(await ask(app, request), { code: 'FST_UPLOAD_FORMAT_CONFLICT' })
  host.policy = { formats: ['csv'] }
  t.match(await ask(app, request), { code: 'FST_UPLOAD_FORMAT_CONFLICT' })
})

t.test('URLs expire when the earlier of option and policy says so', async t => {
  const { app, host } = await storedApp(t, { expiresIn: 100 })
  for (const [expiresIn, expected] of [[60, 60], [100, 100], [1000, 100]] as const) {
    host.policy = { expiresIn }
    const upload = await ask(app, post('/multipart-uploads', { filename: 'a.wav', size: 5 }))
    const { key, uploadId } = upload
    for (const request of [
      { url: '/upload-url' },
      post('/upload-forms', {}),
      { url: `/download-url?key=${key}` },
      post('/result-urls', { key, name: 'transcript.json' }),
      post('/multipart-uploads/part-urls', { key, uploadId, from: 1, to: 1 })
    ]) t.match(await ask(app, request), { expiresIn: expected }, String(request.url))
    t.match(await ask(app, post('/upload-urls', { files: [{}] })), { uploads: [{ expiresIn: expected }] })
    for (const request of [
      sign({ method: 'PUT', key: 'a.mp3', size: 5 }),
      sign({ method: 'POST', key: 'a.mp3' }),
      sign({ method: 'PUT', key, uploadId, partNumber: 1 }),
      sign({ method: 'GET', key, uploadId }),
      sign({ method: 'DELETE', key, uploadId })
    ]) t.match(await ask(app, request), { url: new RegExp(`X-Amz-Expires=${expected}&`) }, JSON.stringify(request))
  }
})

t.test('URLs of different lives that are signed at once keep each its own', async t => {
  const { app } = await storedApp(t, { expiresIn: 1000 })
  const lives = Array.from({ length: 50 }, (_, index) => 1 + index % 7)
  const signed = await Promise.all(lives.map(expiresIn =>
    app.uploads.createUploadUrl({}, { ...ALICE, policy: { expiresIn } })))
  t.same(signed.map(({ url }) => Number(new URL(url).searchParams.get('X-Amz-Expires'))), lives)
  t.same(signed.map(({ expiresIn }) => expiresIn), lives)
})

t.test('what a policy requires is required besides what the options do', async t => {
  const { app, host } = await storedApp(t, { require: ['size'] })
  host.policy = { require: ['sha256'] }
  const sha256 = 'a'.repeat(64)
  t.match(await ask(app, { url: '/upload-url?size=5' }), { code: 'FST_UPLOAD_FIELD_REQUIRED', message: /sha256/ })
  t.match(await ask(app, { url: `/upload-url?sha256=${sha256}` }), { message: /size is required/ })
  t.match(await ask(app, { url: `/upload-url?size=5&sha256=${sha256}` }), { method: 'PUT' })
  const { key, uploadId } = await ask(app, post('/multipart-uploads', { size: 5 }))
  host.policy = { require: [] }
  t.match(await ask(app, post('/multipart-uploads/part-urls', { key, uploadId, from: 1, to: 1 })), {
    code: 'FST_UPLOAD_FIELD_REQUIRED', message: /SHA-256/
  }, 'of each part, from the creation on')
})

/** Every way to have an object uploaded: sends the bytes, and gives its key. */
const UPLOADS: Readonly<Record<string, (app: FastifyInstance, metadata: object) => Promise<string>>> = {
  async 'by URL' (app, metadata) {
    return await put((await ask(app, post('/upload-urls', { files: [{ filename: 'a.mp3', metadata }] }))).uploads[0])
  },
  async 'by form' (app, metadata) {
    const { url, fields, key } = await ask(app, post('/upload-forms', { filename: 'a.mp3', metadata }))
    const form = new FormData()
    for (const [name, value] of Object.entries<string>(fields)) form.set(name, value)
    form.set('file', new Blob(['bytes']), 'a.mp3')
    const response = await fetch(url, { method: 'POST', body: form })
    if (!response.ok) throw new Error(await response.text())
    return key
  },
  async 'in parts' (app, metadata) {
    const { key, uploadId } = await ask(app, post('/multipart-uploads', { filename: 'a.mp3', metadata }))
    const { parts } = await ask(app, post('/multipart-uploads/part-urls', { key, uploadId, from: 1, to: 1 }))
    await put(parts[0])
    await ask(app, post('/multipart-uploads/complete', { key, uploadId }))
    return key
  },
  async 'by Uppy, which puts' (app, metadata) {
    return await put(await ask(app, sign({ method: 'PUT', key: 'a.mp3', size: 5, metadata })))
  },
  async 'by Uppy, in parts' (app, metadata) {
    const created = await ask(app, sign({ method: 'POST', key: 'a.mp3', size: 5, metadata }))
    const { key } = created
    const response = await fetch(created.url, { method: 'POST', headers: created.headers })
    const [, uploadId] = /<UploadId>(.*)<\/UploadId>/.exec(await response.text())!
    await put(await ask(app, sign({ method: 'PUT', key, uploadId, partNumber: 1 })))
    await ask(app, post('/multipart-uploads/complete', { key, uploadId }))
    return key
  }
}

async function put (
  { url, headers, key }: { url: string, headers?: Record<string, string>, key: string }
): Promise<string> {
  const response = await fetch(url, { method: 'PUT', body: 'bytes', ...headers && { headers } })
  if (!response.ok) throw new Error(await response.text())
  return key
}

for (const [way, upload] of Object.entries(UPLOADS)) {
  t.test(`metadata and tags of a policy are on what is uploaded ${way}, beside the client's`, async t => {
    const { app, store, host } = await storedApp(t)
    host.policy = {
      metadata: { plan: 'Probe für Łódź' }, tags: { plan: 'a trial: 1+1=2', 'größe/a@b.c_d-e': '' }, maxDuration: 600
    }
    const key = await upload(app, { language: 'pl' })
    t.match((await app.uploads.getUploadStatus({ key }, ALICE)), {
      status: 'uploaded', size: 5, metadata: { plan: 'Probe für Łódź', language: 'pl', 'max-duration': '600' }
    })
    // RGW 16.2 drops the tags of a multipart upload.
    const isDropped = store.kind === 'rgw' && way.endsWith('in parts')
    t.strictSame(await tagsOf(store, key), isDropped ? {} : { plan: 'a trial: 1+1=2', 'größe/a@b.c_d-e': '' })
  })

  t.test(`a client that uploads ${way} cannot name metadata as the policy does, or what is reserved`, async t => {
    const { app, host } = await storedApp(t)
    host.policy = { metadata: { plan: 'trial' } }
    for (const name of ['plan', 'max-duration']) {
      await t.rejects(upload(app, { [name]: 'gold' }), `${name}: there is no URL`)
    }
    host.policy = undefined
    t.ok(await upload(app, { plan: 'gold' }), 'any other time')
  })
}

t.test('metadata that the policy names as well is refused by name', async t => {
  const { app, host } = await storedApp(t)
  host.policy = { metadata: { plan: 'trial' } }
  const request = post('/upload-urls', { files: [{}, { metadata: { plan: 'gold' } }] })
  t.match(await ask(app, request), {
    statusCode: 400,
    code: 'FST_UPLOAD_INVALID_METADATA',
    message: 'files/1/metadata/plan is reserved: choose another name'
  })
})

t.test('metadata of client and policy together have to fit', async t => {
  const { app, host } = await storedApp(t)
  host.policy = { metadata: { plan: 'x'.repeat(1500) } }
  const request = (length: number) => post('/upload-urls', { files: [{ metadata: { note: 'x'.repeat(length) } }] })
  t.match(await ask(app, request(600)), { code: 'FST_UPLOAD_INVALID_METADATA', message: /2048/ })
  t.match(await ask(app, request(400)), { uploads: [{}] })
})

t.test('metadata and tags of a policy are on results, whose type is that of their name', async t => {
  const { app, store, host } = await storedApp(t)
  host.policy = {
    metadata: { plan: 'trial' }, tags: { plan: 'trial' }, maxSize: 20, minSize: 5, formats: ['wav'], require: ['sha256']
  }
  const key = 'uploads/alice/recording.wav'
  const request = (size?: number) => post('/result-urls', { key, name: 'transcript.json', size })
  t.match(await ask(app, request(21)), { code: 'FST_UPLOAD_TOO_LARGE' })
  t.match(await ask(app, request(4)), { code: 'FST_UPLOAD_TOO_SMALL' })
  for (const size of [5, undefined]) {
    const { url, headers } = await ask(app, request(size))
    t.match(headers, {
      'content-type': 'application/json', 'x-amz-meta-plan': 'trial', 'x-amz-tagging': 'plan=trial'
    })
    await put({ url, headers, key })
  }
  t.strictSame(await tagsOf(store, `${key}.results/transcript.json`), { plan: 'trial' })
})

t.test('a policy that says nothing changes nothing', async t => {
  const plain = await appWith(t, {})
  for (const policy of [() => undefined, async () => undefined, () => ({})]) {
    const app = await appWith(t, { policy })
    for (const [operation, requests] of Object.entries(LIMITED)) {
      for (const request of requests) {
        t.same((await asAlice(app, request)).body, (await asAlice(plain, request)).body, operation)
      }
    }
  }
})

t.test('a policy may be frozen, and serve for many requests', async t => {
  const require = Object.freeze(['size'] as const)
  const policy = Object.freeze({ maxSize: 5, require, tags: Object.freeze({ a: 'b' }) })
  const app = await appWith(t, { policy: () => policy })
  t.match(await ask(app, { url: '/upload-url?size=5' }), { headers: { 'x-amz-tagging': 'a=b' } })
})

t.test('calls of app.uploads are not asked about, and may bring a policy of their own', async t => {
  let asked = 0
  const app = await appWith(t, {
    maxSize: 100,
    policy: () => {
      asked += 1
      return { maxSize: 5 }
    }
  })
  t.match(await app.uploads.createUploadUrl({ size: 100 }, ALICE), { method: 'PUT' })
  await t.rejects(app.uploads.createUploadUrl({ size: 100 }, { ...ALICE, policy: { maxSize: 50 } }), {
    code: 'FST_UPLOAD_TOO_LARGE', message: /at most 50/
  })
  await t.rejects(app.uploads.createUploadUrl({ size: 101 }, { ...ALICE, policy: { maxSize: 5000 } }), {
    code: 'FST_UPLOAD_TOO_LARGE', message: /at most 100/
  })
  t.equal(asked, 0)
})

t.test('policies that are kept as data can be checked beforehand', t => {
  t.same(policyProblems({ maxSize: 5, formats: ['mp3'] }, 'alice'), [])
  t.same(policyProblems({ maxSize: '5', colour: 'red' }, 'alice'), [
    'alice: unknown field colour', 'alice/maxSize must be integer'
  ])
  t.same(policyProblems({ formats: ['mp5'] }, 'alice'), ['alice/formats: unknown format mp5'])
  t.same(policyProblems([], 'alice'), ['alice must be a plain object'])
  const format = { name: 'mp5', contentType: 'audio/mp5', extensions: ['mp5'], aliases: [] }
  t.same(policyProblems({ formats: ['mp5'] }, 'alice', [format]), [])
  t.end()
})
