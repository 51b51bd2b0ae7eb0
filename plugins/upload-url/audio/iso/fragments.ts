import { boxes, findBox, readBox, type Box } from './boxes.js'
import { readMovieHeader, type AudioTrack } from './track.js'
import type { RangeSource } from '../range-source.js'

interface Span {
  readonly start: number
  readonly end: number
}

const MAX_RUN = 256 * 1024
const MAX_INDEX = 64 * 1024

/**
 * The duration of a fragmented file in seconds: from the segment index where it covers just this object,
 * else from every fragment, else, when there are too many to visit, from the movie extends header.
 *
 * @param layout where the fragments begin, and the segment index, if there is one
 */
export async function fragmentedDuration (
  source: RangeSource,
  layout: { readonly segmentIndex: Box | undefined, readonly fragments: number | undefined },
  movie: Box,
  track: AudioTrack
): Promise<number | undefined> {
  if (layout.fragments === undefined || track.timescale === 0) return undefined
  const indexed = await indexedDuration(source, layout.segmentIndex, track)
  if (indexed !== undefined) return indexed

  const fallback = await readDefaultDuration(source, movie, track.id)
  const visited = await visitFragments(source, layout.fragments, track.id, fallback)
  if (visited === 'truncated') return undefined
  if (visited !== 'too many') return (visited.end - Math.max(visited.start, track.mediaStart)) / track.timescale
  const extended = await readBox(source, await findBox(source, movie, 'mvex', 'mehd'), 12)
  const { timescale } = await readMovieHeader(source, movie)
  return extended.length < 8 || timescale === 0 ? undefined : versioned(extended, 4) / timescale
}

/** The sum of the segment index (ISO/IEC 14496-12 section 8.16.3), if its segments end where the object does. */
async function indexedDuration (source: RangeSource, box: Box | undefined, track: AudioTrack): Promise<number | undefined> {
  const index = await readBox(source, box, MAX_INDEX)
  const isLong = index[0] === 1
  const table = isLong ? 32 : 24
  if (box === undefined || index.length < table || index.readUInt32BE(4) !== track.id) return undefined
  const timescale = index.readUInt32BE(8)
  const count = index.readUInt16BE(table - 2)
  if (timescale === 0 || index.length < table + count * 12) return undefined
  let end = box.end + (isLong ? Number(index.readBigUInt64BE(20)) : index.readUInt32BE(16))
  let units = 0
  for (let at = table; at < table + count * 12; at += 12) {
    end += index.readUInt32BE(at) & 0x7fffffff
    units += index.readUInt32BE(at + 4)
  }
  const tail = source.size - end
  return tail >= 0 && tail <= MAX_INDEX ? units / timescale : undefined
}

/** Units from the start of the first sample of a track to the end of its last one. */
async function visitFragments (source: RangeSource, start: number, trackId: number, fallback: number): Promise<Span | 'truncated' | 'too many'> {
  let first: number | undefined
  let end = 0
  let reached = start
  for await (const box of boxes(source, { content: start, end: source.size })) {
    if (box.end > source.size) return 'truncated'
    reached = box.end
    if (box.type !== 'moof') continue
    for await (const fragment of boxes(source, box)) {
      if (fragment.type !== 'traf') continue
      const span = await readFragment(source, fragment, trackId, fallback, end)
      first ??= span?.start
      end = span?.end ?? end
    }
  }
  if (source.limitReached) return 'too many'
  return reached === source.size ? { start: first ?? 0, end } : 'truncated'
}

async function readFragment (source: RangeSource, fragment: Box, trackId: number, fallback: number, previousEnd: number): Promise<Span | undefined> {
  const header = await readBox(source, await findBox(source, fragment, 'tfhd'), 32)
  if (header.length < 8 || header.readUInt32BE(4) !== trackId) return undefined
  const decodeTime = await readBox(source, await findBox(source, fragment, 'tfdt'), 12)
  const start = decodeTime.length >= 8 ? versioned(decodeTime, 4) : previousEnd
  let end = start
  for await (const box of boxes(source, fragment)) {
    if (box.type === 'trun') end += runDuration(await readBox(source, box, MAX_RUN), readSampleDuration(header) ?? fallback)
  }
  return { start, end }
}

/** The units that the samples of a track run last (ISO/IEC 14496-12 section 8.8.8). */
function runDuration (run: Buffer, sampleDuration: number): number {
  if (run.length < 8) return 0
  const flags = run.readUIntBE(1, 3)
  const count = run.readUInt32BE(4)
  if ((flags & 0x100) === 0) return count * sampleDuration
  const table = 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0)
  const width = 4 * [0x100, 0x200, 0x400, 0x800].filter(flag => flags & flag).length
  let units = 0
  for (let at = table, sample = 0; sample < count && at + width <= run.length; sample += 1, at += width) units += run.readUInt32BE(at)
  return units
}

/** The default of the fragment (`tfhd`), where it has one. */
function readSampleDuration (header: Buffer): number | undefined {
  const flags = header.readUIntBE(1, 3)
  const at = 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0)
  return flags & 0x8 && at + 4 <= header.length ? header.readUInt32BE(at) : undefined
}

/** The default of the track (`trex`). */
async function readDefaultDuration (source: RangeSource, movie: Box, trackId: number): Promise<number> {
  const extendsBox = await findBox(source, movie, 'mvex')
  if (extendsBox === undefined) return 0
  for await (const box of boxes(source, extendsBox)) {
    const defaults = box.type === 'trex' ? await readBox(source, box, 24) : Buffer.alloc(0)
    if (defaults.length === 24 && defaults.readUInt32BE(4) === trackId) return defaults.readUInt32BE(12)
  }
  return 0
}

/** A number of 4 bytes, or of 8 in version 1 of a box. */
function versioned (box: Buffer, at: number): number {
  if (box[0] !== 1) return box.readUInt32BE(at)
  return box.length < at + 8 ? 0 : Number(box.readBigUInt64BE(at))
}
