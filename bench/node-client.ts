// A large file from Node.js: is memory flat, does it survive kill -9, and how fast is it beside curl and the AWS SDK?
// The store and the service are one process, and each client is a process of its own.
//     npx tsx -C fastify-upload-url-source bench/node-client.ts [GIGABYTES]
import { execFile, fork } from 'node:child_process'
import { createHash, randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, openAsBlob } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { createUploader } from '../openapi/client/node.js'
import type { LocalS3 } from '../plugins/local-s3/index.js'
import type { OperationOutput } from '../plugins/upload-url/index.js'
import { createStorage } from '../test/client/storage.js'
import { median, table } from './report.js'
import { startService } from './service.js'

const MB = 1e6
const ROUNDS = 3
const PART_SIZE = 8 * 1024 ** 2
const CONCURRENCY = 4

/** What a client process is given. */
interface Job {
  readonly api: string
  readonly store: LocalS3
  readonly path: string
  /** Where it remembers what is under way. */
  readonly memory: string
}

/** What it says when it is done: its largest memory in bytes. */
interface Done {
  readonly key: string
  readonly maxRss: number
}

function s3Client ({ endpoint, region, credentials }: LocalS3): S3Client {
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true })
}

/** The clients that are compared: each uploads, and returns the key. */
const CLIENTS: Readonly<Record<string, (job: Job) => Promise<string>>> = {
  async 'fastify-upload-url-client' ({ api, path, memory }) {
    const uploader = createUploader({
      baseUrl: api, storage: createStorage(memory), partSize: PART_SIZE, concurrency: CONCURRENCY
    })
    const upload = uploader.upload(await openAsBlob(path), { filename: 'day.wav', lastModified: 1 })
    upload.addEventListener('progress', ({ detail: { sent, total } }) => process.send!(sent / total))
    return (await upload.done).key
  },

  async '@aws-sdk/lib-storage' ({ store, path }) {
    const Key = `uploads/anonymous/${crypto.randomUUID()}`
    await new Upload({
      client: s3Client(store),
      params: { Bucket: store.bucket, Key, Body: createReadStream(path) },
      partSize: PART_SIZE,
      queueSize: CONCURRENCY
    }).done()
    return Key
  },

  async 'curl -T' ({ api, path }) {
    const response = await fetch(`${api}/upload-url?filename=day.wav`)
    const { url, key, headers } = (await response.json()) as OperationOutput<'createUploadUrl'>
    const options = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
    await promisify(execFile)('curl', ['-fsS', '-T', path, ...options, url])
    return key
  }
}

async function run (name: string, job: Job): Promise<void> {
  const key = await CLIENTS[name]!(job)
  process.send!({ key, maxRss: process.resourceUsage().maxRSS * 1024 } satisfies Done)
  process.disconnect!()
}

/** Runs a client to its end, or kills it once so much is uploaded. */
async function upload (name: string, job: Job, killAt = Infinity): Promise<Done | undefined> {
  const child = fork(import.meta.filename, [name, JSON.stringify(job)])
  let done: Done | undefined
  child.on('message', message => {
    if (typeof message === 'object') done = message as Done
    else if (Number(message) >= killAt) child.kill('SIGKILL')
  })
  await once(child, 'exit')
  return done
}

async function makeFile (path: string, size: number): Promise<string> {
  const block = randomFillSync(Buffer.alloc(PART_SIZE))
  const hash = createHash('sha256')
  await pipeline(Readable.from((function * () {
    for (let left = size, count = 0; left > 0; left -= block.length, count += 1) {
      block.writeUInt32BE(count)
      const bytes = Buffer.from(block.subarray(0, left))
      hash.update(bytes)
      yield bytes
    }
  })()), createWriteStream(path))
  return hash.digest('hex')
}

async function storedSha256 (store: LocalS3, key: string): Promise<string> {
  const { Body } = await s3Client(store).send(new GetObjectCommand({ Bucket: store.bucket, Key: key }))
  const hash = createHash('sha256')
  for await (const chunk of Body as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}

async function measure (size: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'node-client-'))
  const service = await startService(join(directory, 'store'))
  try {
    const path = join(directory, 'day.wav')
    const sha256 = await makeFile(path, size)
    const job: Job = { ...service, path, memory: join(directory, 'memory') }
    const seconds = new Map<string, number[]>(Object.keys(CLIENTS).map(name => [name, []]))
    const peaks = new Map<string, number>()
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const name of Object.keys(CLIENTS)) {
        const begun = performance.now()
        const { maxRss } = (await upload(name, job))!
        seconds.get(name)!.push((performance.now() - begun) / 1000)
        peaks.set(name, Math.max(maxRss, peaks.get(name) ?? 0))
      }
    }
    const [ours] = Object.keys(CLIENTS)
    await upload(ours!, job, 0.4)
    const resumed = await upload(ours!, job)
    const isSame = (await storedSha256(job.store, resumed!.key)) === sha256
    const speedOf = (name: string) => size / MB / median(seconds.get(name)!)
    return table(
      [`${size / 1e9} GB from Node.js`, 'MB/s', '× curl', 'peak RSS, MB'],
      Object.keys(CLIENTS).map(name => [
        name,
        Math.round(speedOf(name)),
        (speedOf(name) / speedOf('curl -T')).toFixed(2),
        name === 'curl -T' ? '' : Math.round(peaks.get(name)! / MB)
      ])
    ) + `\n\nKilled at 40 % and run again: ${isSame ? 'the same bytes' : 'OTHER BYTES'}.`
  } finally {
    service.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

const [role = '2', job] = process.argv.slice(2)
if (job === undefined) console.log(await measure(Number(role) * 1e9))
else await run(role, JSON.parse(job) as Job)
