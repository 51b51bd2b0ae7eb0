import { execFile } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { GetObjectTaggingCommand } from '@aws-sdk/client-s3'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { Consumer } from 'sqs-consumer'
import t, { type Test } from 'tap'
import { DEVELOPMENT_KEY, loadConfig } from '../../plugins/config.js'
import localS3 from '../../plugins/local-s3/index.js'
import uploadEvents from '../../plugins/upload-url/events/index.js'
import uploadUrl, { channels, type Authorization, type UploadUrlOptions } from '../../plugins/upload-url/index.js'
import { buildApp } from '../../src/app.js'
import { asAlice, EXAMPLE_CREDENTIALS } from '../fixtures/app.js'
import { temporaryFolder } from '../fixtures/local-store.js'
import { startStore } from '../fixtures/store.js'
import { appFor } from '../fixtures/uploads-to.js'
import { DOCUMENTS } from './documents.js'

const RECORDING = 'test/fixtures/audio/dictation.mp3'
const ALICE = { 'x-user': 'alice' }

/** Blocks that run elsewhere, by their document and how they begin. */
const ELSEWHERE: ReadonlyArray<readonly [document: string, beginning: string, where: string]> = [
  ['README.md', 'npm ci && npm start', 'test/readme/first-command.sh'],
  ['README.md', 'npm ci && npm test', '.ci/run'],
  ['README.md', 'npm install', 'test/package/package.extra.ts'],
  ['plugins/upload-url/README.md', 'npm install', 'test/package/package.extra.ts'],
  ['docs/typed-clients.md', 'npm install', 'test/contract/typed-clients.extra.ts'],
  ['docs/typed-clients.md', 'import', 'test/contract/typed-clients.extra.ts'],
  ['docs/typed-clients.md', 'npx @hey-api/openapi-ts', 'test/contract/typed-clients.extra.ts'],
  [
    'docs/uppy.md',
    "import Uppy from '@uppy/core'\nimport Dashboard from '@uppy/dashboard'\nimport AwsS3 from '@uppy/aws-s3'\nimport",
    'test/browser/readme.extra.ts'
  ],
  [
    'docs/uppy.md',
    "import Uppy from '@uppy/core'\nimport Dashboard from '@uppy/dashboard'\nimport AwsS3 from '@uppy/aws-s3'\n\n",
    'test/browser/readme.extra.ts'
  ],
  ['docs/shell.md', 'bash test/upload-url/multipart', 'test/upload-url/multipart/shell.test.ts']
]

// These need packages of others: suites of their own run them.
const ELSEWHERE_WHOLE = ['docs/recipes.md', 'docs/frameworks.md']
const blocks = DOCUMENTS.filter(document => !ELSEWHERE_WHOLE.includes(document)).flatMap(document =>
  [...readFileSync(document, 'utf8').matchAll(/^```\w+\n([^]*?)^```/gm)].map(([, code]) => ({
    document,
    code: code!.trim()
  }))
)
const isRun = new Set<object>()

/** The one block of a document that begins so. */
function block (document: string, beginning: string): string {
  const found = blocks.filter(({ document: name, code }) => name === document && code.startsWith(beginning))
  if (found.length !== 1) throw new Error(`${found.length} blocks of ${document} begin with ${beginning}`)
  isRun.add(found[0]!)
  return found[0]!.code
}

type Values = Readonly<Record<string, unknown>>

/**
 * Runs a block as a module.
 *
 * @param given what the code before it has defined
 * @param names what of it is returned
 */
async function run<T> (t: Test, code: string, given: Values, ...names: readonly string[]): Promise<T> {
  const lines = code.split('\n')
  const directory = t.testdir({
    'block.mjs': [
      ...lines.filter(line => line.startsWith('import ')),
      `export default async ({ ${Object.keys(given).join(', ')} }) => {`,
      ...lines.filter(line => !line.startsWith('import ')),
      `return { ${names.join(', ')} }`,
      '}'
    ].join('\n')
  })
  const url = `${pathToFileURL(resolve(directory, 'block.mjs')).href}?${isRun.size}`
  const module = (await import(url)) as { default: (given: Values) => Promise<T> }
  return await module.default(given)
}

/** Runs a program that listens, on a free port. */
async function listen (t: Test, program: string): Promise<FastifyInstance> {
  const code = program.replace('logger: true', 'logger: false').replace('port: 3000', 'port: 0')
  const { app } = await run<{ app: FastifyInstance }>(t, code, {}, 'app')
  t.teardown(() => app.close())
  return app
}

function useExampleCredentials (): void {
  process.env['AWS_ACCESS_KEY_ID'] = EXAMPLE_CREDENTIALS.accessKeyId
  process.env['AWS_SECRET_ACCESS_KEY'] = EXAMPLE_CREDENTIALS.secretAccessKey
}

function bareApp (t: Test, options: FastifyServerOptions = {}): FastifyInstance {
  const app = Fastify(options) as unknown as FastifyInstance
  t.teardown(() => app.close())
  return app
}

t.test('the program of the README serves, and a page and the app do what it says', async t => {
  const program = block('README.md', "import Fastify from 'fastify'").replace(
    "'.local-s3'",
    JSON.stringify(await temporaryFolder(t))
  )
  const app = await listen(t, program)
  const headers = { authorization: `Bearer ${DEVELOPMENT_KEY}` }
  t.equal((await app.inject('/upload-url')).statusCode, 401)
  t.match((await app.inject({ method: 'POST', url: '/interviews', headers })).json(), {
    interview: 7,
    upload: { key: /^uploads\/alice\/.*\.mp3$/ }
  })

  const file = new File([readFileSync(RECORDING)], 'dictation.mp3', { type: 'audio/mpeg' })
  const page = block('README.md', 'const query').replace('http://127.0.0.1:3000', app.listeningOrigin)
  const { key } = await run<{ key: string }>(t, page, { file }, 'key')

  const transcribed: Array<{ language: string | undefined; seconds: number; bytes: number }> = []
  const transcribe = async (url: string, { language, seconds }: { language?: string; seconds: number }) => {
    transcribed.push({ language, seconds, bytes: (await (await fetch(url)).arrayBuffer()).byteLength })
  }
  await run(t, block('README.md', 'const status'), { app, key, transcribe })
  t.match(transcribed, [{ seconds: Number, bytes: file.size }])
})

t.test('the program of the package’s README serves, and so does app.uploads', async t => {
  useExampleCredentials()
  const app = await listen(t, block('plugins/upload-url/README.md', "import Fastify from 'fastify'"))
  t.match((await app.inject({ url: '/upload-url', headers: ALICE })).json(), { key: /^uploads\/alice\// })
  const store = await appFor(t, await startStore(t))
  const code = block('plugins/upload-url/README.md', 'const upload =')
  t.match(await run(t, code, { app: store }, 'upload', 'status'), {
    upload: { key: /^uploads\/alice\/.*\.mp3$/ },
    status: { status: 'pending' }
  })
})

t.test('the shell lines upload a recording', async t => {
  const directory = t.testdir()
  symlinkSync(resolve('test'), resolve(directory, 'test'))
  const app = await buildApp(loadConfig({ PORT: '0', LOG_LEVEL: 'silent' }), {
    storeDirectory: resolve(directory, 'store')
  })
  t.teardown(() => app.close())
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const code = block('docs/shell.md', 'file=').replace('http://127.0.0.1:3000', address)
  await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', code], { cwd: directory })
  const { key } = JSON.parse(readFileSync(resolve(directory, 'reply.json'), 'utf8')) as { key: string }
  const status = await app.inject({
    url: '/upload-status',
    query: { key },
    headers: { authorization: `Bearer ${DEVELOPMENT_KEY}` }
  })
  t.match(status.json(), {
    status: 'uploaded',
    size: readFileSync(RECORDING).length,
    metadata: { filename: 'dictation.mp3' }
  })
})

t.test('a multipart upload goes as documented', async t => {
  const app = await appFor(t, await startStore(t))
  const file = new Blob([Buffer.alloc(9 * 1024 ** 2 + 1, 'a')])
  const code = block('docs/multipart.md', 'const call')
  t.same(await run(t, code, { app, file }, 'size', 'partCount'), { size: file.size, partCount: 2 })
})

t.test('an upload is claimed as documented', async t => {
  const { expiry } = await run<{ expiry: Pick<UploadUrlOptions, 'unclaimed'> }>(
    t, block('docs/claims.md', 'const expiry'), {}, 'expiry'
  )
  const store = await startStore(t)
  const app = await appFor(t, store, expiry)
  const [owner, Bucket] = ['alice', store.bucket]
  const { url, headers, key } = await app.uploads.createUploadUrl({}, { owner })
  t.equal((await fetch(url, { method: 'PUT', headers, body: 'bytes' })).status, 200)
  const tags = async () => (await store.client.send(new GetObjectTaggingCommand({ Bucket, Key: key }))).TagSet
  t.same(await tags(), [{ Key: 'upload-state', Value: 'unclaimed' }])
  await run(t, block('docs/claims.md', 'await app.uploads.claimUpload'), { app, key, owner })
  t.same(await tags(), [{ Key: 'upload-state', Value: 'claimed' }])
})

t.test('onUploaded is told of an upload as documented', async t => {
  const app = bareApp(t)
  const { bucket, endpoint, region, credentials } = await startStore(t)
  const transcribed: string[][] = []
  const client = { endpoint, region, credentials, forcePathStyle: true }
  const owner: UploadUrlOptions['owner'] = request => request.headers['x-user'] as string
  await run(t, block('docs/inspection.md', 'const accepted'), { app, uploadUrl, bucket, client, owner })
  const transcribe = async (...call: string[]) => {
    transcribed.push(call)
  }
  await run(t, block('docs/inspection.md', 'await app.register(uploadEvents'), { app, uploadEvents, transcribe })
  const { url, key, headers } = await app.uploads.createUploadUrl({ filename: 'dictation.mp3' }, { owner: 'alice' })
  await fetch(url, { method: 'PUT', headers, body: readFileSync(RECORDING) })
  await app.inject({ url: '/upload-status', query: { key, inspect: 'true' }, headers: ALICE })
  t.same(transcribed, [[key, 'alice']])
})

t.test('recordings are salvaged as documented', async t => {
  const app = bareApp(t)
  const { bucket, endpoint, region, credentials } = await startStore(t)
  const client = { endpoint, region, credentials, forcePathStyle: true }
  const clock = () => new Date(Date.now() + 7200 * 1000)
  await app.register(uploadUrl, { bucket, client, clock, allowAnonymous: true })
  const { key } = await app.uploads.createMultipartUpload({ recording: true }, { owner: 'alice' })
  const code = block('docs/multipart.md', 'const { completed, aborted, failed }')
  t.same(await run(t, code, { app }, 'completed', 'aborted', 'failed'), { completed: [], aborted: [key], failed: [] })
})

t.test('the README leads from upload to transcript', async t => {
  const app = bareApp(t)
  const { bucket, endpoint, region, credentials } = await startStore(t)
  const client = { endpoint, region, credentials, forcePathStyle: true }
  await app.register(uploadUrl, { bucket, client, owner: request => request.headers['x-user'] as string })
  const transcribe = async (
    url: string,
    { into }: { readonly into: { readonly url: string; readonly headers: Record<string, string> } }
  ) => {
    t.equal((await fetch(url)).status, 200)
    t.equal((await fetch(into.url, { method: 'PUT', headers: into.headers, body: '{}' })).status, 200)
  }
  await run(t, block('README.md', 'await app.register(uploadEvents'), { app, uploadEvents, transcribe })
  const { url, key, headers } = await app.uploads.createUploadUrl({ filename: 'dictation.mp3' }, { owner: 'alice' })
  await fetch(url, { method: 'PUT', headers, body: readFileSync(RECORDING) })
  await app.inject({ url: '/upload-status', query: { key, inspect: 'true' }, headers: ALICE })
  const transcript = await app.uploads.createDownloadUrl({ key, result: 'transcript.json' }, { owner: 'alice' })
  t.equal(await (await fetch(transcript.url)).text(), '{}')
})

t.test('from upload to transcript: events make jobs, results are told of, and links lead both ways', async t => {
  const document = 'docs/from-upload-to-transcript.md'
  const app = bareApp(t)
  const { bucket, endpoint, region, credentials } = await startStore(t)
  const client = { endpoint, region, credentials, forcePathStyle: true }
  await app.register(uploadUrl, { bucket, client, owner: request => request.headers['x-user'] as string })
  const jobs: unknown[] = []
  const queue = {
    add: async (...job: unknown[]) => {
      jobs.push(job)
    }
  }
  const notified: unknown[] = []
  const notify = async (...results: unknown[]) => {
    notified.push(results)
  }
  await run(t, block(document, 'import uploadEvents').replace(/^import.*\n/, ''), { app, uploadEvents, queue, notify })

  const { url, key, headers } = await app.uploads.createUploadUrl({ filename: 'dictation.mp3' }, { owner: 'alice' })
  await fetch(url, { method: 'PUT', headers, body: readFileSync(RECORDING) })
  const event = (of: string) => ({
    Records: [
      { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object: { key: of } } }
    ]
  })
  await run(t, block(document, 'await app.uploads.handleStoreEvent(message)'), { app, message: event(key) })
  t.match(jobs, [['transcribe', { key, owner: 'alice' }, { jobId: /^[0-9a-f-]{36}$/ }]])

  const service = {
    async transcribe ({
      audio,
      output,
      outputHeaders
    }: {
      audio: string
      output: string
      outputHeaders: Record<string, string>
    }) {
      t.equal((await fetch(audio)).status, 200)
      t.equal((await fetch(output, { method: 'PUT', headers: outputHeaders, body: '{}' })).status, 200)
    }
  }
  await run(t, block(document, 'const recording = await app.uploads.createDownloadUrl'), {
    app,
    key,
    owner: 'alice',
    service
  })
  await app.uploads.handleStoreEvent(event(`${key}.results/transcript.json`))
  t.same(notified, [['alice', key, 'transcript.json']])
})

t.test('from upload to transcript: the route for stores that push, and the embedded store', async t => {
  const document = 'docs/from-upload-to-transcript.md'
  const told: string[] = []
  let finish = () => {}
  const arrived = new Promise<void>(resolve => {
    finish = resolve
  })
  const onUploaded = ({ key }: { key: string }) => {
    told.push(key)
    finish()
  }
  process.env['EVENTS_SECRET'] = 'the-secret-of-the-events'
  const app = bareApp(t)
  const directory = t.testdir()
  const embedded = block(document, 'await app.register(localS3').replace('{ onEvent', '{ directory, onEvent')
  const route = block(document, 'await app.register(uploadEvents, {\n  onUploaded,')
  const plugin = `app.register(async scope => {
    ${embedded}
    const { bucket, endpoint, region, credentials } = app.localS3
    const client = { endpoint, region, credentials, forcePathStyle: true }
    await app.register(uploadUrl, { bucket, client, allowAnonymous: true })
    ${route}
    finished(app)
  })`.replace('async scope', 'async app')
  let scope!: FastifyInstance
  const finished = (registered: FastifyInstance) => {
    scope = registered
  }
  await run(t, plugin, { app, directory, localS3, uploadUrl, uploadEvents, onUploaded, finished })
  await app.ready()
  const { url, key, headers } = await scope.uploads.createUploadUrl({ filename: 'a.mp3' }, { owner: 'anonymous' })
  await fetch(url, { method: 'PUT', headers, body: 'hello' })
  await arrived
  t.same(told, [key])
  const bearer = { authorization: 'Bearer the-secret-of-the-events' }
  t.equal((await app.inject({ method: 'POST', url: '/upload-events', headers: bearer, payload: {} })).statusCode, 204)
})

t.test('from upload to transcript: sqs-consumer polls as documented', async t => {
  const app = bareApp(t)
  process.env['UPLOAD_EVENTS_QUEUE_URL'] = 'https://sqs.eu-central-1.amazonaws.com/123456789012/uploads'
  process.env['AWS_REGION'] = 'eu-central-1'
  const code = block('docs/from-upload-to-transcript.md', "import { Consumer } from 'sqs-consumer'").replace(
    /^import.*\n/,
    ''
  )
  const { consumer } = (await run(t, code, { app, Consumer }, 'consumer')) as { consumer: Consumer }
  t.equal(consumer.status.isRunning, false)
})

t.test('a second registration, an authorization hook and an error class work as documented', async t => {
  useExampleCredentials()
  const app = bareApp(t)
  await run(t, block('docs/options-and-hooks.md', 'app.register'), { app, uploadUrl })
  t.match((await app.inject({ url: '/drafts/upload-url', headers: ALICE })).json(), { url: /drafts/ })

  const {
    options: { authorize }
  } = await run<{ options: { authorize: (request: object, authorization: Partial<Authorization>) => boolean } }>(
    t,
  block('docs/options-and-hooks.md', 'const options'),
  {},
  'options'
  )
  t.equal(authorize({ headers: {} }, { operation: 'createDownloadUrl' }), false)
  t.equal(authorize({ headers: { 'x-role': 'editor' } }, { operation: 'createDownloadUrl' }), true)
  t.equal(authorize({ headers: {} }, { operation: 'createUploadUrl' }), true)

  const { plans } = await run<{ plans: Pick<UploadUrlOptions, 'maxSize' | 'expiresIn' | 'policy'> }>(
    t, block('docs/options-and-hooks.md', 'const plans'), {}, 'plans'
  )
  const limited = await appFor(t, await startStore(t), plans)
  const expiresInOf = async (headers: Record<string, string>) =>
    (await asAlice(limited, { url: '/upload-url?size=5000000', headers })).json().expiresIn
  t.same([await expiresInOf({}), await expiresInOf({ 'x-plan': 'trial' })], [3600, 300])

  const other = await appFor(t, await startStore(t))
  await run(t, block('docs/errors.md', 'import { errors }'), { app: other })
  t.same((await other.inject('/recordings/uploads/bob/1.mp3')).json(), { url: null })
  t.match((await other.inject('/recordings/uploads/alice/1.mp3')).json(), { url: /^http/ })
})

t.test('Uppy’s plugin gives tokens, and redactTokens keeps them from the log', async t => {
  process.env['UPPY_TOKEN_SECRET'] = 'a secret of the tests, and of nothing else'
  useExampleCredentials()
  const lines: string[] = []
  const app = bareApp(t, {
    logger: {
      level: 'debug',
      stream: {
        write: line => {
          lines.push(line)
        }
      }
    }
  })
  await app.register(uploadUrl, {
    bucket: 'recordings',
    client: { region: 'eu-central-1' },
    owner: request => String(request.headers['x-user'])
  })
  await run(t, block('docs/uppy.md', 'import { redactTokens }'), { app })
  await run(t, block('docs/uppy.md', 'import uppy'), { app })
  const { companionEndpoint } = (await app.inject({ method: 'POST', url: '/uppy-tokens', headers: ALICE })).json<{
    companionEndpoint: string
  }>()
  t.equal((await app.inject(`${companionEndpoint}/s3/params?filename=a.mp3`)).statusCode, 200)
  t.ok(lines.some(line => line.includes('"path":"/uppy/[token]/s3/params')))
  t.notOk(lines.some(line => line.includes(companionEndpoint)))
})

t.test('calls of the store are seen as documented', async t => {
  const logged: string[] = []
  const console = {
    log: (line: string) => {
      logged.push(line)
    }
  }
  await run(t, block('docs/production.md', 'import { subscribe }'), { console })
  channels.store.publish({ operation: 'HeadObject', duration: 3 })
  t.same(logged, ['HeadObject took 3 ms'])
})

t.test('the permissions are a policy', async t => {
  const policy = JSON.parse(block('docs/permissions.md', '{')) as {
    Statement: Array<{ Effect: string; Action: string | string[] }>
  }
  const actions = policy.Statement.flatMap(({ Action }) => Action)
  t.same(actions.sort(), ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'])
})

t.test('no block is left out', async t => {
  for (const [document, beginning, where] of ELSEWHERE) {
    block(document, beginning)
    t.ok(readFileSync(where, 'utf8').length > 0, where)
  }
  t.same(
    blocks.filter(found => !isRun.has(found)),
    []
  )
})
