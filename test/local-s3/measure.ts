/**
 * Prints what the embedded store costs: time to start, memory for a large upload, small PUTs a second.
 * The store runs in a process of its own, so that its memory is nobody else's. Run it with tsx.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createLocalS3 } from '../../plugins/local-s3/index.js'
import { RUN_SOURCE } from '../fixtures/source.js'
import { presignPut, sha256, signingClient } from '../fixtures/presign.js'
import type { Store } from '../fixtures/store.js'

const LARGE = 500 * 1024 * 1024
const SMALL_COUNT = 3000
const WRITERS = 16

const directory = await mkdtemp(join(tmpdir(), 'local-s3-'))
const before = performance.now()
const starting = createLocalS3({ directory })
await starting.start()
console.log(`start                ${(performance.now() - before).toFixed(1)} ms`)
await starting.close()

const child = spawn(
  process.execPath,
  [...RUN_SOURCE, fileURLToPath(new URL('../fixtures/store-process.ts', import.meta.url)), directory],
  { stdio: ['ignore', 'pipe', 'inherit'] }
)
const [line] = (await once(child.stdout, 'data')) as [Buffer]
const store: Store = { ...(JSON.parse(line.toString()) as Store), kind: 'local-s3' }
const agent = new Agent({ keepAlive: true, maxSockets: WRITERS })

/** Highest resident memory of the store's process so far, in MB (Linux only). */
async function peakMemory (): Promise<string> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return (Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024).toFixed(0)
}

async function put (url: string, headers: Record<string, string>, size: number, body: Readable | Buffer): Promise<void> {
  const sent = request(url, { method: 'PUT', agent, headers: { ...headers, 'content-length': size } })
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  if (body instanceof Readable) await pipeline(body, sent)
  else sent.end(body)
  const [response] = await answered
  const text = Buffer.concat(await response.toArray()).toString()
  if (response.statusCode !== 200) throw new Error(text)
}

try {
  console.log(`memory at rest       ${await peakMemory()} MB`)
  const block = Buffer.alloc(1024 * 1024, 'a')
  const blocks = Array.from({ length: LARGE / block.length }, () => block)
  const large = await presignPut(store, 'large', { size: LARGE })
  const largeStart = performance.now()
  await put(large.url, large.headers, LARGE, Readable.from(blocks))
  console.log(
    `500 MB upload        ${((performance.now() - largeStart) / 1000).toFixed(1)} s, peak memory ${await peakMemory()} MB`
  )

  agent.destroy()
  const client = signingClient(store)
  const body = Buffer.alloc(10_000, 'a')
  const small = await Promise.all(
    Array.from(
      { length: SMALL_COUNT },
      async (_, index) => await presignPut(store, `small/${index}`, { size: body.length, sha256: sha256(body) }, client)
    )
  )
  const smallStart = performance.now()
  await Promise.all(small.map(async ({ url, headers }) => await put(url, headers, body.length, body)))
  const seconds = (performance.now() - smallStart) / 1000
  console.log(
    `small PUTs           ${(SMALL_COUNT / seconds).toFixed(0)} a second (10 kB, checksum verified, ${WRITERS} at a time), peak memory ${await peakMemory()} MB`
  )
} finally {
  child.kill()
  agent.destroy()
  await rm(directory, { recursive: true, force: true })
}
