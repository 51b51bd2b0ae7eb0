import { AAC_SAMPLE_RATES } from './aac-config.js'
import { detectAacExtension } from './aac-extension.js'
import type { AudioInfo } from './audio-schema.js'
import { countFrames, type Frame, type FrameFormat } from './frames.js'
import { MAX_COUNTED } from './mpeg-audio.js'
import { NotAudioError } from './not-audio-error.js'
import type { RangeSource } from './range-source.js'
import { startOfTrailingTags } from './tags.js'

interface AdtsFrame extends Frame {
  readonly sampleRate: number
  /** 0 where the configuration is inside the frame. */
  readonly channels: number
  /** Whether it holds one block of AAC LC, and so may hold an extension of its bandwidth. */
  readonly isExtensible: boolean
}

const HEADER = 7
const SAMPLES = 1024
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8]
const LOW_COMPLEXITY = 1
const NO_CHECKSUM = 1
/** MPEG version, profile, sample rate and channels. */
const STREAM_BITS = 0x0008fdc0
const PROBE = 64 * 1024
const PROBED_FRAMES = 64

/** Frames of AAC in ADTS. */
export const ADTS_FRAMES: FrameFormat<AdtsFrame> = { syncByte: 0xff, headerSize: HEADER, frameAt }

/**
 * Reads AAC in ADTS (ISO/IEC 13818-7 section 6.2). Nothing says how long it is, so only an object
 * small enough to be counted has a known duration.
 *
 * @param start offset of the first frame in bytes
 * @throws NotAudioError where no frame begins
 */
export async function readAdts (source: RangeSource, start: number): Promise<AudioInfo> {
  const head = await source.read(start, PROBE)
  const frame = frameAt(head, 0)
  if (frame === undefined) throw new NotAudioError('the content is not AAC in ADTS')
  const measured = await measure(source, start, frame.sampleRate)
  return { container: 'aac', codec: 'aac', ...describeSound(head, frame), ...measured }
}

/** What the decoder puts out: HE-AAC doubles the rate, and its version 2 makes two channels of one. */
function describeSound (head: Buffer, first: AdtsFrame): Pick<AudioInfo, 'sampleRate' | 'channels'> {
  const { hasDoubleRate, hasParametricStereo } = detectAacExtension(extensibleBlocks(head))
  const sampleRate = hasDoubleRate ? first.sampleRate * 2 : first.sampleRate
  const channels = first.channels !== 1 || !hasDoubleRate
    ? first.channels
    : hasParametricStereo === undefined ? undefined : hasParametricStereo ? 2 : 1
  return { sampleRate, ...channels && { channels } }
}

function extensibleBlocks (head: Buffer): readonly Buffer[] {
  const blocks: Buffer[] = []
  let at = 0
  while (blocks.length < PROBED_FRAMES) {
    const frame = frameAt(head, at)
    if (frame === undefined || !frame.isExtensible || at + frame.length > head.length) break
    blocks.push(head.subarray(at + HEADER, at + frame.length))
    at += frame.length
  }
  return blocks
}

async function measure (
  source: RangeSource, start: number, sampleRate: number
): Promise<Pick<AudioInfo, 'duration' | 'bitRate'>> {
  if (source.size - start > MAX_COUNTED) return {}
  const length = await startOfTrailingTags(source) - start
  const block = await source.read(start, length)
  if (block.length < length) return {}
  const { samples, bytes } = countFrames(block, ADTS_FRAMES)
  const duration = samples / sampleRate
  return duration > 0 ? { duration, bitRate: Math.round(bytes * 8 / duration) } : {}
}

function frameAt (block: Buffer, offset: number): AdtsFrame | undefined {
  if (offset + HEADER > block.length || (block.readUInt16BE(offset) & 0xfff6) !== 0xfff0) return undefined
  const header = block.readUInt32BE(offset)
  const sampleRate = AAC_SAMPLE_RATES[header >> 10 & 15]
  const length = block.readUIntBE(offset + 3, 3) >> 5 & 0x1fff
  if (sampleRate === undefined || length <= HEADER) return undefined
  const blocks = (block[offset + 6]! & 3) + 1
  const isExtensible = (header >> 14 & 3) === LOW_COMPLEXITY && (header >> 16 & NO_CHECKSUM) === 1 && blocks === 1
  const channels = CHANNELS[header >> 6 & 7]!
  return { sampleRate, length, samples: blocks * SAMPLES, channels, isExtensible, stream: header & STREAM_BITS }
}
