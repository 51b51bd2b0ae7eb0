import type { RangeSource } from './range-source.js'

/** The header of an Ogg page (RFC 3533 section 6). */
export interface Page {
  /** Whether a stream begins with it. */
  readonly isFirst: boolean
  /** Samples up to the end of the page; undefined where no packet ends on it. */
  readonly granule: number | undefined
  readonly serial: number
  /** How many packets end on it. */
  readonly packets: number
  /** Offsets of the page, of its content and of the next page, in bytes. */
  readonly start: number
  readonly payload: number
  readonly end: number
}

const MAGIC = 'OggS'
const HEADER = 27
const MAX_HEADER = HEADER + 255
const IS_FIRST = 2
const NO_GRANULE = -1n
const FULL_SEGMENT = 255

/** The page at `start`; undefined where there is none. */
export async function readPage (source: RangeSource, start: number): Promise<Page | undefined> {
  return parsePage(await source.read(start, MAX_HEADER), 0, start)
}

/**
 * The whole pages in `bytes`, which begin at `position` of the object, wherever they are, from the last to the first.
 */
export function * pagesFromEnd (bytes: Buffer, position: number): Generator<Page> {
  let limit = bytes.length
  for (let at = bytes.lastIndexOf(MAGIC); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(MAGIC, at - 1)) {
    const page = parsePage(bytes, at, position + at)
    if (page === undefined || page.end > position + limit) continue
    yield page
    limit = at
  }
}

/** The pages in `bytes`, which begin at `position` of the object, from the first on: also one that is cut. */
export function * pagesFrom (bytes: Buffer, position: number): Generator<Page> {
  for (let at = bytes.indexOf(MAGIC); at !== -1; at = bytes.indexOf(MAGIC, at + 1)) {
    const page = parsePage(bytes, at, position + at)
    if (page !== undefined) yield page
  }
}

function parsePage (bytes: Buffer, at: number, position: number): Page | undefined {
  const header = bytes.subarray(at, at + MAX_HEADER)
  if (header.length < HEADER || header.toString('latin1', 0, 4) !== MAGIC || header[4] !== 0) return undefined
  const segments = header.subarray(HEADER, HEADER + header[26]!)
  if (segments.length < header[26]!) return undefined
  const granule = header.readBigInt64LE(6)
  const payload = position + HEADER + segments.length
  return {
    isFirst: (header[5]! & IS_FIRST) !== 0,
    granule: granule === NO_GRANULE ? undefined : Number(granule),
    serial: header.readUInt32LE(14),
    packets: segments.filter(length => length < FULL_SEGMENT).length,
    start: position,
    payload,
    end: payload + segments.reduce((sum, length) => sum + length, 0)
  }
}
