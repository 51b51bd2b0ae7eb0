import type { RangeSource } from '../range-source.js'
import { boxes, readBox } from './boxes.js'

const OFFSET_BOX = 16
const TABLE_HEADER = 16
const MAX_TABLE = 256 * 1024

/**
 * Offset of the last fragment of a track that the random access box at the end of an object lists
 * (`mfra`, ISO/IEC 14496-12 section 8.8.9); undefined where there is none.
 */
export async function readLastOffset (source: RangeSource, trackId: number): Promise<number | undefined> {
  const last = await source.read(source.size - OFFSET_BOX, OFFSET_BOX)
  if (last.length < OFFSET_BOX || last.toString('latin1', 4, 8) !== 'mfro') return undefined
  for await (const box of boxes(source, { content: source.size - last.readUInt32BE(12) + 8, end: source.size })) {
    if (box.type !== 'tfra') continue
    const table = await readBox(source, box, MAX_TABLE)
    if (table.length >= TABLE_HEADER && table.readUInt32BE(4) === trackId) return lastOffset(table)
  }
  return undefined
}

/** Each row has a time, an offset, and three numbers whose widths the header says. */
function lastOffset (table: Buffer): number | undefined {
  const wide = table[0] === 1 ? 8 : 4
  const widths = table[11]!
  const row = 2 * wide + (widths >> 4 & 3) + (widths >> 2 & 3) + (widths & 3) + 3
  const at = TABLE_HEADER + (table.readUInt32BE(12) - 1) * row
  if (at < TABLE_HEADER || at + row > table.length) return undefined
  return wide === 8 ? Number(table.readBigUInt64BE(at + wide)) : table.readUInt32BE(at + wide)
}
