/**
 * Attacks a server, as its own process, over raw sockets: `npx tsx test/attack/http.extra.ts [requests] [seed]`.
 * Prints what it answered, and exits with 1 if it answered 5xx, crashed, grew, kept a slow client, or logged a secret.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createLocalS3 } from '../../plugins/local-s3/index.js'
import { startServer, type ServerProcess } from '../fixtures/server-process.js'
import { randomFrom } from '../audio/mutations.js'
import { hostileRequest, type HostileRequest, type Knowledge } from './hostile-requests.js'

const requests = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? 1)

const PIPELINED = 20
const CONNECTIONS = 16
const PATIENCE_MS = 5_000
const BREAK_MS = 200
const LAST = Buffer.from('GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n')
const SLOW_CLIENTS = 100
const SLOW_PATIENCE_MS = 60_000
const MOST_GROWTH = 1.25
const COLLECTION_MS = 2_000

const secrets = {
  apiKey: randomBytes(24).toString('hex'),
  metricsKey: randomBytes(24).toString('hex'),
  tokenSecret: randomBytes(24).toString('hex')
}
const answers = new Map<string, number>()
const signatures = new Set<string>()
const failures: string[] = []

const directory = await mkdtemp(join(tmpdir(), 'attack-'))
const store = createLocalS3({ directory })
const { endpoint, bucket, region, credentials } = await store.start()
const endings: Array<() => unknown> = []
const server = await startServer(
  {
    teardown: (end: () => unknown) => {
      endings.push(end)
    }
  },
  {
    NODE_ENV: 'production',
    NODE_NO_WARNINGS: '1',
    NODE_OPTIONS: '--conditions=fastify-upload-url-source --import tsx --import ./test/attack/collector.ts',
    S3_BUCKET_NAME: bucket,
    S3_ENDPOINT: endpoint,
    S3_FORCE_PATH_STYLE: 'true',
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    API_KEYS: `alice:${secrets.apiKey}`,
    METRICS_KEY: secrets.metricsKey,
    UPPY_TOKEN_SECRET: secrets.tokenSecret,
    RATE_LIMIT_MAX: '0',
    RATE_LIMIT_MAX_PER_ADDRESS: '0'
  }
)

process.on('exit', () => server.process.kill('SIGKILL'))

const slow = slowClients(server)
const knowledge = await learn(server)
await attack(requests / 5, seed)
const settled = await residentMegabytes(server)
await attack((requests * 4) / 5, seed + 1)
const final = await residentMegabytes(server)
const kept = await slow
const logged = secretsIn(server.output())
const failed = [...server.output().matchAll(/^.*"statusCode":5\d\d.*$/gm)].map(([line]) => line)

console.table({
  ...Object.fromEntries([...answers].sort()),
  'RSS after a fifth, MB': settled,
  'RSS at the end, MB': final,
  'slow clients not cut off': kept,
  'log lines': server.output().split('\n').length,
  'answers of 5xx in the log': failed.length,
  'signatures handed out': signatures.size,
  'secrets in the log': logged
})
if (server.process.exitCode !== null) failures.push('the server crashed')
if (final > settled * MOST_GROWTH) failures.push(`memory grew from ${settled} MB to ${final} MB`)
// The log says why, which the answers do not.
failures.unshift(...failed.slice(0, 5))
if (kept > 0) failures.push(`${kept} slow clients were never cut off`)
if (logged > 0) failures.push(`${logged} secrets are in the log`)

server.process.kill('SIGTERM')
const code = await server.ended
if (code !== 0) failures.push(`the server ended with ${code}`)
for (const end of endings) {
  await Promise.resolve()
    .then(end)
    .catch((error: Error) => failures.push(error.message))
}
for (const failure of failures.slice(0, 10)) console.error(failure)
await store.close()
await rm(directory, { recursive: true })
process.exitCode = failures.length === 0 ? 0 : 1

async function learn ({ address }: ServerProcess): Promise<Knowledge> {
  const { paths } = (await (await fetch(`${address}/docs/json`)).json()) as { paths: object }
  return {
    paths: [...Object.keys(paths), '/docs', '/docs/json', '/docs/static/{file}', '/nowhere'],
    apiKey: secrets.apiKey
  }
}

async function attack (count: number, from: number): Promise<void> {
  const random = randomFrom(from)
  let sent = 0
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (sent < count) {
        const batch: HostileRequest[] = []
        while (batch.length < PIPELINED && batch.at(-1)?.breaksFraming !== true) { batch.push(hostileRequest(random, knowledge)) }
        sent += batch.length
        tally(batch, await send(batch))
      }
    })
  )
}

async function send (batch: readonly HostileRequest[]): Promise<string> {
  const socket = open(server)
  const received: Buffer[] = []
  socket.on('data', chunk => {
    received.push(chunk)
  })
  socket.setTimeout(PATIENCE_MS, () => socket.destroy())
  socket.write(Buffer.concat([...batch.map(({ bytes }) => bytes), LAST]))
  // Whatever the server still waits for, there is no more to come.
  const end = batch.at(-1)?.breaksFraming === true ? setTimeout(() => socket.end(), BREAK_MS) : undefined
  await closed(socket)
  clearTimeout(end)
  return Buffer.concat(received).toString('latin1')
}

function tally (batch: readonly HostileRequest[], text: string): void {
  for (const [, signature] of text.matchAll(/X-Amz-Signature(?:=|":")([0-9a-f]{64})/gi)) signatures.add(signature!)
  const statuses = [...text.matchAll(/HTTP\/1\.1 (?!100)(\d{3}) /g)].map(([, status]) => status!)
  statuses.forEach((status, index) => {
    answers.set(status, (answers.get(status) ?? 0) + 1)
    if (status.startsWith('5')) failures.push(`${status}: ${batch[index]?.bytes.toString('latin1').slice(0, 1_000)}`)
  })
}

/** Opens connections that send a byte a second. @returns how many are still open when they should not be */
async function slowClients (target: ServerProcess): Promise<number> {
  const sockets = Array.from({ length: SLOW_CLIENTS }, () => open(target))
  for (const socket of sockets) socket.resume().write('GET /upload-url HTTP/1.1\r\nX-Slow: ')
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('s')
  }, 1_000)
  const deadline = setTimeout(() => {
    for (const socket of sockets) socket.destroy(new Error('kept'))
  }, SLOW_PATIENCE_MS)
  let kept = 0
  for (const socket of sockets) {
    socket.on('error', error => {
      if (error.message === 'kept') kept++
    })
  }
  await Promise.all(sockets.map(closed))
  clearInterval(drip)
  clearTimeout(deadline)
  return kept
}

function open ({ address }: ServerProcess): Socket {
  const socket = connect(Number(new URL(address).port), '127.0.0.1')
  socket.on('error', () => {})
  return socket
}

// An error ends a connection like anything else.
function closed (socket: Socket): Promise<void> {
  return new Promise(resolve => {
    socket.on('close', () => resolve())
  })
}

// Without its garbage, which says nothing but when it was last collected.
async function residentMegabytes ({ process: { pid } }: ServerProcess): Promise<number> {
  process.kill(pid!, 'SIGWINCH')
  await pause(COLLECTION_MS)
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}

function secretsIn (log: string): number {
  const known = [...Object.values(secrets), credentials.secretAccessKey].filter(secret => log.includes(secret)).length
  return known + [...log.matchAll(/[0-9a-f]{64}/g)].filter(([text]) => signatures.has(text)).length
}
