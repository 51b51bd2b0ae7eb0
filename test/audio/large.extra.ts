// Recordings of two gigabytes are inspected by a few ranged reads, counted on the way to the store.
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import t from 'tap'
import { behindFaults } from '../fixtures/faulty-store.js'
import { startStore } from '../fixtures/store.js'
import { appFor } from '../fixtures/uploads-to.js'

const SIZE = 2 * 1024 ** 3
const MEGABYTE = 1024 ** 2
const MOST_READS = 20
const MOST_BYTES = 2 * MEGABYTE

/** A 16 kHz mono recording of silence, with a header as long recordings have it. */
async function * wav (): AsyncGenerator<Buffer> {
  const header = Buffer.alloc(44)
  header.write('RIFF')
  header.writeUInt32LE(SIZE - 8, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(16_000, 24)
  header.writeUInt32LE(32_000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(SIZE - 44, 40)
  yield header
  yield * filledUp(Buffer.alloc(MEGABYTE), SIZE - header.length)
}

/** The same seconds of speech again and again. */
async function * mp3 (): AsyncGenerator<Buffer> {
  yield * filledUp(await readFile('test/fixtures/audio/dictation.mp3'), SIZE)
}

function * filledUp (chunk: Buffer, bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left)
}

for (const [extension, bytes] of [
  ['wav', wav],
  ['mp3', mp3]
] as const) {
  t.test(`2 GB of ${extension} take at most 20 reads of 2 MB together`, async t => {
    const store = await startStore(t)
    const { url, headers, key } = await (
      await appFor(t, store)
    ).uploads.createUploadUrl({ filename: `court.${extension}`, size: SIZE }, { owner: 'alice' })
    const request: RequestInit & { duplex: 'half' } = {
      method: 'PUT',
      headers: { ...headers, 'content-length': String(SIZE) },
      body: Readable.toWeb(Readable.from(bytes())) as ReadableStream,
      duplex: 'half'
    }
    t.equal((await fetch(url, request)).status, 200)

    const reads: number[] = []
    const counted = await behindFaults(t, store, {
      kind: 'lost',
      of: ({ method, headers: { range } }) => {
        const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
        if (method === 'GET') reads.push(end === undefined ? SIZE : Number(end) - Number(start) + 1)
        return false
      }
    })
    const status = await (await appFor(t, counted)).uploads.getUploadStatus({ key, inspect: true }, { owner: 'alice' })
    t.match(status, { status: 'uploaded', size: SIZE, audio: { container: extension } })
    const sum = reads.reduce((one, other) => one + other, 0)
    t.comment(
      `${extension}: ${reads.length} reads, ${sum} bytes, duration ${'audio' in status && status.audio?.duration}`
    )
    t.ok(reads.length > 0 && reads.length <= MOST_READS, `${reads.length} reads`)
    t.ok(sum <= MOST_BYTES, `${sum} bytes`)
  })
}
