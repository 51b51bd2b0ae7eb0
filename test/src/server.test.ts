import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { EXAMPLE_CREDENTIALS } from '../fixtures/app.js'
import { RUN_SOURCE } from '../fixtures/source.js'
import { startServer } from '../fixtures/server-process.js'

const PRODUCTION = {
  NODE_ENV: 'production',
  S3_BUCKET_NAME: 'recordings',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
  API_KEYS: 'alice:the-api-key-of-alice',
  MAX_EVENT_LOOP_DELAY: '0'
}

t.test('on SIGTERM, readiness goes first, work goes on, and then the process ends in peace', async t => {
  const { address, process, ended } = await startServer(t, { ...PRODUCTION, DRAIN_SECONDS: '1' })
  process.kill('SIGTERM')
  while (!(await (await fetch(`${address}/health/ready`)).text()).includes('the service is shutting down')) { await setTimeout(10) }
  t.equal(
    (await fetch(`${address}/upload-url`, { headers: { authorization: 'Bearer the-api-key-of-alice' } })).status,
    200
  )
  t.equal(await ended, 0)
  await t.rejects(fetch(`${address}/health/live`))
})

t.test('a development server ends at once', async t => {
  const { process, ended } = await startServer(t, { ...PRODUCTION, NODE_ENV: 'development' })
  process.kill('SIGINT')
  t.equal(await ended, 0)
})

/** Runs the server to its end, which comes by itself where it cannot start. */
async function run (
  variables: Record<string, string>,
  cwd = process.cwd()
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [...RUN_SOURCE, resolve('src/server.ts')], {
    env: { ...PRODUCTION, ...variables },
    cwd
  })
  t.teardown(() => {
    child.kill('SIGKILL')
  })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

t.test('a wrong configuration is named on standard error, and the process fails', async t => {
  const { code, output } = await run({ PORT: 'abc', REDIS_URL: 'hunter2', NODE_ENV: 'Production' })
  t.equal(code, 1)
  t.match(output, /NODE_ENV must be production, development or test[^]*PORT must be a port number[^]*REDIS_URL must be/)
  t.notMatch(output, /hunter2|at file:/)
})

t.test('a port or an address that cannot be had is named by its variable', async t => {
  const other = createServer().listen(0, '127.0.0.1')
  t.teardown(() => {
    other.close()
  })
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  t.match(await run({ PORT: String(port) }), {
    code: 1,
    output: `The server cannot start: PORT ${port} is in use: set PORT to another`
  })
  t.match(await run({ PORT: '0', HOST: '192.0.2.1' }), {
    code: 1,
    output: 'HOST 192.0.2.1 is not an address of this machine'
  })
  const local = { NODE_ENV: 'development', S3_BUCKET_NAME: '', PORT: String(port - 1) }
  t.match(await run(local, t.testdir()), {
    code: 1,
    output: `The server cannot start: port ${port}, the embedded store’s, after PORT ${port - 1}, is in use`
  })
})

t.test('the first thing that a newcomer reads is not the SDK’s advice about Node.js', async t => {
  const { output } = await startServer(t, { ...PRODUCTION, NODE_ENV: 'development' })
  t.notMatch(output(), /NodeVersionSupportWarning|NodeDeprecationWarning|AWS SDK/)
})
