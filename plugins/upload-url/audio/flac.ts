import type { AudioInfo } from './audio-schema.js'
import {
  MAX_FLAC_HEADER,
  parseFlacFrame,
  readStreamInformation,
  type FlacFrame,
  type FlacStream
} from './flac-frame.js'
import { NotAudioError } from './not-audio-error.js'
import type { RangeSource } from './range-source.js'

const MAGIC = 4
const BLOCK_HEADER = 4
const STREAM_INFORMATION = 34
const MAX_BLOCKS = 128
const IS_LAST = 0x80
const SYNC_BYTE = 0xff
const MIN_TAIL = 16 * 1024
const MAX_TAIL = 256 * 1024
const DEFAULT_TAIL = 64 * 1024

/**
 * Reads a FLAC file (RFC 9639). How long it is the last frame says: the stream information may not know,
 * where it was written to a pipe, and of a cut file it claims too much.
 *
 * @param start offset of `fLaC` in bytes
 * @throws NotAudioError without stream information, or without a frame
 */
export async function readFlac (source: RangeSource, start: number): Promise<AudioInfo> {
  const stream = readStreamInformation(await source.read(start + MAGIC + BLOCK_HEADER, STREAM_INFORMATION))
  if (stream === undefined) {
    throw new NotAudioError('the content is a FLAC header without stream information, not audio')
  }
  const { sampleRate, channels } = stream
  const first = await firstFrame(source, start, stream)
  if (first === undefined && !source.limitReached) {
    throw new NotAudioError('the content is the headers of a FLAC file without any sound after them')
  }
  const last = first && await lastFrame(source, start, stream)
  const duration = first && last && samplesBetween(first, last, stream) / sampleRate
  return {
    container: 'flac',
    codec: 'flac',
    sampleRate,
    channels,
    ...duration && { duration, bitRate: Math.round((source.size - start) * 8 / duration) }
  }
}

/**
 * Frames count from 0, but for those of a stream that was cut out of a longer one. Where the last one is cut, it does
 * not count.
 */
function samplesBetween (first: FlacFrame, last: FlacFrame, { total }: FlacStream): number {
  const isCut = total > 0 && last.next - first.first < total
  return (isCut ? last.first : last.next) - first.first
}

async function firstFrame (source: RangeSource, start: number, stream: FlacStream): Promise<FlacFrame | undefined> {
  const sound = await endOfBlocks(source, start)
  return sound === undefined ? undefined : parseFlacFrame(await source.read(sound, MAX_FLAC_HEADER), 0, stream)
}

/** Offset of the byte after the blocks of metadata. */
async function endOfBlocks (source: RangeSource, start: number): Promise<number | undefined> {
  let at = start + MAGIC
  for (let count = 0; count < MAX_BLOCKS; count += 1) {
    const header = await source.read(at, BLOCK_HEADER)
    if (header.length < BLOCK_HEADER) return undefined
    at += BLOCK_HEADER + header.readUIntBE(1, 3)
    if (header[0]! & IS_LAST) return at
  }
  return undefined
}

/**
 * The last frame that begins in the tail of the object. Sound may look like a header by chance:
 * a frame counts when it follows another one, or is the only one.
 */
async function lastFrame (source: RangeSource, start: number, stream: FlacStream): Promise<FlacFrame | undefined> {
  const tailSize = stream.maxFrameSize === 0
    ? DEFAULT_TAIL
    : Math.min(Math.max(2 * stream.maxFrameSize, MIN_TAIL), MAX_TAIL)
  const tailStart = Math.max(start, source.size - tailSize)
  const tail = await source.read(tailStart, source.size - tailStart)
  if (tail.length < source.size - tailStart) return undefined
  const ends = new Set<number>()
  let last: FlacFrame | undefined
  for (let at = tail.indexOf(SYNC_BYTE); at !== -1; at = tail.indexOf(SYNC_BYTE, at + 1)) {
    const frame = parseFlacFrame(tail, at, stream)
    if (frame === undefined) continue
    if (ends.size === 0 || ends.has(frame.first)) last = frame
    ends.add(frame.next)
  }
  return last
}
