// Signing itself, in this process: a large batch, 1 000 part URLs, and memory over two million URLs.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { createObjectKeys } from '../plugins/upload-url/object-key.js'
import { openBucket, type ObjectRequest } from '../plugins/upload-url/s3/index.js'
import { median, table } from './report.js'

const CONFIG = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
}
const BUCKET = 'recordings'
const ROUNDS = 7
const PARTS = 1_000
// Long enough for a delay that is due to be seen.
const SAMPLING_MS = 10
const OBJECT = createObjectKeys('uploads').create('alice', '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed', 'mp3')
const HEADERS = {
  'content-type': 'audio/mpeg',
  'content-length': '20480',
  'if-none-match': '*',
  'x-amz-meta-filename': 'dictation.mp3'
}

const sdk = new S3Client({ ...CONFIG, requestChecksumCalculation: 'WHEN_REQUIRED' })
const { presigner } = await openBucket({
  client: CONFIG,
  bucket: BUCKET,
  warn: message => {
    throw new Error(message)
  }
})

const part = (number: number): ObjectRequest => ({
  operation: 'UploadPart',
  object: OBJECT,
  parameters: { partNumber: String(number), uploadId: 'a'.repeat(128) }
})
const puts = Array.from({ length: 100 }, (): ObjectRequest => ({
  operation: 'PutObject',
  object: OBJECT,
  headers: HEADERS
}))
const parts = Array.from({ length: PARTS }, (_, index) => part(index + 1))

async function ours (requests: readonly ObjectRequest[]): Promise<void> {
  const context = await presigner.signingContext(900)
  await Promise.all(requests.map(request => presigner.presign(request, context)))
}

async function theirs (requests: readonly ObjectRequest[]): Promise<void> {
  const names = new Set(Object.keys(HEADERS))
  for (const {
    operation,
    object: { key: Key },
    parameters
  } of requests) {
    if (operation === 'UploadPart') {
      await getSignedUrl(
        sdk,
        new UploadPartCommand({
          Bucket: BUCKET,
          Key,
          UploadId: parameters?.uploadId,
          PartNumber: Number(parameters?.partNumber)
        }),
        { expiresIn: 900 }
      )
    } else {
      const command = new PutObjectCommand({
        Bucket: BUCKET,
        Key,
        ContentType: 'audio/mpeg',
        ContentLength: 20_480,
        IfNoneMatch: '*',
        Metadata: { filename: 'dictation.mp3' }
      })
      await getSignedUrl(sdk, command, { expiresIn: 900, signableHeaders: names, unhoistableHeaders: names })
    }
  }
}

interface Cost {
  /** Microseconds of wall clock and of CPU for each URL. */
  readonly wall: number
  readonly cpu: number
  /** Longest time that other work had to wait, in milliseconds. */
  readonly stall: number
}

async function cost (run: () => Promise<void>, urls: number): Promise<Cost> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await setTimeout(SAMPLING_MS)
  delay.reset()
  const before = process.cpuUsage()
  const start = performance.now()
  await run()
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(before)
  await setTimeout(SAMPLING_MS)
  delay.disable()
  return { wall: (1000 * wall) / urls, cpu: (user + system) / urls, stall: delay.max / 1e6 }
}

/** Compares a batch of 100 and 1 000 part URLs with a loop of getSignedUrl. */
export async function benchSigning (): Promise<string> {
  const rows: Array<Array<string | number>> = []
  for (const [name, requests, repeat] of [
    ['batch of 100', puts, 20],
    ['1 000 part URLs', parts, 10]
  ] as const) {
    const urls = requests.length * repeat
    const times = async (run: (requests: readonly ObjectRequest[]) => Promise<void>) => {
      for (let i = 0; i < repeat; i++) await run(requests)
    }
    await times(ours)
    const costs: { ours: Cost[]; theirs: Cost[] } = { ours: [], theirs: [] }
    for (let round = 0; round < ROUNDS; round++) {
      costs.ours.push(await cost(() => times(ours), urls))
      costs.theirs.push(await cost(() => times(theirs), urls))
    }
    const middle = (costs: Cost[], what: keyof Cost) => median(costs.map(cost => cost[what]))
    for (const [who, measured] of Object.entries(costs)) {
      rows.push([
        `${name}, ${who === 'ours' ? 'ours' : 'a loop of getSignedUrl'}`,
        middle(measured, 'cpu').toFixed(1),
        middle(measured, 'wall').toFixed(1),
        (middle(costs.theirs, 'wall') / middle(measured, 'wall')).toFixed(1),
        Math.max(...measured.map(cost => cost.stall)).toFixed(1)
      ])
    }
  }
  return table(['signing', 'CPU µs/URL', 'wall µs/URL', 'times faster', 'longest stall, ms'], rows)
}

/** Compares resident memory after 200 000 and after 2 000 000 URLs. */
export async function benchMemory (): Promise<string> {
  const rss: number[] = []
  let signed = 0
  for (const until of [200_000, 2_000_000]) {
    for (; signed < until; signed += puts.length) await ours(puts)
    global.gc?.()
    rss.push(process.memoryUsage.rss() / 1e6)
  }
  return table(
    ['URLs signed', 'RSS, MB', '× first'],
    [
      ['200 000', rss[0]!.toFixed(0), '1.00'],
      ['2 000 000', rss[1]!.toFixed(0), (rss[1]! / rss[0]!).toFixed(2)]
    ]
  )
}
