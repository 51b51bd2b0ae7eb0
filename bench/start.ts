// How long an app takes to start, each time in a process of its own: imports, and an app that listens.
import { spawnSync } from 'node:child_process'
import { median, table } from './report.js'

const ROUNDS = 9

const CLIENT =
  "{ region: 'eu-central-1', credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' } }"
const LISTEN = "await app.listen({ host: '127.0.0.1', port: 0 })"

/** What is started, each beside what it is compared with, and how many times as long it may take. */
const COMPARISONS = [
  {
    name: "import '@aws-sdk/client-s3'",
    code: "await import('@aws-sdk/client-s3')"
  },
  {
    name: "import 'fastify-upload-url'",
    code: "await import('fastify-upload-url')",
    than: "import '@aws-sdk/client-s3'",
    wanted: 2
  },
  {
    name: 'an app with a route that calls getSignedUrl',
    code: `
      const { default: Fastify } = await import('fastify')
      const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3')
      const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
      const client = new S3Client(${CLIENT})
      const app = Fastify()
      app.get('/upload-url', async () => ({
        url: await getSignedUrl(client, new PutObjectCommand({ Bucket: 'recordings', Key: crypto.randomUUID() }))
      }))
      ${LISTEN}`
  },
  {
    name: 'an app with the plugin',
    code: `
      const { default: Fastify } = await import('fastify')
      const { default: uploadUrl } = await import('fastify-upload-url')
      const app = Fastify()
      await app.register(uploadUrl, { bucket: 'recordings', client: ${CLIENT}, allowAnonymous: true })
      ${LISTEN}`,
    than: 'an app with a route that calls getSignedUrl',
    wanted: 1.5
  }
]

interface Cost {
  /** Milliseconds of CPU. */
  readonly cpu: number
  /** Milliseconds of wall clock. */
  readonly wall: number
}

/** Compares starts in rounds that take turns; medians. */
export function benchStart (): string {
  const costs = new Map<string, Cost[]>(COMPARISONS.map(({ name }) => [name, []]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, code } of COMPARISONS) costs.get(name)!.push(start(code))
  }
  const middle = (name: string, what: keyof Cost) => median(costs.get(name)!.map(cost => cost[what]))
  return table(
    ['start', 'CPU, ms', 'wall, ms', 'times the CPU', 'times the wall clock', 'wanted'],
    COMPARISONS.map(({ name, than, wanted }) => [
      name,
      middle(name, 'cpu').toFixed(0),
      middle(name, 'wall').toFixed(0),
      ...(['cpu', 'wall'] as const).map(what =>
        than === undefined ? '' : (middle(name, what) / middle(than, what)).toFixed(2)
      ),
      wanted === undefined ? '' : `at most ${wanted}`
    ])
  )
}

function start (code: string): Cost {
  const script = `
    const before = process.cpuUsage()
    const start = performance.now()
    ${code}
    const { user, system } = process.cpuUsage(before)
    console.log(JSON.stringify({ cpu: (user + system) / 1000, wall: performance.now() - start }))
    process.exit()`
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    env,
    encoding: 'utf8'
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Cost
}
