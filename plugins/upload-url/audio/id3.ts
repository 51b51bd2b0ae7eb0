import type { RangeSource } from './range-source.js'

const HEADER = 10
const HAS_FOOTER = 0x10
const MAX_TAGS = 8

/**
 * The offset of the first byte after the ID3v2 tags at the start of an object (id3.org, ID3v2.4.0 section 3.1),
 * however large their pictures are: 0 where there is none.
 */
export async function endOfId3 (source: RangeSource): Promise<number> {
  let at = 0
  for (let count = 0; count < MAX_TAGS; count += 1) {
    const length = id3Length(await source.read(at, HEADER))
    if (length === undefined) break
    at += length
  }
  return at
}

function id3Length (header: Buffer): number | undefined {
  if (header.length < HEADER || header.toString('latin1', 0, 3) !== 'ID3') return undefined
  const size = header.subarray(6, 10)
  if (header[3] === 0xff || header[4] === 0xff || size.some(byte => byte > 0x7f)) return undefined
  const content = size.reduce((sum, byte) => sum * 128 + byte, 0)
  return HEADER + content + (header[5]! & HAS_FOOTER ? HEADER : 0)
}
