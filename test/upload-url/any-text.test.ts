import { HeadObjectCommand } from '@aws-sdk/client-s3'
import Fastify from 'fastify'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import uploadUrl, { type UploadUrl } from '../../plugins/upload-url/index.js'
import { cases, holds } from '../fixtures/property.js'
import { startStore, type Store } from '../fixtures/store.js'
import { uploadsTo } from '../fixtures/uploads-to.js'

const RUNS = cases(60, 10_000)

/** Any text at all: every script, control characters, lone surrogates, header injections, long names. */
const anyText = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
      .map(units => String.fromCharCode(...units))
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 100, maxLength: 1100 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'x\r\nx-amz-acl: public-read',
      '..',
      '../../etc/passwd',
      'a%2Fb',
      ' leading',
      'trailing ',
      'two  spaces',
      '\u0000',
      '🎙️.mp3',
      'İstanbul',
      '\u202Egpm.exe',
      '%',
      '=?UTF-8?Q?x?='
    )
  }
)

/** Uploads, and reads back the metadata the store keeps. */
async function landed (store: Store, { url, key, headers }: UploadUrl): Promise<Record<string, string>> {
  const response = await fetch(url, { method: 'PUT', headers, body: 'x' })
  const answer = await response.text()
  if (!response.ok) throw new Error(`the store answered ${response.status}: ${answer}`)
  const { Metadata = {} } = await store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: key }))
  return Object.fromEntries(Object.entries(Metadata).map(([name, value]) => [name, decodeURIComponent(value)]))
}

/** Runs, or says which error of ours refused. */
async function attempt<T> (
  work: Promise<T>
): Promise<{ done: T } | { refused: { statusCode: number; message: string } }> {
  return work.then(
    done => ({ done }),
    (error: { statusCode: number; code: string; message: string }) => {
      // An owner is named by the host, whose error it is then.
      const isRefused =
        (error.statusCode < 500 && error.code.startsWith('FST_UPLOAD_')) || error.code === 'FST_UPLOAD_INVALID_OWNER'
      if (isRefused) return { refused: error }
      throw error
    }
  )
}

async function countOutcomes (
  t: Test,
  name: string,
  field: RegExp,
  run: (text: string) => Promise<boolean | { message: string }>
): Promise<void> {
  let kept = 0
  let refused = 0
  await holds(
    t,
    fc.asyncProperty(anyText, async text => {
      const outcome = await run(text)
      if (outcome === true) kept++
      else if (outcome !== false && field.test(outcome.message)) refused++
      else throw new Error(`neither refused by name nor read back: ${JSON.stringify(outcome)}`)
    }),
    RUNS
  )
  t.comment(`${name}: ${kept} read back unchanged, ${refused} refused`)
  t.ok(kept > RUNS / 4 && refused > 0, 'both happen')
}

t.test('any filename is refused by name, or stored and read back unchanged', async t => {
  const store = await startStore(t)
  const uploads = await uploadsTo(t, store)
  await countOutcomes(t, 'filename', /filename/, async filename => {
    const result = await attempt(uploads.createUploadUrl({ filename, contentType: 'audio/mpeg' }, { owner: 'alice' }))
    return 'refused' in result ? result.refused : (await landed(store, result.done))['filename'] === filename
  })
})

t.test('any metadata is refused by name, or stored and read back unchanged', async t => {
  const store = await startStore(t)
  const uploads = await uploadsTo(t, store)
  await countOutcomes(t, 'metadata', /metadata/, async note => {
    const result = await attempt(uploads.createUploadUrl({ metadata: { note } }, { owner: 'alice' }))
    return 'refused' in result ? result.refused : (await landed(store, result.done))['note'] === note
  })
})

t.test('any owner is refused by name, or uploads below a prefix of their own', async t => {
  const store = await startStore(t)
  const uploads = await uploadsTo(t, store)
  await countOutcomes(t, 'owner', /owner/, async owner => {
    const result = await attempt(uploads.createUploadUrl({}, { owner }))
    if ('refused' in result) return result.refused
    await landed(store, result.done)
    return /^uploads\/[A-Za-z0-9_.=-]+\/[0-9a-f-]{36}$/.test(result.done.key)
  })
})

t.test('two different owners never share a prefix, and neither reads the other’s objects', async t => {
  const app = Fastify()
  await app.register(uploadUrl, {
    bucket: 'recordings',
    client: { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
    allowAnonymous: true
  })
  t.teardown(() => app.close())
  const owner = anyText.filter(text => text !== '' && text.length <= 1024 && !/\p{Surrogate}/u.test(text))
  const near = fc
    .tuple(owner, fc.constantFrom('/', '.', '=', '%', '=2F', '%2F', '/..', ' ', 'A'))
    .map(([text, tail]) => [text, text + tail] as const)
  const pair = fc.oneof(fc.tuple(owner, owner), near).filter(([one, other]) => one !== other && other.length <= 1024)
  await holds(
    t,
    fc.asyncProperty(pair, async ([one, other]) => {
      const [ours, theirs] = await Promise.all(
        [one, other].map(async owner => (await app.uploads.createUploadUrl({}, { owner })).key)
      )
      const prefix = (key: string) => key.slice(0, key.lastIndexOf('/') + 1)
      if (prefix(ours!).startsWith(prefix(theirs!)) || prefix(theirs!).startsWith(prefix(ours!))) { throw new Error(`${ours} ${theirs}`) }
      const foreign = await attempt(app.uploads.createDownloadUrl({ key: ours! }, { owner: other }))
      if (!('refused' in foreign) || foreign.refused.statusCode !== 404) throw new Error(`${other} reads ${ours}`)
    }),
    RUNS
  )
})
