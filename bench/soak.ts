/**
 * Keeps the compiled server at 80 % of its maximum load, and watches whether anything grows: `tsx bench/soak.ts [minutes]`.
 * Prints a line for each tenth of the time, and exits with 1 if memory grew or a request failed.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import autocannon from 'autocannon'
import { freePort } from '../test/fixtures/free-port.js'
import { median, table } from './report.js'

const MINUTES = Number(process.argv[2] ?? 10)
const SLICES = 10
const SHARE = 0.8
const CONNECTIONS = 50
const PROBE_SECONDS = 10
const MOST_GROWTH = 1.2

const apiKey = randomBytes(24).toString('hex')
const metricsKey = randomBytes(24).toString('hex')
const port = await freePort()
const address = `http://127.0.0.1:${port}`
const environment = {
  HOST: '127.0.0.1',
  PORT: String(port),
  NODE_ENV: 'production',
  NODE_NO_WARNINGS: '1',
  LOG_LEVEL: 'warn',
  S3_BUCKET_NAME: 'recordings',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  API_KEYS: `alice:${apiKey}`,
  METRICS_KEY: metricsKey,
  RATE_LIMIT_MAX: '0',
  RATE_LIMIT_MAX_PER_ADDRESS: '0'
}
const server = spawn(process.execPath, ['dist/src/server.js'], { env: environment, stdio: 'inherit' })
process.on('exit', () => server.kill('SIGKILL'))
while (
  !(await fetch(`${address}/health/live`).then(
    ({ ok }) => ok,
    () => false
  ))
) { await setTimeout(50) }

const load = {
  url: `${address}/upload-url?filename=dictation.mp3&size=20480`,
  headers: { authorization: `Bearer ${apiKey}` },
  connections: CONNECTIONS
}
await autocannon({ ...load, duration: PROBE_SECONDS })
const {
  requests: { average: maximum }
} = await autocannon({ ...load, duration: PROBE_SECONDS })
const rate = Math.floor(maximum * SHARE)
console.log(`Maximum ${Math.round(maximum)} requests a second; ${rate} for ${MINUTES} minutes:\n`)

const rows: Array<[slice: string, rate: number, p99: number, delay: string, rss: number, failed: number]> = []
for (let slice = 1; slice <= SLICES; slice++) {
  const { requests, latency, errors, non2xx } = await autocannon({
    ...load,
    duration: (MINUTES * 60) / SLICES,
    overallRate: rate
  })
  const figures = await readFigures()
  rows.push([
    `${slice}/${SLICES}`,
    Math.round(requests.average),
    latency.p99,
    (figures('nodejs_eventloop_lag_p99_seconds') * 1000).toFixed(1),
    Math.round(figures('process_resident_memory_bytes') / 1024 ** 2),
    errors + non2xx
  ])
}
console.log(table(['time', 'requests/s', 'p99 ms', 'event loop p99 ms', 'RSS MB', 'failed'], rows))

const memory = rows.map(([, , , , rss]) => rss)
const growth = median(memory.slice(-3)) / median(memory.slice(0, 3))
const failed = rows.reduce((sum, [, , , , , count]) => sum + count, 0)
console.log(`\nRSS at the end is ${growth.toFixed(2)} times that of the beginning; ${failed} requests failed.`)
process.exitCode = growth <= MOST_GROWTH && failed === 0 ? 0 : 1
server.kill('SIGTERM')

async function readFigures (): Promise<(name: string) => number> {
  const text = await (await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${metricsKey}` } })).text()
  return name => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1])
}
