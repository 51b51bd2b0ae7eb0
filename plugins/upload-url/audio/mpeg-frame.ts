import type { Frame, FrameFormat } from './frames.js'

/** The header of one MPEG audio frame (ISO/IEC 11172-3 section 2.4.1.3 and 13818-3). */
export interface MpegFrame extends Frame {
  /** 1, 2, or 2.5. */
  readonly version: 1 | 2 | 2.5
  readonly layer: 1 | 2 | 3
  /** In bits a second. */
  readonly bitRate: number
  readonly sampleRate: number
  readonly channels: 1 | 2
}

type MpegFormat = FrameFormat<MpegFrame>

const SYNC_BYTE = 0xff
const HEADER = 4
const VERSIONS = [2.5, undefined, 2, 1] as const
const LAYERS = [undefined, 3, 2, 1] as const
const SAMPLE_RATES = [44_100, 48_000, 32_000]
const KILOBITS = {
  V1L1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  V1L2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  V1L3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  V2L1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  V2L23: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
}
const MONO = 3
const RESERVED_EMPHASIS = 2
/** Bits of a header that never change within a stream: version, layer, sample rate. */
const STREAM_BITS = 0x001e0c00
const IS_MONO = 1
const MAX_FREE_LENGTH = 6000

/** Frames that name their bit rate, as nearly all do. */
export const MPEG_FRAMES: MpegFormat = {
  syncByte: SYNC_BYTE,
  headerSize: HEADER,
  frameAt: (block, offset) => frameAt(block, offset)
}

/** As `MPEG_FRAMES` without layer I, which nobody records in and whose short frames are found in many files. */
export const MPEG_FRAMES_OF_LAYER_2_AND_3: MpegFormat = {
  ...MPEG_FRAMES,
  frameAt: (block, offset) => {
    const frame = frameAt(block, offset)
    return frame?.layer === 1 ? undefined : frame
  }
}

/**
 * Frames of free format, which have one length, but for padding, and do not say which: it is the distance to the
 * next header. Undefined where no frame of free format is at the start of `block`.
 */
export function freeFormatFrames (block: Buffer): MpegFormat | undefined {
  const first = frameAt(block, 0, HEADER)
  if (first === undefined || frameAt(block, 0) !== undefined) return undefined
  const next = (at: number) => block.indexOf(SYNC_BYTE, at)
  for (let at = next(HEADER); at !== -1 && at <= MAX_FREE_LENGTH; at = next(at + 1)) {
    const length = at - paddingOf(block, 0)
    const second = frameAt(block, at, length)
    if (second?.stream !== first.stream || frameAt(block, at) !== undefined) continue
    const isLast = at + second.length === block.length
    if (isLast || frameAt(block, at + second.length, length)?.stream === first.stream) {
      return { ...MPEG_FRAMES, frameAt: (block, offset) => frameAt(block, offset, length) }
    }
  }
  return undefined
}

/**
 * @param freeLength bytes of a frame of free format without padding; frames of free format are none unless given,
 *   and the only ones if given
 */
function frameAt (block: Buffer, offset: number, freeLength?: number): MpegFrame | undefined {
  if (offset + HEADER > block.length) return undefined
  const header = block.readUInt32BE(offset)
  if (header >>> 21 !== 0x7ff || (header & 3) === RESERVED_EMPHASIS) return undefined
  const version = VERSIONS[header >> 19 & 3]
  const layer = LAYERS[header >> 17 & 3]
  const baseRate = SAMPLE_RATES[header >> 10 & 3]
  if (version === undefined || layer === undefined || baseRate === undefined) return undefined
  if (version === 2.5 && layer !== 3) return undefined

  const sampleRate = baseRate / (version === 1 ? 1 : version === 2 ? 2 : 4)
  const samples = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1152
  const slot = layer === 1 ? 4 : 1
  const rateIndex = header >> 12 & 15
  const kilobits = kilobitsOf(version, layer)[rateIndex - 1]
  if (freeLength === undefined ? kilobits === undefined : rateIndex !== 0) return undefined
  const padding = (header >> 9 & 1) * slot
  const bitRate = kilobits === undefined ? freeLength! * 8 * sampleRate / samples : kilobits * 1000
  const length = kilobits === undefined ? freeLength! : Math.floor(samples / 8 / slot * bitRate / sampleRate) * slot
  const channels = (header >> 6 & 3) === MONO ? 1 : 2
  const stream = (header & STREAM_BITS) | (channels === 1 ? IS_MONO : 0)
  return { version, layer, bitRate, sampleRate, samples, length: length + padding, channels, stream }
}

function paddingOf (block: Buffer, offset: number): number {
  return block[offset + 2]! >> 1 & 1
}

function kilobitsOf (version: number, layer: number): readonly number[] {
  if (version === 1) return layer === 1 ? KILOBITS.V1L1 : layer === 2 ? KILOBITS.V1L2 : KILOBITS.V1L3
  return layer === 1 ? KILOBITS.V2L1 : KILOBITS.V2L23
}
