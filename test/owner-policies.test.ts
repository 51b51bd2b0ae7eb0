import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { loadConfig } from '../plugins/config.js'
import { buildApp } from '../src/app.js'
import { EXAMPLE_CREDENTIALS } from './fixtures/app.js'
import { startServer } from './fixtures/server-process.js'

const VARIABLES = {
  NODE_ENV: 'production',
  S3_BUCKET_NAME: 'recordings',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
  API_KEYS: 'alice:the-api-key-of-alice,bob:the-api-key-of-bob',
  PRESIGNED_URL_EXPIRATION: '900',
  MAX_UPLOAD_BYTES: '1000',
  MAX_EVENT_LOOP_DELAY: '0'
}

const as = (owner: string) => ({ authorization: `Bearer the-api-key-of-${owner}` })

/** A file of policies, and the variables of a server that reads it. */
function policiesIn (t: Test, text: string) {
  const path = join(t.testdir(), 'policies.json')
  writeFileSync(path, text)
  return { path, variables: { ...VARIABLES, OWNER_POLICIES_FILE: path } }
}

t.test('what the file says of an owner holds for that owner alone, and widens nothing', async t => {
  const policies = { alice: { maxSize: 100, expiresIn: 60 }, bob: { maxSize: 9999 } }
  const { variables } = policiesIn(t, JSON.stringify(policies))
  // The server leaves credentials to the SDK, which looks here.
  process.env['AWS_ACCESS_KEY_ID'] = variables.AWS_ACCESS_KEY_ID
  process.env['AWS_SECRET_ACCESS_KEY'] = variables.AWS_SECRET_ACCESS_KEY
  const app = await buildApp(loadConfig({ ...variables, LOG_LEVEL: 'silent' }))
  t.teardown(() => app.close())
  const ask = (owner: string, size: string) =>
    app.inject({ url: '/upload-url', query: { filename: 'a.mp3', size }, headers: as(owner) })
  t.match((await ask('alice', '100')).json(), { expiresIn: 60 })
  t.match((await ask('alice', '101')).json(), { code: 'FST_UPLOAD_TOO_LARGE', message: /at most 100 are accepted/ })
  t.match((await ask('bob', '1000')).json(), { expiresIn: 900 })
  t.match((await ask('bob', '1001')).json(), { code: 'FST_UPLOAD_TOO_LARGE', message: /at most 1000 are accepted/ })
})

for (const [text, problem] of [
  ['{', 'it must be a JSON object of policies by owner'],
  ['[]', 'it must be a JSON object of policies by owner'],
  ['null', 'it must be a JSON object of policies by owner'],
  ['{"carol": {}}', 'carol has no API key'],
  ['{"alice": {"maxsize": 1}}', /alice.*maxsize/],
  ['{"alice": {"maxSize": "1 GB"}, "bob": {"formats": ["mp5"]}}', /alice\/maxSize.*; bob\/formats: unknown format mp5/],
  ['{"alice": {"minSize": 2, "maxSize": 1}}', /alice\/minSize must not be greater than maxSize/],
  ['{"alice": null}', /alice must be a plain object/]
] as const) {
  t.test(`a server does not start with the policies ${text}`, async t => {
    const { variables } = policiesIn(t, text)
    t.throws(() => loadConfig(variables), { message: /OWNER_POLICIES_FILE must be the path of a readable file/ })
    t.throws(() => loadConfig(variables), { message: problem })
  })
}

t.test('a server does not start without the file that is named', async t => {
  t.throws(() => loadConfig({ ...VARIABLES, OWNER_POLICIES_FILE: 'no-such-file' }), { message: /OWNER_POLICIES_FILE/ })
})

t.test('on SIGHUP the file is read again, and one that is wrong changes nothing', async t => {
  const { path, variables } = policiesIn(t, '{}')
  const { address, process, output, ended } = await startServer(t, variables)
  const expiresIn = async () => {
    const response = await fetch(`${address}/upload-url?filename=a.mp3&size=1`, { headers: as('alice') })
    return (await response.json() as { readonly expiresIn: number }).expiresIn
  }
  const reload = async (text: string, logged: RegExp) => {
    writeFileSync(path, text)
    process.kill('SIGHUP')
    while (!logged.test(output())) await setTimeout(10)
  }
  t.equal(await expiresIn(), 900)
  await reload('{"alice": {"expiresIn": 60}}', /policies reloaded/)
  t.equal(await expiresIn(), 60)
  await reload('{"alice": {"expiresIn": 0}}', /alice\/expiresIn.*policies not reloaded: the former ones hold/)
  t.equal(await expiresIn(), 60)
  process.kill('SIGTERM')
  t.equal(await ended, 0)
})
