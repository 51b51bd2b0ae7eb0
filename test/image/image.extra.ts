import { setTimeout } from 'node:timers/promises'
import { HeadObjectCommand } from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import { readCompose } from '../fixtures/compose.js'
import { freePort } from '../fixtures/free-port.js'
import { startStore } from '../fixtures/store.js'
import { image, runContained } from './container.js'

const API_KEY = 'the-api-key-of-alice'
const EXECUTABLE = 'node_modules/.bin/fastify-upload-url'
const AS_ALICE = { authorization: `Bearer ${API_KEY}` }

/** Runs something to its end. */
async function run (command: readonly string[], variables?: Readonly<Record<string, string>>) {
  return await (
    await runContained(command, variables)
  ).ended
}

/** The environment of a replica in docker-compose.yml, but with a store of the test's, and without Redis. */
async function replica (t: Test) {
  const { client, bucket, endpoint, credentials } = await startStore(t)
  const { services } = await readCompose({
    API_KEYS: `alice:${API_KEY}`,
    S3_ACCESS_KEY: credentials.accessKeyId,
    S3_SECRET_KEY: credentials.secretAccessKey,
    S3_PUBLIC_ENDPOINT: endpoint
  })
  const { REDIS_URL: _, ...environment } = services['service-1']!.environment!
  const port = String(await freePort())
  return {
    client,
    bucket,
    address: `http://127.0.0.1:${port}`,
    variables: { ...environment, HOST: '127.0.0.1', PORT: port, S3_BUCKET_NAME: bucket, S3_ENDPOINT: endpoint }
  }
}

t.test('it sets up a bucket, and finds nothing wrong with it', async t => {
  const { variables } = await replica(t)
  t.match(await run([EXECUTABLE, 'setup', '--create-bucket'], variables), { code: 0 })
  const { code, output } = await run([EXECUTABLE, 'check'], variables)
  t.equal(code, 0, output)
  t.match(output, 'ok      a URL works once')
})

t.test('it serves, is healthy meanwhile, and ends when it is asked to', async t => {
  const { client, bucket, address, variables } = await replica(t)
  const healthcheck = async () => (await run(image.Healthcheck.Test.slice(1), variables)).code
  t.equal(await healthcheck(), 1, 'before it runs')
  const service = await runContained(image.Cmd, variables)
  t.teardown(() => {
    try {
      process.kill(service.pid, 'SIGKILL')
    } catch {}
  })
  while (
    !(await fetch(`${address}/health/ready`).then(
      ({ ok }) => ok,
      () => false
    ))
  ) { await setTimeout(50) }
  t.equal(await healthcheck(), 0, 'while it runs')

  const { url, key } = (await (await fetch(`${address}/upload-url`, { headers: AS_ALICE })).json()) as {
    url: string
    key: string
  }
  t.equal((await fetch(url, { method: 'PUT', body: 'sound' })).status, 200)
  t.equal((await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).ContentLength, 5)

  process.kill(service.pid, 'SIGTERM')
  t.match(await service.ended, { code: 0 })
  t.equal(await healthcheck(), 1, 'after it has ended')
})

t.test('it runs as nobody of importance, who owns nothing of it', async t => {
  const { output } = await run(['sh', '-c', 'id -un; grep -h ^Cap /proc/self/status; find /app /usr -user node'])
  t.match(output, /^node\n(Cap\w+:\t0+\n)+$/)
})

t.test('it holds what serves, and nothing that builds or tests', async t => {
  const { output } = await run(['sh', '-c', 'ls; ls node_modules; du -sm /app'])
  const [names, size] = [output.split('\n'), Number(/(\d+)\t\/app/.exec(output)![1])]
  t.ok(
    ['dist', 'plugins', 'fastify', '@aws-sdk'].every(name => names.includes(name)),
    output
  )
  t.notOk(
    ['src', 'test', 'tap', 'typescript', 'eslint', 'playwright-core'].some(name => names.includes(name)),
    output
  )
  t.ok(size < 150, `${size} MB`)
})
