import { setTimeout } from 'node:timers/promises'
import { serveCredentials } from '../fixtures/credentials-endpoint.js'
import { get, post, timed, untilReady, type Answer } from './client.js'
import { credentials, gatewayPid, kill, stopGateway, untilLive, type Cluster } from './cluster.js'
import type { Finding } from './scenarios.js'

const SIGNS_WITHIN_MS = 1_000
const STORE_WITHIN_MS = 3_000
const CREDENTIALS_WITHIN_MS = 5_000
const SLOW = { rounds: 8, stoppedMs: 700, runningMs: 300 }
const LIFE_OF_CREDENTIALS_MS = 5_000

/** Holds answers against what was promised. */
class Expectations {
  readonly figures: Record<string, string> = {}
  readonly violations: string[] = []

  expect (what: string, { status, ms }: Answer, wanted: readonly number[], withinMs: number): void {
    this.figures[what] = `${status} in ${ms} ms`
    if (!wanted.includes(status) || ms > withinMs) this.violations.push(`${what}: ${status} after ${ms} ms`)
  }
}

/** What alice asks of the service: something that needs no store, and two things that do. */
interface Questions {
  sign(): Promise<Answer>
  status(): Promise<Answer>
  startMultipart(): Promise<Answer>
  ready(): Promise<Answer>
}

async function questionsTo (address: string): Promise<Questions> {
  const { key } = (await (await get(`${address}/upload-url`, 'alice')).json()) as { key: string }
  return {
    sign: () => timed(() => get(`${address}/upload-url`, 'alice')),
    status: () => timed(() => get(`${address}/upload-status?key=${key}`, 'alice')),
    startMultipart: () => timed(() => post(`${address}/multipart-uploads`, {})),
    ready: () => timed(() => fetch(`${address}/health/ready`))
  }
}

/** The store goes away, and comes back. */
export async function loseStore ({ address }: Cluster): Promise<Finding> {
  const seen = new Expectations()
  const { sign, status, startMultipart, ready } = await questionsTo(address)
  const startAgain = await stopGateway()
  seen.expect('without a store, GET /upload-url', await sign(), [200], SIGNS_WITHIN_MS)
  const [found, started] = await Promise.all([status(), startMultipart()])
  seen.expect('without a store, GET /upload-status', found, [503], STORE_WITHIN_MS)
  seen.expect('without a store, POST /multipart-uploads', started, [503], STORE_WITHIN_MS)
  await setTimeout(1_500)
  seen.expect('without a store, GET /health/ready', await ready(), [503], STORE_WITHIN_MS)
  await startAgain()
  await untilReady(address)
  seen.expect('with the store back, GET /upload-status', await status(), [200], STORE_WITHIN_MS)
  seen.expect('with the store back, POST /multipart-uploads', await startMultipart(), [201], STORE_WITHIN_MS)
  return seen
}

/** The store takes connections and says nothing, then little, then all it should. */
export async function slowStore ({ address }: Cluster): Promise<Finding> {
  const seen = new Expectations()
  const { sign, status, startMultipart } = await questionsTo(address)
  const gateway = await gatewayPid()
  process.kill(gateway, 'SIGSTOP')
  const [signed, found, started] = await Promise.all([sign(), status(), startMultipart()])
  seen.expect('while the store hangs, GET /upload-url', signed, [200], SIGNS_WITHIN_MS)
  seen.expect('while the store hangs, GET /upload-status', found, [503, 504], STORE_WITHIN_MS)
  seen.expect('while the store hangs, POST /multipart-uploads', started, [503, 504], STORE_WITHIN_MS)
  for (let round = 1; round <= SLOW.rounds; round++) {
    process.kill(gateway, 'SIGCONT')
    await setTimeout(SLOW.runningMs)
    process.kill(gateway, 'SIGSTOP')
    const answers = Promise.all([sign(), status()])
    await setTimeout(SLOW.stoppedMs)
    process.kill(gateway, 'SIGCONT')
    const [signed, found] = await answers
    seen.expect(`slow store, round ${round}, GET /upload-url`, signed, [200], SIGNS_WITHIN_MS)
    seen.expect(`slow store, round ${round}, GET /upload-status`, found, [200], STORE_WITHIN_MS)
  }
  await untilReady(address)
  seen.expect('with the store back, GET /upload-status', await status(), [200], STORE_WITHIN_MS)
  return seen
}

/** Redis goes away and comes back. */
export async function loseRedis (cluster: Cluster): Promise<Finding> {
  await kill(cluster.redis.process)
  const answers: Answer[] = []
  for (let i = 0; i < 60; i++) answers.push(await timed(() => get(`${cluster.address}/upload-url`, 'alice')))
  cluster.redis.process = cluster.redis.start()
  const isCounted = async () => (await get(`${cluster.address}/upload-url`, 'alice')).headers.has('ratelimit-limit')
  const back = await timed(async () => {
    while (!((await isCounted()) && (await isCounted()) && (await isCounted()))) await setTimeout(50)
  })
  const statuses = [...new Set(answers.map(({ status }) => status))].join(', ')
  return {
    figures: {
      'answers without Redis': statuses,
      'slowest ms': Math.max(...answers.map(({ ms }) => ms)),
      'counted again after ms': back.ms
    },
    violations: statuses === '200' ? [] : [`without Redis: ${statuses}`]
  }
}

/** A replica gets its credentials from a container's endpoint, which fails, then hangs, then gives them again. */
export async function loseCredentials (cluster: Cluster): Promise<Finding> {
  const seen = new Expectations()
  const endpoint = await serveCredentials(credentials, LIFE_OF_CREDENTIALS_MS)
  const replica = await cluster.startReplica('container', { AWS_CONTAINER_CREDENTIALS_FULL_URI: endpoint.address })
  try {
    await untilLive(replica.address)
    const { sign, status, ready } = await questionsTo(replica.address)
    for (const trouble of ['fails', 'hangs'] as const) {
      endpoint.mood = trouble
      seen.expect(
        `the credentials’ endpoint ${trouble}, GET /upload-url while they live`,
        await sign(),
        [200],
        SIGNS_WITHIN_MS
      )
      await setTimeout(LIFE_OF_CREDENTIALS_MS)
      const [signed, found, readiness] = await Promise.all([sign(), status(), ready()])
      seen.expect(`the credentials’ endpoint ${trouble}, GET /upload-url`, signed, [503], CREDENTIALS_WITHIN_MS)
      seen.expect(`the credentials’ endpoint ${trouble}, GET /upload-status`, found, [503, 504], CREDENTIALS_WITHIN_MS)
      seen.expect(`the credentials’ endpoint ${trouble}, GET /health/ready`, readiness, [503], CREDENTIALS_WITHIN_MS)
      endpoint.mood = 'gives'
      await untilReady(replica.address)
      seen.expect('with credentials again, GET /upload-url', await sign(), [200], SIGNS_WITHIN_MS)
      seen.expect('with credentials again, GET /upload-status', await status(), [200], STORE_WITHIN_MS)
    }
  } finally {
    await kill(replica.process)
    endpoint.close()
  }
  return seen
}
