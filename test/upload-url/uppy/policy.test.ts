import t from 'tap'
import { inProgress } from '../multipart/uploader.js'
import { ALICE, CompanionClient } from './companion-client.js'
import { NO_STORE, appWith, uppyApp, type Settings } from './uppy-app.js'

const MP3 = { filename: 'talk.mp3', type: 'audio/mpeg' }

const REFUSED: ReadonlyArray<
  readonly [
    settings: Settings,
    file: { filename: string; type: string; metadata?: Record<string, unknown> },
    status: number,
    message: RegExp
  ]
> = [
  [
    {},
    { filename: 'letter.docx', type: 'application/msword' },
    415,
    /contentType is not accepted: application\/msword/
  ],
  [{ uploads: { formats: ['wav'] } }, MP3, 415, /audio\/wav/],
  [{ uploads: { maxSize: 10 } }, { ...MP3, metadata: { size: 11 } }, 413, /11 bytes, but at most 10/],
  [{ uploads: { require: ['size'] } }, MP3, 400, /size is required/],
  [{}, { ...MP3, metadata: { size: '12 MB' } }, 400, /metadata\/size/],
  [{}, { ...MP3, metadata: { size: '0' } }, 400, /size/],
  [{}, { ...MP3, metadata: { owner: 'root' } }, 400, /metadata\/owner is reserved/],
  [{}, { ...MP3, metadata: { 'two words': 'x' } }, 400, /two words/],
  [{}, { ...MP3, metadata: { Language: 'de', language: 'en' } }, 400, /twice/],
  [{}, { ...MP3, metadata: { note: 'x'.repeat(2048) } }, 400, /2048/]
]

for (const [settings, file, status, message] of REFUSED) {
  t.test(
    `with ${JSON.stringify(settings)}, ${JSON.stringify(file).slice(0, 100)} is refused by form, in parts and by signature alike`,
    async t => {
      const { app, store } = await uppyApp(t, settings)
      const client = new CompanionClient(app)
      const signing = { key: file.filename, contentType: file.type, metadata: file.metadata ?? {} }
      for (const answer of [
        await client.params(file),
        await client.create(file),
        await client.sign({ method: 'PUT', ...signing }),
        await client.sign({ method: 'POST', ...signing })
      ]) {
        t.match(answer.json(), { statusCode: status, message })
      }
      t.equal(await inProgress(store), 0)
    }
  )
}

t.test('names of metadata become lower case, and what is empty is left out', async t => {
  const app = await appWith(t, NO_STORE)
  const { fields } = (
    await new CompanionClient(app).params({
      ...MP3,
      metadata: { Language: 'de', relativePath: null, caption: '', speakers: 2 }
    })
  ).json()
  t.match(fields, { 'x-amz-meta-language': 'de', 'x-amz-meta-speakers': '2' })
  t.same(
    Object.keys(fields)
      .filter(name => name.startsWith('x-amz-meta-'))
      .sort(),
    ['x-amz-meta-filename', 'x-amz-meta-language', 'x-amz-meta-speakers']
  )
})

t.test('a store without POST policies says what to do instead', async t => {
  const app = await appWith(t, NO_STORE, { uploads: { forms: false } })
  t.match((await new CompanionClient(app).params(MP3)).json(), {
    statusCode: 501,
    code: 'FST_UPLOAD_FORMS_UNSUPPORTED'
  })
})

t.test('who may not create an upload may not create one through Uppy', async t => {
  const asked: string[] = []
  const app = await appWith(t, NO_STORE, {
    uploads: {
      authorize: (_request, { owner, operation }) => {
        asked.push(`${owner} ${operation}`)
        return false
      }
    }
  })
  const client = new CompanionClient(app)
  const key = 'uploads/alice/x_0-1.mp3'
  for (const answer of [
    await client.params(MP3),
    await client.create(MP3),
    await client.listParts(key, 'u'),
    await client.signPart(key, 'u', 1),
    await client.batch(key, 'u', '1'),
    await client.complete(key, 'u', [{ PartNumber: 1, ETag: 'x' }]),
    await client.abort(key, 'u'),
    await client.sign({ method: 'PUT', key: 'talk.mp3' }),
    await client.sign({ method: 'DELETE', key, uploadId: 'u' })
  ]) { t.match(answer.json(), { statusCode: 403, code: 'FST_UPLOAD_FORBIDDEN' }) }
  t.same(
    asked,
    [
      'createUploadForm',
      'createMultipartUpload',
      'listParts',
      'createPartUrls',
      'createPartUrls',
      'completeMultipartUpload',
      'abortMultipartUpload',
      'createUploadForm',
      'abortMultipartUpload'
    ].map(operation => `alice ${operation}`)
  )
})

t.test('paths that no client asks for are answered 404', async t => {
  const app = await appWith(t, NO_STORE)
  const key = encodeURIComponent('uploads/alice/x_0-1.mp3')
  for (const [method, path] of [
    ['POST', 'u'],
    ['POST', 'u/1'],
    ['DELETE', 'u/1'],
    ['DELETE', 'u/complete'],
    ['GET', 'u/1/2'],
    ['GET', '/1']
  ] as const) {
    const answer = await app.inject({
      method,
      url: `/uppy/s3/multipart/${path}?key=${key}`,
      headers: ALICE.headers!,
      ...(method === 'POST' && { payload: { parts: [{ PartNumber: 1, ETag: 'x' }] } })
    })
    t.equal(answer.statusCode, 404, `${method} ${path}`)
  }
  t.equal((await app.inject({ url: `/uppy/s3/multipart/u/5abc?key=${key}`, headers: ALICE.headers! })).statusCode, 400)
  t.equal((await app.inject({ url: '/uppy/s3/multipart/u', headers: ALICE.headers! })).statusCode, 400, 'no key')
})

t.test('another site can’t start an upload with a visitor’s cookie: what needs no preflight is not read', async t => {
  const app = await appWith(t, NO_STORE)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const answer = await app.inject({
      method: 'POST',
      url: '/uppy/s3/multipart',
      headers: { ...ALICE.headers, 'content-type': type },
      payload: JSON.stringify(MP3)
    })
    t.match(String(answer.statusCode), /^4(00|15)$/)
  }
})
