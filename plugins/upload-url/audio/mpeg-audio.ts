import type { AudioInfo } from './audio-schema.js'
import { countFrames, findChain, type FrameFormat } from './frames.js'
import { freeFormatFrames, MPEG_FRAMES, type MpegFrame } from './mpeg-frame.js'
import { NotAudioError } from './not-audio-error.js'
import type { RangeSource } from './range-source.js'
import { startOfTrailingTags } from './tags.js'
import { readVbrHeader } from './vbr-header.js'

/** A stretch of an object, in bytes. */
export interface Extent {
  readonly start: number
  readonly end: number
}

/** What the frames of a stretch say about it. */
export interface MpegMeasure {
  readonly frame: MpegFrame
  /** In seconds. */
  readonly duration?: number
  /** In bits a second. */
  readonly bitRate?: number
}

interface Stream {
  readonly format: FrameFormat<MpegFrame>
  readonly frame: MpegFrame
  readonly head: Buffer
}

const PROBE = 16 * 1024
const PROBES_AT = [0.25, 0.5, 0.75, 1]
/** Recordings up to this many bytes are counted at once; longer ones when their bit rate varies. */
const SMALL = 320 * 1024
/** Bytes. Shorter recordings are counted whatever their header says: a hole that it knows nothing of would tell. */
const ALWAYS_COUNTED = 128 * 1024
/** Recordings up to this many bytes can be counted within the limits that an inspection has. */
export const MAX_COUNTED = 2 * 1024 * 1024 - 192 * 1024
const MIN_FRAME_LENGTH = 24

/**
 * Reads MP3, and MPEG audio of layers I and II. The duration comes from counting if the object is small, from the Xing
 * or VBRI header if it fits the object, or from the bit rate where it is the same in every place probed.
 *
 * @param start offset of the first frame in bytes
 * @throws NotAudioError where no frame begins
 */
export async function readMpegAudio (source: RangeSource, start: number): Promise<AudioInfo> {
  const measure = await measureMpegAudio(source, start)
  if (measure === undefined) throw new NotAudioError('the content is not MPEG audio')
  const { frame, duration, bitRate } = measure
  const { layer, sampleRate, channels } = frame
  return {
    container: 'mp3', codec: `mp${layer}`, sampleRate, channels, ...duration && { duration }, ...bitRate && { bitRate }
  }
}

/**
 * Measures frames of MPEG audio, wherever they are.
 *
 * @param start offset of the first frame in bytes
 * @param end where the frames end at the latest; at the tags at the end of the object unless given
 * @returns undefined where no frame begins at `start`
 */
export async function measureMpegAudio (
  source: RangeSource, start: number, end?: number
): Promise<MpegMeasure | undefined> {
  const stream = streamAt(await source.read(start, PROBE))
  if (stream === undefined) return undefined
  const { frame, head } = stream
  const vbr = readVbrHeader(head.subarray(0, frame.length), frame)
  const isCounted = (end ?? source.size) - start <= ALWAYS_COUNTED
  if (!isCounted && vbr !== undefined && vbr.frames * MIN_FRAME_LENGTH <= vbr.bytes) {
    const duration = vbr.frames * frame.samples / frame.sampleRate
    const measure = { frame, duration, bitRate: Math.round(vbr.bytes * 8 / duration) }
    if (fits(vbr.bytes, (end ?? source.size) - start)) return measure
    end ??= await startOfTrailingTags(source)
    if (fits(vbr.bytes, end - start)) return measure
  }
  end ??= await startOfTrailingTags(source)
  return { frame, ...await measureFrames(source, { start, end }, stream, vbr !== undefined) }
}

function streamAt (head: Buffer): Stream | undefined {
  const format = MPEG_FRAMES.frameAt(head, 0) === undefined ? freeFormatFrames(head) : MPEG_FRAMES
  const frame = format?.frameAt(head, 0)
  return format && frame && { format, frame, head }
}

/** A truncated object has fewer bytes than its header claims, a spliced one more; tags at its end have a few. */
function fits (claimed: number, there: number): boolean {
  return claimed <= there && there <= claimed * 1.01
}

async function measureFrames (
  source: RangeSource, extent: Extent, stream: Stream, hasVbrHeader: boolean
): Promise<Omit<MpegMeasure, 'frame'>> {
  const bytes = extent.end - extent.start
  const { bitRate } = stream.frame
  if (bytes > SMALL && await isConstantRate(source, extent, stream)) return { duration: bytes * 8 / bitRate, bitRate }
  if (bytes > MAX_COUNTED) return {}
  const block = await source.read(extent.start, bytes)
  if (block.length < bytes) return {}
  const count = countFrames(block, stream.format)
  const { sampleRate, samples } = stream.frame
  const duration = (count.samples - (hasVbrHeader ? samples : 0)) / sampleRate
  return duration > 0 ? { duration, bitRate: Math.round(count.bytes * 8 / duration) } : {}
}

async function isConstantRate (
  source: RangeSource, { start, end }: Extent, { format, frame: first }: Stream
): Promise<boolean> {
  const places = PROBES_AT.map(share => Math.floor(start + (end - start - PROBE) * share))
  for (const place of [start, ...places]) {
    const block = await source.read(place, PROBE)
    let at = findChain(block, 0, format, first.stream)
    if (at === undefined) return false
    while (at + format.headerSize <= block.length) {
      const frame = format.frameAt(block, at)
      if (frame?.stream !== first.stream || frame.bitRate !== first.bitRate) return false
      at += frame.length
    }
  }
  return true
}
