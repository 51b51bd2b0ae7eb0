import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { API_KEYS, BUCKET, BUDGET, gatewayPid, kill, RUN, secrets, stopGateway, store, untilLive, type Cluster } from './cluster.js'
import { emptyTally, uploadSteadily, type Tally } from './uploader.js'

const LONG_BYTES = 20 * 1024 ** 2 + 1
const KILL_EVERY_MS = 5_000
const TOLERANCE = 0.05

/** What a scenario found: figures to print, and every promise that was broken. */
export interface Finding {
  readonly figures: Readonly<Record<string, string | number>>
  readonly violations: readonly string[]
}

/** One upload, begun on one replica, signed on the second, completed on the third. */
export async function spreadMultipart ({ replicas: [first, second, third] }: Cluster): Promise<Finding> {
  const bytes = randomBytes(LONG_BYTES)
  const { key, uploadId, partSize, partCount } = await ask(`${first!.address}/multipart-uploads`, { filename: 'long.wav', size: bytes.length })
  const { parts } = await ask(`${second!.address}/multipart-uploads/part-urls`, { key, uploadId, from: 1, to: partCount })
  const uploaded = await Promise.all(parts.map(async ({ partNumber, url }) => {
    const { headers } = await fetch(url, { method: 'PUT', body: bytes.subarray((partNumber - 1) * partSize, partNumber * partSize) })
    return { partNumber, etag: headers.get('etag') }
  }))
  await ask(`${third!.address}/multipart-uploads/complete`, { key, uploadId, parts: uploaded })
  const isRight = await storedHash(key) === createHash('sha256').update(bytes).digest('hex')
  return { figures: { bytes: bytes.length, parts: uploaded.length }, violations: isRight ? [] : ['what is stored is not what was sent'] }
}

/** Uploads at a steady rate, while one replica after the other is killed. */
export async function survive (cluster: Cluster, rate: number, seconds: number): Promise<Finding> {
  const tally = emptyTally()
  const loaders = Object.entries(API_KEYS).filter(([owner]) => owner.startsWith('loader')).map(([, key]) => key)
  const underFire = new AbortController()
  const kills = killInTurn(cluster, underFire.signal)
  await uploadSteadily(cluster.address, loaders, rate, seconds, tally)
  underFire.abort()
  const killed = await kills
  const wrong = await countWrong(tally)
  const expected = Math.floor(rate * seconds * (1 - TOLERANCE))
  return {
    figures: { 'uploads believed done': tally.done.size, 'a second': Math.round(tally.done.size / seconds), 'replicas killed': killed, 'connection errors, retried': tally.retries, 'p50 ms': quantile(tally.times, 0.5), 'p99 ms': quantile(tally.times, 0.99), 'stored wrongly': wrong },
    violations: [
      ...new Set(tally.violations),
      ...wrong > 0 ? [`${wrong} uploads are not stored as they were sent`] : [],
      ...tally.done.size < expected ? [`${tally.done.size} uploads are fewer than ${expected}`] : []
    ]
  }
}

/** One owner spends on all replicas as fast as can be. */
export async function spendBudget ({ replicas }: Cluster): Promise<Finding> {
  const statuses: number[] = []
  await inParallel(16, Math.ceil(BUDGET * 1.4), async index => {
    const response = await get(`${replicas[index % replicas.length]!.address}/upload-url`, 'spender')
    await response.arrayBuffer()
    statuses.push(response.status)
  })
  const served = statuses.filter(status => status === 200).length
  const refused = statuses.filter(status => status === 429).length
  const isKept = Math.abs(served - BUDGET) <= BUDGET * TOLERANCE && served + refused === statuses.length
  return { figures: { sent: statuses.length, budget: BUDGET, served, refused }, violations: isKept ? [] : [`${served} of a budget of ${BUDGET} were served, ${refused} refused`] }
}

/** The store goes away, hangs, and comes back. */
export async function loseStore (cluster: Cluster): Promise<Finding> {
  const violations: string[] = []
  const { key } = await (await get(`${cluster.address}/upload-url`, 'alice')).json() as { key: string }
  const statusOf = () => timed(() => get(`${cluster.address}/upload-status?key=${key}`, 'alice'))
  const startMultipart = () => timed(() => post(`${cluster.address}/multipart-uploads`, {}))
  const expect = (what: string, { status, ms }: Answer, wanted: readonly number[], withinMs: number): void => {
    if (!wanted.includes(status) || ms > withinMs) violations.push(`${what}: ${status} after ${ms} ms`)
  }

  const startAgain = await stopGateway()
  const signed = await timed(() => get(`${cluster.address}/upload-url`, 'alice'))
  const [status, multipart, ready] = await Promise.all([statusOf(), startMultipart(), timed(() => fetch(`${cluster.address}/health/ready`))])
  expect('without a store, /upload-url', signed, [200], 1_000)
  expect('without a store, /upload-status', status, [503], 3_000)
  expect('without a store, POST /multipart-uploads', multipart, [503], 3_000)
  await setTimeout(1_500)
  expect('without a store, /health/ready', await timed(() => fetch(`${cluster.address}/health/ready`)), [503], 3_000)
  await startAgain()
  const recovered = await timed(() => untilReady(cluster.address))
  expect('with the store back, /upload-status', await statusOf(), [200], 3_000)
  expect('with the store back, POST /multipart-uploads', await startMultipart(), [201], 3_000)

  const gateway = await gatewayPid()
  process.kill(gateway, 'SIGSTOP')
  const [signedMeanwhile, hangingStatus, hangingMultipart] = await Promise.all([timed(() => get(`${cluster.address}/upload-url`, 'alice')), statusOf(), startMultipart()])
  expect('while the store hangs, /upload-url', signedMeanwhile, [200], 1_000)
  expect('while the store hangs, /upload-status', hangingStatus, [503, 504], 3_000)
  expect('while the store hangs, POST /multipart-uploads', hangingMultipart, [503, 504], 3_000)
  process.kill(gateway, 'SIGCONT')
  await untilReady(cluster.address)
  return {
    figures: { 'store gone: status ms': status.ms, 'multipart ms': multipart.ms, 'ready said': ready.status, 'back after ms': recovered.ms, 'store hangs: status': `${hangingStatus.status} in ${hangingStatus.ms} ms`, multipart: `${hangingMultipart.status} in ${hangingMultipart.ms} ms` },
    violations
  }
}

/** Redis goes away and comes back. */
export async function loseRedis (cluster: Cluster): Promise<Finding> {
  await kill(cluster.redis.process)
  const times: number[] = []
  const statuses = new Set<number>()
  for (let i = 0; i < 60; i++) {
    const { status, ms } = await timed(() => get(`${cluster.address}/upload-url`, 'alice'))
    statuses.add(status)
    times.push(ms)
  }
  cluster.redis.process = cluster.redis.start()
  const isCounted = async () => (await get(`${cluster.address}/upload-url`, 'alice')).headers.has('ratelimit-limit')
  const back = await timed(async () => { while (!(await isCounted() && await isCounted() && await isCounted())) await setTimeout(50) })
  return {
    figures: { 'answers without Redis': [...statuses].join(', '), 'slowest ms': Math.max(...times), 'counted again after ms': back.ms },
    violations: [...statuses].some(status => status !== 200) ? [`without Redis: ${[...statuses].join(', ')}`] : []
  }
}

/** Looks for secrets in everything that the replicas and nginx wrote. */
export async function searchLogs (): Promise<Finding> {
  const directory = join(RUN, 'cluster')
  const files = (await readdir(directory, { withFileTypes: true })).filter(file => file.isFile())
  const text = (await Promise.all(files.map(({ name }) => readFile(join(directory, name), 'utf8')))).join('')
  const found = secrets.filter(secret => text.includes(secret)).length + [...text.matchAll(/X-Amz-Signature=[0-9a-f]{8}/g)].length
  return { figures: { lines: text.split('\n').length, 'secrets and signatures in them': found }, violations: found > 0 ? ['a secret is in a log'] : [] }
}

async function killInTurn ({ replicas }: Cluster, signal: AbortSignal): Promise<number> {
  const allLive = () => Promise.all(replicas.map(({ address }) => untilLive(address)))
  for (let killed = 0; ; killed++) {
    const pause = setTimeout(KILL_EVERY_MS, undefined, { signal }).catch(() => undefined)
    // One at a time: the last has to be back before the next one goes.
    await Promise.all([pause, allLive()])
    if (signal.aborted) return killed
    const replica = replicas[killed % replicas.length]!
    await kill(replica.process)
    replica.process = replica.start()
  }
}

async function countWrong ({ done }: Tally): Promise<number> {
  const entries = [...done]
  let wrong = 0
  await inParallel(16, entries.length, async index => {
    const [key, sha256] = entries[index]!
    if (await storedHash(key).catch(() => undefined) !== sha256) wrong++
  })
  return wrong
}

async function storedHash (key: string): Promise<string> {
  const { Body } = await store.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))
  return createHash('sha256').update(await Body!.transformToByteArray()).digest('hex')
}

interface Answer { readonly status: number, readonly ms: number }

async function timed (work: () => Promise<Response | void>): Promise<Answer> {
  const start = performance.now()
  const response = await work()
  await response?.arrayBuffer()
  return { status: response?.status ?? 0, ms: Math.round(performance.now() - start) }
}

async function untilReady (address: string): Promise<void> {
  while (!(await fetch(`${address}/health/ready`)).ok) await setTimeout(100)
}

interface MultipartReply {
  readonly key: string
  readonly uploadId: string
  readonly partSize: number
  readonly partCount: number
  readonly parts: ReadonlyArray<{ readonly partNumber: number, readonly url: string }>
}

async function ask (url: string, body: object): Promise<MultipartReply> {
  const response = await post(url, body)
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return await response.json() as MultipartReply
}

function get (url: string, owner: string): Promise<Response> {
  return fetch(url, { headers: { authorization: `Bearer ${API_KEYS[owner]}` } })
}

function post (url: string, body: object): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { authorization: `Bearer ${API_KEYS['alice']}`, 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

async function inParallel (lanes: number, count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  await Promise.all(Array.from({ length: lanes }, async () => { while (next < count) await work(next++) }))
}

function quantile (values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return Math.round(sorted[Math.floor(sorted.length * share)] ?? NaN)
}
