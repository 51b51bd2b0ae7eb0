import type { RangeSource } from './range-source.js'

/** One chunk of a RIFF or IFF file: its four-character id, and where its content lies. */
export interface Chunk {
  readonly id: string
  readonly start: number
  /** Size of the content as the header claims it, in bytes. */
  readonly size: number
}

const MAX_CHUNKS = 1000
const HEADER = 8
const CHUNK_ID = /^[\x20-\x7e]{4}$/

/**
 * The chunks of a RIFF (little-endian) or IFF (big-endian) file, one after the other, without reading their content.
 * A chunk of odd size is followed by a byte of padding, which some programs forget.
 *
 * @param start offset of the outermost header (`RIFF`, `FORM`), which is 12 bytes long
 */
export async function * iffChunks (source: RangeSource, start: number, order: 'le' | 'be'): AsyncGenerator<Chunk> {
  let at = start + 12
  let mayBePadded = false
  for (let count = 0; count < MAX_CHUNKS; count += 1) {
    const bytes = await source.read(at, HEADER + 1)
    const isPadded = mayBePadded && (CHUNK_ID.test(idOf(bytes, 1)) || !CHUNK_ID.test(idOf(bytes, 0)))
    const header = bytes.subarray(isPadded ? 1 : 0)
    if (header.length < HEADER) return
    const size = order === 'le' ? header.readUInt32LE(4) : header.readUInt32BE(4)
    const content = at + HEADER + (isPadded ? 1 : 0)
    yield { id: idOf(header, 0), start: content, size }
    at = content + size
    mayBePadded = size % 2 === 1
  }
}

function idOf (bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 4)
}
