import { boxes, findBox, readBox, type Box } from './boxes.js'
import { readSampleEntry } from './sample-entry.js'
import type { RangeSource } from '../range-source.js'

/** An audio track, as the movie box describes it. */
export interface AudioTrack {
  readonly id: number
  readonly codec: string
  readonly sampleRate: number | undefined
  readonly channels: number | undefined
  /** Units of the media a second. */
  readonly timescale: number
  /** Length after editing, in units of the movie; 0 when unknown. */
  readonly movieDuration: number
  /** Length of the media without edits, in seconds; undefined when unknown. */
  readonly mediaDuration: number | undefined
  /** Where in the media the recording begins, in units of the media: encoders need a run-up. */
  readonly mediaStart: number
}

/** The clock of the whole movie. */
export interface MovieHeader {
  /** Units of the movie a second. */
  readonly timescale: number
}

interface Times {
  readonly timescale: number
  readonly duration: number
}

const MAX_TRACKS = 64
const MAX_HEADER = 128
const MAX_SAMPLE_ENTRY = 4096

/** The first audio track of a movie. */
export async function findAudioTrack (source: RangeSource, movie: Box): Promise<AudioTrack | undefined> {
  let tracks = 0
  for await (const box of boxes(source, movie)) {
    if (box.type !== 'trak') continue
    const handler = await readBox(source, await findBox(source, box, 'mdia', 'hdlr'), 12)
    if (handler.toString('latin1', 8, 12) === 'soun') return await readTrack(source, box)
    tracks += 1
    if (tracks === MAX_TRACKS) break
  }
  return undefined
}

/** The clock of a movie (`mvhd`). */
export async function readMovieHeader (source: RangeSource, movie: Box): Promise<MovieHeader> {
  const { timescale } = readTimes(await readBox(source, await findBox(source, movie, 'mvhd'), MAX_HEADER))
  return { timescale }
}

async function readTrack (source: RangeSource, track: Box): Promise<AudioTrack> {
  const [header, media, edits, description] = [
    await readBox(source, await findBox(source, track, 'tkhd'), MAX_HEADER),
    readTimes(await readBox(source, await findBox(source, track, 'mdia', 'mdhd'), MAX_HEADER)),
    await readBox(source, await findBox(source, track, 'edts', 'elst'), MAX_HEADER),
    await readBox(source, await findBox(source, track, 'mdia', 'minf', 'stbl', 'stsd'), MAX_SAMPLE_ENTRY)
  ]
  const mediaStart = readMediaStart(edits)
  const { timescale } = media
  return {
    ...readSampleEntry(description),
    ...readTrackHeader(header),
    timescale,
    mediaStart,
    mediaDuration: timescale > 0 && media.duration > mediaStart ? (media.duration - mediaStart) / timescale : undefined
  }
}

/** `mvhd` and `mdhd` begin alike: version and flags, two dates, timescale, duration. */
function readTimes (header: Buffer): Times {
  const isLong = header[0] === 1
  if (header.length < (isLong ? 32 : 20)) return { timescale: 0, duration: 0 }
  return isLong
    ? { timescale: header.readUInt32BE(20), duration: long(header, 24) }
    : { timescale: header.readUInt32BE(12), duration: short(header, 16) }
}

function readTrackHeader (header: Buffer): { readonly id: number, readonly movieDuration: number } {
  const isLong = header[0] === 1
  if (header.length < (isLong ? 36 : 24)) return { id: 0, movieDuration: 0 }
  return isLong
    ? { id: header.readUInt32BE(20), movieDuration: long(header, 28) }
    : { id: header.readUInt32BE(12), movieDuration: short(header, 20) }
}

/** The media time of the first edit that is not an empty one (ISO/IEC 14496-12 section 8.6.6). */
function readMediaStart (edits: Buffer): number {
  const isLong = edits[0] === 1
  const size = isLong ? 20 : 12
  for (let at = 8; at + size <= edits.length; at += size) {
    const time = isLong ? Number(edits.readBigInt64BE(at + 8)) : edits.readInt32BE(at + 4)
    if (time >= 0) return time
  }
  return 0
}

/** A duration whose bits are all set is one that nobody knew. */
function short (bytes: Buffer, at: number): number {
  const value = bytes.readUInt32BE(at)
  return value === 0xffffffff ? 0 : value
}

function long (bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64BE(at)
  return value === 0xffffffffffffffffn ? 0 : Number(value)
}
