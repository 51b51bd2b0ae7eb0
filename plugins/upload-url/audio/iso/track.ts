import type { RangeSource } from '../range-source.js'
import { boxes, findBox, readBox, type Box } from './boxes.js'
import { readSampleEntry, type SampleEntry } from './sample-entry.js'

/** An audio track, as the movie box describes it. */
export interface AudioTrack {
  readonly id: number
  readonly entry: SampleEntry
  /** The tables of its samples; undefined in a damaged file. */
  readonly tables: Box | undefined
  /** How many samples the tables hold: none where all are in fragments. */
  readonly sampleCount: number
  /** Units of the media a second; 0 when unknown. */
  readonly timescale: number
  /** Length of the media without edits, in units of the media; 0 when unknown. */
  readonly mediaDuration: number
  /** Where in the media the recording begins, in units of the media: encoders need a run-up. */
  readonly mediaStart: number
  /** Length after editing, in units of the movie; 0 when unknown. */
  readonly movieDuration: number
}

interface Times {
  readonly timescale: number
  readonly duration: number
}

interface Edits {
  readonly mediaStart: number
  /** Of the media that is shown, without the silence that may come before it; in units of the movie. */
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

/** Units of the movie a second, as its header (`mvhd`) says; 0 when unknown. */
export async function readMovieTimescale (source: RangeSource, movie: Box): Promise<number> {
  return readTimes(await readBox(source, await findBox(source, movie, 'mvhd'), MAX_HEADER)).timescale
}

async function readTrack (source: RangeSource, track: Box): Promise<AudioTrack> {
  const header = readTrackHeader(await readBox(source, await findBox(source, track, 'tkhd'), MAX_HEADER))
  const edits = readEdits(await readBox(source, await findBox(source, track, 'edts', 'elst'), MAX_HEADER))
  const media = readTimes(await readBox(source, await findBox(source, track, 'mdia', 'mdhd'), MAX_HEADER))
  const tables = await findBox(source, track, 'mdia', 'minf', 'stbl')
  const description = tables && await readBox(source, await findBox(source, tables, 'stsd'), MAX_SAMPLE_ENTRY)
  const entry = readSampleEntry(description ?? Buffer.alloc(0))
  return {
    id: header.id,
    entry: { ...entry, sampleRate: entry.sampleRate || media.timescale },
    tables,
    sampleCount: tables === undefined ? 0 : await readSampleCount(source, tables),
    timescale: media.timescale,
    mediaDuration: media.duration,
    mediaStart: edits.mediaStart,
    movieDuration: edits.duration || header.duration
  }
}

/** `stsz` and `stz2` begin alike: version and flags, the size of each sample, how many there are. */
async function readSampleCount (source: RangeSource, tables: Box): Promise<number> {
  for await (const box of boxes(source, tables)) {
    if (box.type !== 'stsz' && box.type !== 'stz2') continue
    const sizes = await readBox(source, box, 12)
    return sizes.length < 12 ? 0 : sizes.readUInt32BE(8)
  }
  return 0
}

/** `mvhd` and `mdhd` begin alike: version and flags, two dates, timescale, duration. */
function readTimes (header: Buffer): Times {
  const isLong = header[0] === 1
  if (header.length < (isLong ? 32 : 20)) return { timescale: 0, duration: 0 }
  return isLong
    ? { timescale: header.readUInt32BE(20), duration: long(header, 24) }
    : { timescale: header.readUInt32BE(12), duration: short(header, 16) }
}

function readTrackHeader (header: Buffer): { readonly id: number, readonly duration: number } {
  const isLong = header[0] === 1
  if (header.length < (isLong ? 36 : 24)) return { id: 0, duration: 0 }
  return isLong
    ? { id: header.readUInt32BE(20), duration: long(header, 28) }
    : { id: header.readUInt32BE(12), duration: short(header, 20) }
}

/** The edits that are not empty (ISO/IEC 14496-12 section 8.6.6): where the first one begins, and their sum. */
function readEdits (edits: Buffer): Edits {
  const isLong = edits[0] === 1
  const size = isLong ? 20 : 12
  let mediaStart: number | undefined
  let duration = 0
  for (let at = 8; at + size <= edits.length; at += size) {
    const time = isLong ? Number(edits.readBigInt64BE(at + 8)) : edits.readInt32BE(at + 4)
    if (time < 0) continue
    mediaStart ??= time
    duration += isLong ? long(edits, at) : short(edits, at)
  }
  return { mediaStart: mediaStart ?? 0, duration }
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
