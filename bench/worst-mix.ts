// What one owner can do to another: the compiled server, while one owner sends the costliest mix of requests as fast as
// they may, and another asks for URLs. Both come from one address here, so the limit by address is off.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import autocannon from 'autocannon'
import { createLocalS3, type LocalS3 } from 'fastify-local-s3'
import type { OperationOutput } from 'fastify-upload-url'
import { freePort } from '../test/fixtures/free-port.js'
import { table } from './report.js'

const SECONDS = 15
const SAMPLE_MS = 250
/** Of each kind of request under way at a time. */
const CONCURRENCY = 8
/** Connections whose client never reads, and what each asks for before it stops. */
const DEAF_CONNECTIONS = 50
const REQUESTS_PER_DEAF_CONNECTION = 5
const HANG_UP_PAUSE_MS = 20
/** Before a client that was refused asks again. */
const REFUSED_PAUSE_MS = 20

const MALLORY_KEY = 'the-api-key-of-mallory-0123456789'
const BOB_KEY = 'the-api-key-of-bob-0123456789abcd'
const METRICS_KEY = 'the-key-of-the-metrics-0123456789'

/** What may not be reached with the limits that the server has by default. */
const BOUNDS = { p99: 250, rss: 300 }
/** URLs a minute and owner. */
const LIMITS = { 'RATE_LIMIT_MAX by default': undefined, 'RATE_LIMIT_MAX=20000': '20000' }

/** Latency of another owner and peak of memory, alone and beside the worst mix. */
export async function benchWorstMix (): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'))
  const localS3 = createLocalS3({ directory })
  const store = await localS3.start()
  const rows: Array<Array<string | number>> = []
  try {
    for (const [name, limit] of Object.entries(LIMITS)) {
      for (const isAttacked of [false, true]) {
        const figures = await measure(store, limit, isAttacked)
        rows.push([`${name}, ${isAttacked ? 'beside the mix' : 'alone'}`, ...figures])
      }
    }
  } finally {
    await localS3.close()
    await rm(directory, { recursive: true })
  }
  const bounds = `p99 under ${BOUNDS.p99} ms, RSS under ${BOUNDS.rss} MB`
  return table(
    [
      `another owner (${bounds})`,
      'requests',
      'failed',
      'median, ms',
      'p99, ms',
      'slowest, ms',
      'peak RSS, MB',
      'the mix: answered',
      'refused',
      'hung up'
    ],
    rows
  )
}

async function measure (store: LocalS3, limit: string | undefined, isAttacked: boolean): Promise<number[]> {
  const { server, address } = await startServer(store, limit)
  const ended = new AbortController()
  try {
    const counts = { answered: 0, refused: 0, hungUp: 0 }
    const attack = isAttacked ? await sendWorstMix(address, counts, ended.signal) : []
    const peak = samplePeak(address, ended.signal)
    const { requests, latency, non2xx, errors } = await autocannon({
      url: `${address}/upload-url?filename=dictation.mp3&size=20480`,
      headers: { authorization: `Bearer ${BOB_KEY}` },
      connections: 4,
      overallRate: 25,
      duration: SECONDS,
      // A thread of its own, so that what is measured is the server's delay and not that of the mix's sender.
      workers: 1
    })
    ended.abort()
    await Promise.all(attack)
    const { answered, refused, hungUp } = counts
    return [
      requests.total,
      non2xx + errors,
      latency.p50,
      latency.p99,
      latency.max,
      Math.round(await peak),
      answered,
      refused,
      hungUp
    ]
  } finally {
    ended.abort()
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
}

async function startServer (
  { endpoint, bucket, region, credentials }: LocalS3,
  limit: string | undefined
): Promise<{ server: ChildProcess; address: string }> {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const env = {
    HOST: '127.0.0.1',
    PORT: String(port),
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    S3_BUCKET_NAME: bucket,
    S3_ENDPOINT: endpoint,
    S3_FORCE_PATH_STYLE: 'true',
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    API_KEYS: `mallory:${MALLORY_KEY},bob:${BOB_KEY}`,
    METRICS_KEY,
    RATE_LIMIT_MAX_PER_ADDRESS: '0',
    ...(limit !== undefined && { RATE_LIMIT_MAX: limit })
  }
  const server = spawn(process.execPath, ['dist/src/server.js'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  while (
    !(await fetch(`${address}/health/live`).then(
      ({ ok }) => ok,
      () => false
    ))
  ) { await setTimeout(50) }
  return { server, address }
}

interface Counts {
  answered: number
  refused: number
  hungUp: number
}

/** @returns what ends when the signal aborts */
async function sendWorstMix (address: string, counts: Counts, signal: AbortSignal): Promise<Array<Promise<void>>> {
  const headers = { authorization: `Bearer ${MALLORY_KEY}`, 'content-type': 'application/json' }
  const post = (path: string, body: object) =>
    fetch(address + path, { method: 'POST', headers, body: JSON.stringify(body) })

  const upload = await post('/multipart-uploads', { filename: 'day.wav', size: 1e10 })
  const { key, uploadId } = (await upload.json()) as OperationOutput<'createMultipartUpload'>
  const recording = await readFile('test/fixtures/audio/dictation.mp3')
  const declared = await fetch(`${address}/upload-url?filename=dictation.mp3`, { headers })
  const object = (await declared.json()) as OperationOutput<'createUploadUrl'>
  await fetch(object.url, { method: 'PUT', headers: object.headers, body: recording })

  const batch = { files: Array(100).fill({ filename: 'dictation.mp3', size: 20_480 }) }
  const parts = { key, uploadId, from: 1, to: 1_000 }
  const inspection = `${address}/upload-status?inspect=true&key=${encodeURIComponent(object.key)}`
  const kinds = [
    () => post('/upload-urls', batch),
    () => post('/multipart-uploads/part-urls', parts),
    () => fetch(inspection, { headers })
  ]
  const repeat = async (send: () => Promise<Response>) => {
    while (!signal.aborted) {
      const response = await send()
      await response.arrayBuffer()
      counts[response.ok ? 'answered' : 'refused'] += 1
      if (!response.ok) await setTimeout(REFUSED_PAUSE_MS)
    }
  }
  const { hostname, port } = new URL(address)
  const payload = JSON.stringify(parts)
  const request =
    'POST /multipart-uploads/part-urls HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
    `Authorization: ${headers.authorization}\r\nContent-Length: ${payload.length}\r\n\r\n${payload}`
  const open = () => connect(Number(port), hostname).on('error', () => {})
  const hangUp = async () => {
    while (!signal.aborted) {
      const socket = open()
      socket.write(request)
      await setTimeout(HANG_UP_PAUSE_MS)
      socket.destroy()
      counts.hungUp += 1
    }
  }
  const sockets: Socket[] = []
  signal.addEventListener('abort', () => {
    for (const socket of sockets) socket.destroy()
  })
  for (let connection = 0; connection < DEAF_CONNECTIONS; connection += 1) {
    const socket = open().pause()
    socket.write(request.repeat(REQUESTS_PER_DEAF_CONNECTION))
    sockets.push(socket)
  }
  return [...kinds.flatMap(send => Array.from({ length: CONCURRENCY }, () => repeat(send))), hangUp()]
}

/** @returns the peak of resident memory in MB until the signal aborts */
async function samplePeak (address: string, signal: AbortSignal): Promise<number> {
  let peak = 0
  while (!signal.aborted) {
    const response = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${METRICS_KEY}` } })
    const [, bytes] = /^process_resident_memory_bytes (.+)$/m.exec(await response.text()) ?? []
    peak = Math.max(peak, Number(bytes) / 1e6)
    await setTimeout(SAMPLE_MS)
  }
  return peak
}
