import type { RangeSource } from './range-source.js'

/** The header of an Ogg page (RFC 3533 section 6). */
export interface Page {
  readonly isFirst: boolean
  /** Samples up to the end of the page; undefined where no packet ends on it. */
  readonly granule: number | undefined
  readonly serial: number
  /** Offsets of the page, of its content and of the next page, in bytes. */
  readonly start: number
  readonly payload: number
  readonly end: number
}

const HEADER = 27
const MAX_HEADER = HEADER + 255
const MAX_PAGE = MAX_HEADER + 255 * 255
const IS_FIRST = 2
const NO_GRANULE = -1n

/** The page at `start`; undefined where there is none. */
export async function readPage (source: RangeSource, start: number): Promise<Page | undefined> {
  return parsePage(await source.read(start, MAX_HEADER), 0, start)
}

/** The granule position of the last whole page of a stream, looked for in the last 128 KiB of the object. */
export async function lastGranule (source: RangeSource, serial: number): Promise<number | undefined> {
  const tailStart = Math.max(0, source.size - 2 * MAX_PAGE)
  const tail = await source.read(tailStart, source.size - tailStart)
  for (let at = tail.lastIndexOf('OggS'); at !== -1; at = at === 0 ? -1 : tail.lastIndexOf('OggS', at - 1)) {
    const page = parsePage(tail, at, tailStart + at)
    if (page?.serial === serial && page.granule !== undefined && page.end <= source.size) return page.granule
  }
  return undefined
}

function parsePage (bytes: Buffer, at: number, position: number): Page | undefined {
  const header = bytes.subarray(at, at + MAX_HEADER)
  if (header.length < HEADER || header.toString('latin1', 0, 4) !== 'OggS' || header[4] !== 0) return undefined
  const segments = header[26]!
  if (header.length < HEADER + segments) return undefined
  const granule = header.readBigInt64LE(6)
  const payload = position + HEADER + segments
  return {
    isFirst: (header[5]! & IS_FIRST) !== 0,
    granule: granule === NO_GRANULE ? undefined : Number(granule),
    serial: header.readUInt32LE(14),
    start: position,
    payload,
    end: payload + header.subarray(HEADER, HEADER + segments).reduce((sum, length) => sum + length, 0)
  }
}
