import type { RangeSource } from '../range-source.js'
import { boxAt, boxes, findBox, readBox, type Box, type Extent } from './boxes.js'
import { readLastOffset } from './random-access.js'
import { readRuns, type FragmentDefaults } from './runs.js'
import type { Sample } from './samples.js'
import type { AudioTrack } from './track.js'

/** What one movie fragment holds of a track. */
export interface Fragment {
  /** In units of the media; undefined where the fragment does not say it. */
  readonly start: number | undefined
  /** Units that its samples last, those that lie beyond the end of the object left out. */
  readonly duration: number
  readonly samples: readonly Sample[]
}

/** Where the boxes of a fragmented file are. */
export interface FragmentedLayout {
  /** The segment indexes before the first fragment. */
  readonly indexes: readonly Box[]
  /** Offset of the first fragment in bytes. */
  readonly fragments: number
}

const MAX_INDEX = 64 * 1024
const MAX_BOXES_TO_FIRST = 32
/** How much of the end is searched for the last fragment: one second of sound or ten, or with pictures between. */
const TAILS = [64 * 1024, 256 * 1024, 1024 * 1024]
const TYPE_AT = 4
/** What may follow the last segment that an index counts. */
const TRAILERS = new Set(['mfra', 'free', 'skip', 'udta', 'meta', 'uuid'])

/** The first fragment of a file with samples of the track. */
export async function firstFragment (
  source: RangeSource,
  { fragments }: FragmentedLayout,
  track: AudioTrack,
  defaults: FragmentDefaults
): Promise<Fragment | undefined> {
  let count = 0
  for await (const box of boxes(source, { content: fragments, end: source.size })) {
    if (box.type === 'moof') {
      const fragment = await readFragment(source, box, track.id, defaults)
      if (fragment !== undefined && fragment.samples.length > 0) return fragment
    }
    count += 1
    if (count === MAX_BOXES_TO_FIRST) break
  }
  return undefined
}

/**
 * The duration of a fragmented file in seconds: from the segment index where there is one of the whole object,
 * else from the first fragment to the last one, which is found at the end; else from all of them.
 */
export async function fragmentedDuration (
  source: RangeSource,
  layout: FragmentedLayout,
  track: AudioTrack,
  first: Fragment,
  defaults: FragmentDefaults
): Promise<number | undefined> {
  if (track.timescale === 0) return undefined
  const indexed = await indexedDuration(source, layout.indexes, track.id)
  if (indexed !== undefined) return indexed
  const start = track.sampleCount > 0 ? 0 : first.start ?? 0
  const end = await endOfLastFragment(source, layout, track.id, defaults) ??
    await endOfAllFragments(source, layout, track, defaults)
  return end === undefined ? undefined : (end - Math.max(start, track.mediaStart)) / track.timescale
}

/** The sum of the only segment index (ISO/IEC 14496-12 section 8.16.3), if it counts up to the end of the object. */
async function indexedDuration (
  source: RangeSource,
  [box, ...others]: readonly Box[],
  trackId: number
): Promise<number | undefined> {
  const index = await readBox(source, box, MAX_INDEX)
  const isLong = index[0] === 1
  const table = isLong ? 32 : 24
  if (box === undefined || others.length > 0) return undefined
  if (index.length < table || index.readUInt32BE(4) !== trackId) return undefined
  const timescale = index.readUInt32BE(8)
  const count = index.readUInt16BE(table - 2)
  if (timescale === 0 || index.length < table + count * 12) return undefined
  let end = box.end + (isLong ? Number(index.readBigUInt64BE(20)) : index.readUInt32BE(16))
  let units = 0
  for (let at = table; at < table + count * 12; at += 12) {
    end += index.readUInt32BE(at) & 0x7fffffff
    units += index.readUInt32BE(at + 4)
  }
  return await isEndOfMedia(source, end) ? units / timescale : undefined
}

async function isEndOfMedia (source: RangeSource, end: number): Promise<boolean> {
  if (end >= source.size) return end === source.size
  const header = await source.read(end, 8)
  return header.length === 8 && TRAILERS.has(header.toString('latin1', TYPE_AT))
}

/**
 * Where the last fragment with samples of the track ends, in units of the media; undefined where it does not say when
 * it begins.
 */
async function endOfLastFragment (
  source: RangeSource,
  { fragments }: FragmentedLayout,
  trackId: number,
  defaults: FragmentDefaults
): Promise<number | undefined> {
  let searched = source.size
  for (const length of TAILS) {
    const start = Math.max(fragments, source.size - length)
    const tail = await source.read(start, source.size - start)
    if (tail.length < source.size - start) return undefined
    for (let at = tail.lastIndexOf('moof', searched - start); at >= TYPE_AT; at = tail.lastIndexOf('moof', at - 1)) {
      const box = fragmentAt(tail, at - TYPE_AT, start)
      const fragment = box && await readFragment(source, box, trackId, defaults)
      if (fragment === undefined || fragment.samples.length === 0) continue
      return fragment.start === undefined ? undefined : fragment.start + fragment.duration
    }
    if (start === fragments) return undefined
    searched = start + TYPE_AT
    const indexed = await readLastOffset(source, trackId)
    const end = indexed && await endOfFragmentAt(source, indexed, trackId, defaults)
    if (end !== undefined) return end
  }
  return undefined
}

/** The movie fragment at `at` of `bytes`, if one is there: its first box is its header. */
function fragmentAt (bytes: Buffer, at: number, position: number): Box | undefined {
  const size = bytes.readUInt32BE(at)
  if (size < 16 || at + size > bytes.length || bytes.toString('latin1', at + 12, at + 16) !== 'mfhd') return undefined
  return { type: 'moof', start: position + at, content: position + at + 8, end: position + at + size }
}

/** Where the fragment that begins at `start` ends, in units of the media, if it says when it begins. */
async function endOfFragmentAt (
  source: RangeSource,
  start: number,
  trackId: number,
  defaults: FragmentDefaults
): Promise<number | undefined> {
  const box = await boxAt(source, start, source.size)
  const fragment = box?.type === 'moof' ? await readFragment(source, box, trackId, defaults) : undefined
  return fragment?.start === undefined ? undefined : fragment.start + fragment.duration
}

/** Fragments without a decode time are added up, behind the samples of the movie box. */
async function endOfAllFragments (
  source: RangeSource,
  { fragments }: FragmentedLayout,
  track: AudioTrack,
  defaults: FragmentDefaults
): Promise<number | undefined> {
  let end = track.sampleCount > 0 ? track.mediaDuration : 0
  for await (const box of boxes(source, { content: fragments, end: source.size })) {
    const fragment = box.type === 'moof' ? await readFragment(source, box, track.id, defaults) : undefined
    if (fragment !== undefined) end = (fragment.start ?? end) + fragment.duration
  }
  return source.limitReached ? undefined : end
}

async function readFragment (
  source: RangeSource,
  box: Box,
  trackId: number,
  defaults: FragmentDefaults
): Promise<Fragment | undefined> {
  for await (const part of boxes(source, box)) {
    if (part.type !== 'traf') continue
    const header = await readBox(source, await findBox(source, part, 'tfhd'), 40)
    if (header.length < 8 || header.readUInt32BE(4) !== trackId) continue
    return {
      start: await readDecodeTime(source, part),
      ...await readRuns(source, { moof: box, traf: part, header, defaults })
    }
  }
  return undefined
}

async function readDecodeTime (source: RangeSource, part: Extent): Promise<number | undefined> {
  const time = await readBox(source, await findBox(source, part, 'tfdt'), 12)
  if (time.length < (time[0] === 1 ? 12 : 8)) return undefined
  return time[0] === 1 ? Number(time.readBigUInt64BE(4)) : time.readUInt32BE(4)
}
