import type { AudioInfo } from './audio-schema.js'
import { findFrames, startsChain } from './frame-sync.js'
import { COUNTABLE, walkFrames, type FrameLength } from './frame-walk.js'
import { MPEG_HEADER, mpegFrame, sameStream, type MpegFrame } from './mpeg-frame.js'
import type { RangeSource } from './range-source.js'
import { readVbrHeader } from './vbr-header.js'

interface Extent {
  readonly start: number
  readonly end: number
}

const SAMPLE = 16 * 1024
const SAMPLES_AT = [0.25, 0.5, 0.75, 1]
const ID3V1 = 128

/** Whether `head` begins with frames of MPEG audio. */
export function beginsWithMpegFrames (head: Buffer, atEnd: boolean): boolean {
  return startsChain(head, 0, mpegChain(), atEnd)
}

/** The offset in `block` of the first frame of MPEG audio. */
export function findMpegFrames (block: Buffer, atEnd: boolean): number | undefined {
  return findFrames(block, mpegChain, atEnd)
}

/**
 * Reads MP3, and MPEG audio of layers I and II. The duration comes from the Xing or VBRI header if it fits the
 * object, from counting if the object is small, or from the bit rate where it is the same in every sample taken.
 *
 * @param start offset of the first frame in bytes
 */
export async function readMpegAudio (source: RangeSource, start: number): Promise<AudioInfo> {
  const head = await source.read(start, SAMPLE)
  const frame = mpegFrame(head, 0)!
  const extent = { start, end: await endOfFrames(source) }
  const { sampleRate, channels } = frame
  const duration = await durationOf(source, extent, frame, head)
  const bitRate = duration && Math.round((extent.end - extent.start) * 8 / duration)
  return { container: 'mp3', codec: `mp${frame.layer}`, sampleRate, channels, ...duration && bitRate && { duration, bitRate } }
}

async function durationOf (source: RangeSource, extent: Extent, frame: MpegFrame, head: Buffer): Promise<number | undefined> {
  const bytes = extent.end - extent.start
  const vbr = readVbrHeader(head.subarray(0, frame.length), frame)
  if (vbr !== undefined && fits(vbr.bytes, bytes)) return vbr.frames * frame.samples / frame.sampleRate
  if (bytes <= COUNTABLE) return await countedDuration(source, extent, frame)
  return await isConstantRate(source, extent, frame) ? bytes * 8 / frame.bitRate : undefined
}

/** A truncated object has fewer bytes than its header claims, a spliced one many more; tags at its end have a few. */
function fits (claimed: number, there: number): boolean {
  return claimed <= there && there <= claimed * 1.05 + 4096
}

async function countedDuration (source: RangeSource, { start, end }: Extent, first: MpegFrame): Promise<number | undefined> {
  let frames = 0
  const chain = mpegChain(first)
  const stopped = await walkFrames(source, start, MPEG_HEADER, (block, offset) => {
    const length = chain(block, offset)
    if (length !== undefined) frames += 1
    return length
  })
  if (stopped < end) return undefined
  return (stopped === end ? frames : frames - 1) * first.samples / first.sampleRate
}

async function isConstantRate (source: RangeSource, { start, end }: Extent, first: MpegFrame): Promise<boolean> {
  const places = SAMPLES_AT.map(share => Math.floor(start + (end - start - SAMPLE) * share))
  for (const place of [start, ...places]) {
    const block = await source.read(place, Math.min(SAMPLE, end - place))
    const offset = findFrames(block, () => mpegChain(first), false)
    if (offset === undefined) return false
    for (let at = offset; ;) {
      const frame = mpegFrame(block, at)
      if (frame === undefined) break
      if (frame.bitRate !== first.bitRate) return false
      at += frame.length
    }
  }
  return true
}

/** Where the frames end: at the end of the object, or at its ID3v1 tag. */
async function endOfFrames (source: RangeSource): Promise<number> {
  const tag = source.size - ID3V1
  return (await source.read(tag, 3)).toString('latin1') === 'TAG' ? tag : source.size
}

function mpegChain (first?: MpegFrame): FrameLength {
  return (block, offset) => {
    const frame = mpegFrame(block, offset)
    if (frame === undefined || (first !== undefined && !sameStream(first, frame))) return undefined
    first = frame
    return frame.length
  }
}
