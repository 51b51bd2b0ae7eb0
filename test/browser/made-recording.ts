import { createHash, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Test } from 'tap'

/** A recording on disk. */
export interface MadeRecording {
  readonly name: string
  readonly path: string
  /** In hex. */
  readonly sha256: string
}

const HEADER_SIZE = 44
const SAMPLE_RATE = 16_000
const NOISE = 1024 ** 2

/**
 * Makes a WAV file of noise, 16 kHz mono.
 *
 * @param size in bytes, header and all; even
 */
export async function makeRecording (t: Test, name: string, size: number): Promise<MadeRecording> {
  const path = join(t.testdirName, name)
  const hash = createHash('sha256')
  async function * chunks () {
    yield header(size - HEADER_SIZE)
    const noise = randomBytes(NOISE)
    for (let written = HEADER_SIZE, count = 0; written < size; written += NOISE, count++) {
      noise.writeUInt32LE(count, 0)
      yield Buffer.from(noise.subarray(0, Math.min(NOISE, size - written)))
    }
  }
  await pipeline(chunks, async function * (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      hash.update(chunk)
      yield chunk
    }
  }, createWriteStream(path))
  return { name, path, sha256: hash.digest('hex') }
}

// "Multimedia Programming Interface and Data Specifications 1.0", RIFF WAVE.
function header (dataSize: number): Buffer {
  const bytes = Buffer.alloc(HEADER_SIZE)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(dataSize + HEADER_SIZE - 8, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(SAMPLE_RATE, 24)
  bytes.writeUInt32LE(SAMPLE_RATE * 2, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(dataSize, 40)
  return bytes
}
