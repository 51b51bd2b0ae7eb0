import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
  API_KEYS: 'alice:a-key-of-alice'
}

t.test('on SIGTERM, readiness goes first, work goes on, and then the process ends in peace', async t => {
  const { address, process, ended } = await startServer(t, { ...PRODUCTION, DRAIN_SECONDS: '1' })
  process.kill('SIGTERM')
  while (!(await (await fetch(`${address}/health/ready`)).text()).includes('the service is shutting down')) await setTimeout(10)
  t.equal((await fetch(`${address}/upload-url`, { headers: { authorization: 'Bearer a-key-of-alice' } })).status, 200)
  t.equal(await ended, 0)
  await t.rejects(fetch(`${address}/health/live`))
})

t.test('a development server ends at once', async t => {
  const { process, ended } = await startServer(t, { ...PRODUCTION, NODE_ENV: 'development' })
  process.kill('SIGINT')
  t.equal(await ended, 0)
})

t.test('a wrong configuration is named on standard error, and the process fails', async t => {
  const child = spawn(process.execPath, [...RUN_SOURCE, 'src/server.ts'], { env: { ...PRODUCTION, PORT: 'abc', REDIS_URL: 'hunter2' } })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => { output += text })
  const [code] = await once(child, 'close')
  t.equal(code, 1)
  t.match(output, /PORT must be a port number[^]*REDIS_URL must be/)
  t.notMatch(output, /hunter2|at file:/)
})
