import { execFile } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { DEVELOPMENT_KEY, loadConfig } from '../../plugins/config.js'
import { buildApp } from '../../src/app.js'
import { EXAMPLE_CREDENTIALS } from '../fixtures/app.js'
import { startStore } from '../fixtures/store.js'
import { appFor } from '../fixtures/uploads-to.js'

const RECORDING = 'test/fixtures/audio/dictation.mp3'

/** Blocks that run elsewhere, by what they begin with, because they need a network or are the run itself. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm ci && npm start': 'installs packages: test/readme/first-command.sh runs it in .ci/run',
  'npm ci && npm test': 'is what runs this, after .ci/run has installed the packages',
  'npm install fastify fastify-upload-url': 'installs packages: test/package/package.extra.ts does so with the packed tarball',
  'npm install openapi-fetch': 'installs packages; test/contract/typed-clients.extra.ts generates the same client',
  'import { readFile } from \'node:fs/promises\'\nimport createClient': 'needs that client: compiled and run by test/contract/typed-clients.extra.ts',
  'import Uppy from \'@uppy/core\'\nimport Dashboard from \'@uppy/dashboard\'\nimport AwsS3 from \'@uppy/aws-s3\'\nimport': 'test/browser/readme.extra.ts runs it in Chromium',
  'import Uppy from \'@uppy/core\'\nimport Dashboard from \'@uppy/dashboard\'\nimport AwsS3 from \'@uppy/aws-s3\'\n\n': 'test/browser/readme.extra.ts runs it in Chromium',
  'bash test/upload-url/multipart': 'test/upload-url/multipart/shell.test.ts runs the script',
  'npx @hey-api/openapi-ts': 'generates a client: test/contract/typed-clients.extra.ts does so too'
}

const blocks = [...readFileSync('README.md', 'utf8').matchAll(/^```(\w+)\n([^]*?)^```/gm)].map(([, language, code]) => ({ language: language!, code: code!.trim() }))

/** The one block that begins so; every block has to be asked for. */
const asked = new Set<string>()
function block (beginning: string): string {
  const found = blocks.filter(({ code }) => code.startsWith(beginning))
  if (found.length !== 1) throw new Error(`${found.length} blocks of the README begin with ${beginning}`)
  asked.add(found[0]!.code)
  return found[0]!.code
}

t.test('the app of the README serves, and so does its own route', async t => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId, AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey })
  process.env['UPPY_TOKEN_SECRET'] = 'a secret of the tests, and of nothing else'
  const code = `${block('import Fastify from')}\n${block('import uppy from')}`
    .replace('\'fastify-upload-url\'', `'${pathToFileURL(resolve('plugins/upload-url/index.ts')).href}'`)
    .replace('\'fastify-upload-url/uppy\'', `'${pathToFileURL(resolve('plugins/upload-url/uppy/index.ts')).href}'`)
  const directory = t.testdir({ 'app.mjs': `${code}\nexport { app }\n` })
  const { app } = await import(pathToFileURL(resolve(directory, 'app.mjs')).href) as { app: FastifyInstance }
  t.teardown(() => app.close())
  t.match((await app.inject({ url: '/upload-url', headers: { 'x-user': 'bob' } })).json(), { key: /^uploads\/bob\// })
  t.match((await app.inject({ method: 'POST', url: '/interviews' })).json(), { interview: 7, upload: { key: /^uploads\/alice\/.*\.mp3$/ } })
  t.match((await app.inject({ method: 'POST', url: '/uppy-tokens', headers: { 'x-user': 'bob' } })).json(), { companionEndpoint: /^\/uppy\// })
})

t.test('the shell lines of the README upload a recording', async t => {
  const directory = t.testdir()
  symlinkSync(resolve('test'), resolve(directory, 'test'))
  const app = await buildApp(loadConfig({ PORT: '0', LOG_LEVEL: 'silent' }), { storeDirectory: resolve(directory, 'store') })
  t.teardown(() => app.close())
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const code = block('file=').replace('http://127.0.0.1:3000', address)
  await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', code], { cwd: directory })
  const { key } = JSON.parse(readFileSync(resolve(directory, 'reply.json'), 'utf8')) as { key: string }
  const status = await app.inject({ url: '/upload-status', query: { key }, headers: { authorization: `Bearer ${DEVELOPMENT_KEY}` } })
  t.match(status.json(), { status: 'uploaded', size: readFileSync(RECORDING).length, metadata: { filename: 'dictation.mp3' } })
})

t.test('the README’s way to start a transcription hands on what landed', async t => {
  const app = await appFor(t, await startStore(t))
  const recording = readFileSync(RECORDING)
  const { url, key, headers } = await app.uploads.createUploadUrl({ filename: 'dictation.mp3', metadata: { language: 'en' } }, { owner: 'alice' })
  t.equal((await fetch(url, { method: 'PUT', headers, body: recording })).status, 200)

  const transcribed: Array<{ language: string, seconds: number, bytes: number }> = []
  // Whoever reads the README brings it along.
  const transcribe = async (link: string, { language, seconds }: { language: string, seconds: number }) => {
    transcribed.push({ language, seconds, bytes: (await (await fetch(link)).arrayBuffer()).byteLength })
  }
  const AsyncFunction = (async () => {}).constructor as new (...text: string[]) => (...values: unknown[]) => Promise<void>
  await new AsyncFunction('app', 'key', 'transcribe', block('const status ='))(app, key, transcribe)
  t.match(transcribed, [{ language: 'en', seconds: Number, bytes: recording.length }])
})

t.test('the rights in the README are a policy', async t => {
  const policy = JSON.parse(block('{')) as { Statement: Array<{ Effect: string, Action: string | string[] }> }
  const actions = policy.Statement.flatMap(({ Action }) => Action)
  t.same(actions.sort(), ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'])
})

t.test('no block of the README is left out', async t => {
  for (const beginning of Object.keys(ELSEWHERE)) block(beginning)
  t.same(blocks.filter(({ code }) => !asked.has(code)), [])
})
