import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { ask, get, timed, type Answer } from './client.js'
import { API_KEYS, BUCKET, BUDGET, kill, RUN, secrets, store, untilLive, type Cluster } from './cluster.js'
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
  const { key, uploadId, partSize, partCount } = await ask(`${first!.address}/multipart-uploads`, {
    filename: 'long.wav',
    size: bytes.length
  })
  const { parts } = await ask(`${second!.address}/multipart-uploads/part-urls`, {
    key,
    uploadId,
    from: 1,
    to: partCount
  })
  const uploaded = await Promise.all(
    parts.map(async ({ partNumber, url }) => {
      const { headers } = await fetch(url, {
        method: 'PUT',
        body: bytes.subarray((partNumber - 1) * partSize, partNumber * partSize)
      })
      return { partNumber, etag: headers.get('etag') }
    })
  )
  await ask(`${third!.address}/multipart-uploads/complete`, { key, uploadId, parts: uploaded })
  const isRight = (await storedHash(key)) === createHash('sha256').update(bytes).digest('hex')
  return {
    figures: { bytes: bytes.length, parts: uploaded.length },
    violations: isRight ? [] : ['what is stored is not what was sent']
  }
}

/** Uploads at a steady rate, while one replica after the other is killed. */
export async function survive (cluster: Cluster, rate: number, seconds: number): Promise<Finding> {
  const tally = emptyTally()
  const loaders = Object.entries(API_KEYS)
    .filter(([owner]) => owner.startsWith('loader'))
    .map(([, key]) => key)
  const underFire = new AbortController()
  const kills = killInTurn(cluster, underFire.signal)
  await uploadSteadily(cluster.address, loaders, rate, seconds, tally)
  underFire.abort()
  const { killed, slowestStart } = await kills
  const wrong = await countWrong(tally)
  const expected = Math.floor(rate * seconds * (1 - TOLERANCE))
  return {
    figures: {
      'uploads believed done': tally.done.size,
      'a second': Math.round(tally.done.size / seconds),
      'replicas killed': killed,
      'slowest to be back, ms': slowestStart,
      'connection errors, retried': tally.retries,
      'p50 ms': quantile(tally.times, 0.5),
      'p99 ms': quantile(tally.times, 0.99),
      'stored wrongly': wrong
    },
    violations: [
      ...new Set(tally.violations),
      ...(wrong > 0 ? [`${wrong} uploads are not stored as they were sent`] : []),
      ...(tally.done.size < expected ? [`${tally.done.size} uploads are fewer than ${expected}`] : [])
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
  return {
    figures: { sent: statuses.length, budget: BUDGET, served, refused },
    violations: isKept ? [] : [`${served} of a budget of ${BUDGET} were served, ${refused} refused`]
  }
}

/** Looks for secrets in everything that the replicas and nginx wrote. */
export async function searchLogs (): Promise<Finding> {
  const directory = join(RUN, 'cluster')
  const files = (await readdir(directory, { withFileTypes: true })).filter(file => file.isFile())
  const text = (await Promise.all(files.map(({ name }) => readFile(join(directory, name), 'utf8')))).join('')
  const found =
    secrets.filter(secret => text.includes(secret)).length + [...text.matchAll(/X-Amz-Signature=[0-9a-f]{8}/g)].length
  return {
    figures: { lines: text.split('\n').length, 'secrets and signatures in them': found },
    violations: found > 0 ? ['a secret is in a log'] : []
  }
}

// Whether or not the one before is back.
async function killInTurn (
  { replicas }: Cluster,
  signal: AbortSignal
): Promise<{ readonly killed: number; readonly slowestStart: number }> {
  const starts: Array<Promise<Answer>> = []
  while (await setTimeout(KILL_EVERY_MS, true, { signal }).catch(() => false)) {
    const replica = replicas[starts.length % replicas.length]!
    await kill(replica.process)
    replica.process = replica.start()
    starts.push(timed(() => untilLive(replica.address)))
  }
  return { killed: starts.length, slowestStart: Math.max(...(await Promise.all(starts)).map(({ ms }) => ms)) }
}

async function countWrong ({ done }: Tally): Promise<number> {
  const entries = [...done]
  let wrong = 0
  await inParallel(16, entries.length, async index => {
    const [key, sha256] = entries[index]!
    if ((await storedHash(key).catch(() => undefined)) !== sha256) wrong++
  })
  return wrong
}

async function storedHash (key: string): Promise<string> {
  const { Body } = await store.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))
  return createHash('sha256')
    .update(await Body!.transformToByteArray())
    .digest('hex')
}

async function inParallel (lanes: number, count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < count) await work(next++)
    })
  )
}

function quantile (values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return Math.round(sorted[Math.floor(sorted.length * share)] ?? NaN)
}
