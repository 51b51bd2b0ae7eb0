import type { RangeSource } from '../range-source.js'

/** One box of an ISO base media file (ISO/IEC 14496-12 section 4.2); QuickTime calls it an atom. */
export interface Box {
  readonly type: string
  /** Offset of its header in bytes. */
  readonly start: number
  /** Offset of its content. */
  readonly content: number
  /** Offset of the byte after it, as its header claims: possibly beyond the object. */
  readonly end: number
}

/** A stretch of an object, in bytes. */
export interface Extent {
  readonly content: number
  readonly end: number
}

const MAX_BOXES = 10_000
const TO_THE_END = 0
const LONG_SIZE = 1
const HEADER = 8
const LONG_HEADER = 16

/** The boxes side by side in `extent`; ends without a word where no box can be. */
export async function * boxes (source: RangeSource, extent: Extent): AsyncGenerator<Box> {
  let at = extent.content
  for (let count = 0; count < MAX_BOXES && at + HEADER <= extent.end; count += 1) {
    const box = await boxAt(source, at, extent.end)
    if (box === undefined) return
    yield box
    at = box.end
  }
}

/** The first box down the path of types from `extent`, as `'mdia', 'mdhd'`. */
export async function findBox (source: RangeSource, extent: Extent, ...path: string[]): Promise<Box | undefined> {
  const [type, ...deeper] = path
  for await (const box of boxes(source, extent)) {
    if (box.type === type) return deeper.length === 0 ? box : await findBox(source, box, ...deeper)
  }
  return undefined
}

/** The content of a box, `limit` bytes at most. */
export async function readBox (source: RangeSource, box: Extent | undefined, limit: number): Promise<Buffer> {
  return box === undefined ? Buffer.alloc(0) : await source.read(box.content, Math.min(box.end - box.content, limit))
}

/** The box at `start`; one that says no size ends at `limit`. */
export async function boxAt (source: RangeSource, start: number, limit: number): Promise<Box | undefined> {
  return parseBox(await source.read(start, LONG_HEADER), start, limit)
}

function parseBox (header: Buffer, start: number, limit: number): Box | undefined {
  if (header.length < HEADER) return undefined
  const type = header.toString('latin1', 4, 8)
  const short = header.readUInt32BE(0)
  if (short === TO_THE_END) return { type, start, content: start + HEADER, end: limit }
  if (short !== LONG_SIZE) {
    return short < HEADER ? undefined : { type, start, content: start + HEADER, end: start + short }
  }
  const long = header.length < LONG_HEADER ? 0 : Number(header.readBigUInt64BE(8))
  return long < LONG_HEADER ? undefined : { type, start, content: start + LONG_HEADER, end: start + long }
}
