import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import t from 'tap'
import type { OperationInput, OperationOutput, UploadUrl } from '../../plugins/upload-url/index.js'
import { sendRaw, type RawRequest } from '../fixtures/send-raw.js'
import { removeBucket, startStore } from '../fixtures/store.js'
import { uploadsTo } from '../fixtures/uploads-to.js'
import { readObject } from './behaviour.js'
import { compareWithRecord, settle, type Outcome } from './promise-record.js'

const ALICE = { owner: 'alice' }
const RECORDING = 'sound of one hand clapping'
const OTHER = 'SOUND OF ONE HAND CLAPPING'
const SHA256 = createHash('sha256').update(RECORDING).digest('hex')
const OTHER_SHA256 = createHash('sha256').update(OTHER).digest('base64')

type Put = RawRequest & { readonly url: string; readonly headers: Record<string, string> }
type Change = (put: Put) => Put

const header =
  (name: string, value: string): Change =>
    put => ({ ...put, headers: { ...put.headers, [name]: value } })
const body =
  (text: string): Change =>
    put => ({ ...put, body: text })
const url =
  (from: string | RegExp, to: string): Change =>
    put => ({ ...put, url: put.url.replace(from, to) })
const method =
  (name: string): Change =>
    put => ({ ...put, method: name })
const without =
  (name: string): Change =>
    put => {
      const { [name]: left, ...headers } = put.headers
      return { ...put, headers }
    }

/** What a URL promises for a declaration, and each single way to break it. */
const PROMISES: ReadonlyArray<
  readonly [
    promise: string,
    declaration: OperationInput<'createUploadUrl'>,
    deviations: Readonly<Record<string, Change>>
  ]
> = [
  [
    'content type',
    { contentType: 'audio/mpeg' },
    {
      'another type': header('content-type', 'text/html'),
      'a parameter more': header('content-type', 'audio/mpeg;x=y'),
      'no type': without('content-type')
    }
  ],
  [
    'exact size',
    { size: RECORDING.length },
    {
      'one byte more': body(`${RECORDING}!`),
      'one byte less': body(RECORDING.slice(1)),
      'no length': header('transfer-encoding', 'chunked')
    }
  ],
  [
    'SHA-256',
    { sha256: SHA256 },
    {
      'other bytes': body(OTHER),
      'other bytes with their checksum': put => header('x-amz-checksum-sha256', OTHER_SHA256)(body(OTHER)(put)),
      'no checksum': without('x-amz-checksum-sha256')
    }
  ],
  [
    'filename',
    { filename: 'Vernehmung 3 – Müller.mp3' },
    {
      'another filename': header('x-amz-meta-filename', 'other.mp3'),
      'no filename': without('x-amz-meta-filename')
    }
  ],
  [
    'metadata',
    { metadata: { language: 'de' } },
    {
      'another value': header('x-amz-meta-language', 'en'),
      'one left out': without('x-amz-meta-language'),
      'one more': header('x-amz-meta-owner', 'mallory')
    }
  ],
  [
    'single use',
    { size: RECORDING.length },
    {
      'without the condition': without('if-none-match'),
      'another condition': header('if-none-match', '"x"')
    }
  ],
  [
    'key',
    {},
    {
      'another key': url('/uploads/alice/', '/uploads/bob/'),
      'a longer key': url('?', '.mp3?')
    }
  ],
  ['method', {}, { POST: method('POST'), DELETE: method('DELETE'), GET: method('GET') }],
  ['life', {}, { 'a longer life': url('X-Amz-Expires=900', 'X-Amz-Expires=90000') }],
  [
    'nothing but the bytes',
    {},
    {
      'an access list': header('x-amz-acl', 'public-read'),
      'a redirect for readers': header('x-amz-website-redirect-location', 'https://evil.example/')
    }
  ]
]

async function send ({ url, ...request }: Put): Promise<Outcome> {
  const { status, code } = await sendRaw(url, request)
  return [status, code]
}

function toPut ({ url, headers }: UploadUrl): Put {
  return { url, headers, method: 'PUT', body: RECORDING }
}

for (const [promise, declaration, deviations] of PROMISES) {
  t.test(`${promise}: the honest upload lands`, async t => {
    const store = await startStore(t)
    const upload = await (await uploadsTo(t, store)).createUploadUrl(declaration, ALICE)
    settle(t, store, promise, 'as declared', await send(toPut(upload)))
    t.equal((await readObject(store, upload.key))?.toString(), RECORDING)
  })

  for (const [deviation, change] of Object.entries(deviations)) {
    t.test(`${promise}: ${deviation}`, async t => {
      const store = await startStore(t)
      const upload = await (await uploadsTo(t, store)).createUploadUrl(declaration, ALICE)
      const outcome = await send(change(toPut(upload)))
      settle(t, store, promise, deviation, outcome)
      t.equal((await readObject(store, upload.key)) === undefined, outcome[0] >= 400, 'what is refused is not stored')
    })
  }
}

t.test('single use: a second upload', async t => {
  const store = await startStore(t)
  const upload = await (await uploadsTo(t, store)).createUploadUrl({ size: RECORDING.length }, ALICE)
  t.same(await send(toPut(upload)), [200, ''])
  settle(t, store, 'single use', 'a second upload', await send(body(OTHER)(toPut(upload))))
  t.equal((await readObject(store, upload.key))?.toString(), RECORDING, 'the bytes were not swapped')
})

t.test('bucket: another bucket', async t => {
  const store = await startStore(t)
  const bucket = `${store.bucket.slice(0, 50)}-other`
  await store.client.send(new CreateBucketCommand({ Bucket: bucket }))
  t.teardown(() => removeBucket(store.client, bucket))
  const upload = await (await uploadsTo(t, store)).createUploadUrl({}, ALICE)
  settle(t, store, 'bucket', 'another bucket', await send(url(`/${store.bucket}/`, `/${bucket}/`)(toPut(upload))))
  t.equal(await readObject({ ...store, bucket }, upload.key), undefined)
})

t.test('life: after it ended', async t => {
  const store = await startStore(t)
  const upload = await (await uploadsTo(t, store, { expiresIn: 1 })).createUploadUrl({}, ALICE)
  await setTimeout(2_100)
  settle(t, store, 'life', 'after it ended', await send(toPut(upload)))
  t.equal(await readObject(store, upload.key), undefined)
})

t.test('encryption: asked for by the options', async t => {
  const store = await startStore(t)
  const upload = await (await uploadsTo(t, store, { encryption: 'AES256' })).createUploadUrl({}, ALICE)
  settle(t, store, 'encryption', 'without it', await send(without('x-amz-server-side-encryption')(toPut(upload))))
  settle(
    t,
    store,
    'encryption',
    'another kind',
    await send(header('x-amz-server-side-encryption', 'aws:kms')(toPut(upload)))
  )
  t.equal(await readObject(store, upload.key), undefined)
})

/** Posts a form: its fields, then the file. */
async function post (
  { url, fields }: Pick<OperationOutput<'createUploadForm'>, 'url' | 'fields'>,
  file = RECORDING
): Promise<Outcome> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([file]))
  const response = await fetch(url, { method: 'POST', body: form })
  return [response.status, /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1] ?? '']
}

type FormChange = (form: OperationOutput<'createUploadForm'>) => Promise<Outcome>

const field =
  (name: string, value: string): FormChange =>
    form =>
      post({ ...form, fields: { ...form.fields, [name]: value } })
const withoutField =
  (name: string): FormChange =>
    ({ url, fields: { [name]: left, ...fields } }) =>
      post({ url, fields })

const FORMS: ReadonlyArray<
  readonly [
    promise: string,
    declaration: OperationInput<'createUploadForm'>,
    deviations: Readonly<Record<string, FormChange>>
  ]
> = [
  [
    'form: exact size',
    { size: RECORDING.length },
    {
      'one byte more': form => post(form, `${RECORDING}!`),
      'one byte less': form => post(form, RECORDING.slice(1))
    }
  ],
  [
    'form: largest size',
    { maxSize: RECORDING.length },
    { 'one byte more': form => post(form, `${RECORDING}!`), 'no byte at all': form => post(form, '') }
  ],
  [
    'form: content type',
    { contentType: 'audio/mpeg' },
    { 'another type': field('Content-Type', 'text/html'), 'no type': withoutField('Content-Type') }
  ],
  [
    'form: metadata',
    { metadata: { language: 'de' } },
    {
      'another value': field('x-amz-meta-language', 'en'),
      'one left out': withoutField('x-amz-meta-language'),
      'one more': field('x-amz-meta-owner', 'mallory')
    }
  ],
  [
    'form: key',
    {},
    {
      'another key': field('key', 'uploads/bob/x'),
      'no policy': withoutField('Policy'),
      'an access list': field('acl', 'public-read')
    }
  ]
]

for (const [promise, declaration, deviations] of FORMS) {
  t.test(`${promise}: the honest form lands`, async t => {
    const store = await startStore(t)
    const form = await (await uploadsTo(t, store)).createUploadForm(declaration, ALICE)
    settle(t, store, promise, 'as declared', await post(form))
    t.equal((await readObject(store, form.key))?.toString(), RECORDING)
  })

  for (const [deviation, send] of Object.entries(deviations)) {
    t.test(`${promise}: ${deviation}`, async t => {
      const store = await startStore(t)
      const form = await (await uploadsTo(t, store)).createUploadForm(declaration, ALICE)
      settle(t, store, promise, deviation, await send(form))
      t.equal(await readObject(store, form.key), undefined)
    })
  }
}

t.test('the outcomes are those that are written down', async t => {
  compareWithRecord(t, await startStore(t))
})
