import type { RangeSource } from './range-source.js'

const ID3_HEADER = 10
const HAS_FOOTER = 0x10
const APE_FOOTER = 32
const HAS_APE_HEADER = 0x80000000
const IS_APE_HEADER = 0x20000000
const ID3V1 = 128
const ID3V1_EXTENSION = 227
const LYRICS3_V1 = 5100
const LYRICS3_V2_END = 15
const MAX_TAGS = 8

/**
 * The offset of the first byte behind the tags at the start of an object, however large their pictures are:
 * ID3v2 (id3.org, ID3v2.4.0 section 3.1) and APEv2. 0 where there are none.
 */
export async function endOfLeadingTags (source: RangeSource): Promise<number> {
  let at = 0
  for (let count = 0; count < MAX_TAGS; count += 1) {
    const header = await source.read(at, APE_FOOTER)
    const length = id3Length(header) ?? leadingApeLength(header)
    if (length === undefined) break
    at += length
  }
  return at
}

/**
 * The offset at which the tags at the end of an object begin: ID3v1, APEv2, Lyrics3 and ID3v2.4 with a footer,
 * in any order. The size of the object where there are none.
 */
export async function startOfTrailingTags (source: RangeSource): Promise<number> {
  let end = source.size
  for (let count = 0; count < MAX_TAGS; count += 1) {
    const from = Math.max(0, end - ID3V1)
    const tail = await source.read(from, end - from)
    const length = id3v1Length(tail) ?? trailingApeLength(tail) ?? id3FooterLength(tail) ??
      await lyricsLength(source, tail, end)
    if (length === undefined || length > end) break
    end -= length
  }
  const extension = Math.max(0, end - ID3V1_EXTENSION)
  return end < source.size && startsWith(await source.read(extension, 4), 'TAG+') ? extension : end
}

function id3Length (header: Buffer): number | undefined {
  if (header.length < ID3_HEADER || !startsWith(header, 'ID3')) return undefined
  if (header[3] === 0xff || header[4] === 0xff) return undefined
  const content = syncSafe(header, 6)
  return content === undefined ? undefined : ID3_HEADER + content + (header[5]! & HAS_FOOTER ? ID3_HEADER : 0)
}

function id3FooterLength (tail: Buffer): number | undefined {
  const at = tail.length - ID3_HEADER
  if (at < 0 || tail.toString('latin1', at, at + 3) !== '3DI') return undefined
  const content = syncSafe(tail, at + 6)
  return content === undefined ? undefined : content + 2 * ID3_HEADER
}

function id3v1Length (tail: Buffer): number | undefined {
  return tail.length === ID3V1 && startsWith(tail, 'TAG') ? ID3V1 : undefined
}

function leadingApeLength (header: Buffer): number | undefined {
  if (header.length < APE_FOOTER || !startsWith(header, 'APETAGEX')) return undefined
  return header.readUInt32LE(20) & IS_APE_HEADER ? APE_FOOTER + header.readUInt32LE(12) : undefined
}

function trailingApeLength (tail: Buffer): number | undefined {
  const footer = tail.subarray(-APE_FOOTER)
  if (footer.length < APE_FOOTER || !startsWith(footer, 'APETAGEX')) return undefined
  return footer.readUInt32LE(12) + (footer.readUInt32LE(20) & HAS_APE_HEADER ? APE_FOOTER : 0)
}

async function lyricsLength (source: RangeSource, tail: Buffer, end: number): Promise<number | undefined> {
  const text = tail.toString('latin1')
  const size = /(\d{6})LYRICS200$/.exec(text)
  if (size !== null) return Number(size[1]) + LYRICS3_V2_END
  if (!text.endsWith('LYRICSEND')) return undefined
  const from = Math.max(0, end - LYRICS3_V1)
  const start = (await source.read(from, end - from)).indexOf('LYRICSBEGIN', 0, 'latin1')
  return start === -1 ? undefined : end - from - start
}

/** A number of 28 bits, 7 of them a byte. */
function syncSafe (bytes: Buffer, at: number): number | undefined {
  const digits = bytes.subarray(at, at + 4)
  return digits.some(byte => byte > 0x7f) ? undefined : digits.reduce((sum, byte) => sum * 128 + byte, 0)
}

function startsWith (bytes: Buffer, id: string): boolean {
  return bytes.toString('latin1', 0, id.length) === id
}
