import type { RangeSource } from './range-source.js'

/** One chunk of a RIFF or IFF file: its four-character id, and where its content lies. */
export interface Chunk {
  readonly id: string
  readonly start: number
  /** Size of the content as the header claims it, in bytes. */
  readonly size: number
}

const MAX_CHUNKS = 1000

/**
 * The chunks of a RIFF (little-endian) or IFF (big-endian) file, one after the other, without reading their content.
 *
 * @param start offset of the outermost header (`RIFF`, `FORM`), which is 12 bytes long
 */
export async function * iffChunks (source: RangeSource, start: number, order: 'le' | 'be'): AsyncGenerator<Chunk> {
  let at = start + 12
  for (let count = 0; count < MAX_CHUNKS; count += 1) {
    const header = await source.read(at, 8)
    if (header.length < 8) return
    const size = order === 'le' ? header.readUInt32LE(4) : header.readUInt32BE(4)
    yield { id: header.toString('latin1', 0, 4), start: at + 8, size }
    at += 8 + size + size % 2
  }
}
