// Clients that nobody here wrote read back what our URLs put into a real S3 server.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { startStore, type Store } from '../fixtures/store.js'
import { uploadsTo } from '../fixtures/uploads-to.js'

const run = promisify(execFile)
const FILENAME = 'Prise de notes – Dr. Müller 診察.mp3'
const METADATA = { language: 'fr', note: 'l’été à Łódź 🎙️' }

function environment ({ region, credentials }: Store) {
  return {
    ...process.env,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true'
  }
}

async function uploadRecording (t: Test) {
  const store = await startStore(t)
  const recording = await readFile('test/fixtures/audio/dictation.mp3')
  const sha256 = createHash('sha256').update(recording).digest('hex')
  const upload = await (
    await uploadsTo(t, store)
  ).createUploadUrl(
    { filename: FILENAME, size: recording.length, sha256, metadata: METADATA },
    { owner: 'Zoë/../bob@example.com' }
  )
  const response = await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: recording })
  t.equal(response.status, 200)
  return { store, key: upload.key, sha256 }
}

t.test('boto3 reads the bytes, the type and the metadata', async t => {
  const { store, key, sha256 } = await uploadRecording(t)
  const { stdout } = await run('/usr/bin/python3', ['test/clients/read_back.py', store.endpoint, store.bucket, key], {
    env: environment(store)
  })
  t.strictSame(JSON.parse(stdout), { sha256, contentType: 'audio/mpeg', metadata: { filename: FILENAME, ...METADATA } })
})

t.test('the AWS CLI reads the bytes, the type and the metadata', async t => {
  const { store, key, sha256 } = await uploadRecording(t)
  const file = join(t.testdir(), 'back.mp3')
  const { stdout } = await run(
    '/usr/bin/aws',
    ['--endpoint-url', store.endpoint, 's3api', 'get-object', '--bucket', store.bucket, '--key', key, file],
    { env: environment(store) }
  )
  const { ContentType, Metadata } = JSON.parse(stdout)
  t.equal(ContentType, 'audio/mpeg')
  t.same(
    Object.fromEntries(Object.entries<string>(Metadata).map(([name, value]) => [name, decodeURIComponent(value)])),
    { filename: FILENAME, ...METADATA }
  )
  t.equal(
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
    sha256
  )
})

t.test('a form lands the same', async t => {
  const store = await startStore(t)
  const { url, fields, key } = await (
    await uploadsTo(t, store)
  ).createUploadForm({ filename: FILENAME, metadata: METADATA }, { owner: 'alice' })
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob(['posted']))
  t.equal((await fetch(url, { method: 'POST', body: form })).status, 204)
  const { stdout } = await run('/usr/bin/python3', ['test/clients/read_back.py', store.endpoint, store.bucket, key], {
    env: environment(store)
  })
  t.match(JSON.parse(stdout), { contentType: 'audio/mpeg', metadata: { filename: FILENAME, ...METADATA } })
})
