/** The header of one MPEG audio frame (ISO/IEC 11172-3 section 2.4.1.3 and 13818-3). */
export interface MpegFrame {
  /** 1, 2, or 2.5. */
  readonly version: 1 | 2 | 2.5
  readonly layer: 1 | 2 | 3
  /** In bits a second. */
  readonly bitRate: number
  readonly sampleRate: number
  readonly channels: 1 | 2
  /** Sample frames in the frame. */
  readonly samples: number
  /** Bytes of the frame with its header. */
  readonly length: number
}

/** Bytes of a frame header. */
export const MPEG_HEADER = 4

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

/** The frame whose header is at `offset`; undefined where there is none, or one of free format. */
export function mpegFrame (block: Buffer, offset: number): MpegFrame | undefined {
  if (offset + MPEG_HEADER > block.length) return undefined
  const header = block.readUInt32BE(offset)
  if (header >>> 21 !== 0x7ff) return undefined
  const version = VERSIONS[header >> 19 & 3]
  const layer = LAYERS[header >> 17 & 3]
  const baseRate = SAMPLE_RATES[header >> 10 & 3]
  if (version === undefined || layer === undefined || baseRate === undefined) return undefined
  const kilobits = kilobitsOf(version, layer)[(header >> 12 & 15) - 1]
  if (kilobits === undefined) return undefined

  const bitRate = kilobits * 1000
  const sampleRate = baseRate / (version === 1 ? 1 : version === 2 ? 2 : 4)
  const samples = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1152
  const slot = layer === 1 ? 4 : 1
  const padding = header >> 9 & 1
  const length = (Math.floor(samples / 8 / slot * bitRate / sampleRate) + padding) * slot
  return { version, layer, bitRate, sampleRate, samples, length, channels: (header >> 6 & 3) === MONO ? 1 : 2 }
}

/** Whether two frames can belong to one stream: only bit rate, padding and stereo mode may change on the way. */
export function sameStream (a: MpegFrame, b: MpegFrame): boolean {
  return a.version === b.version && a.layer === b.layer && a.sampleRate === b.sampleRate
}

function kilobitsOf (version: number, layer: number): readonly number[] {
  if (version === 1) return layer === 1 ? KILOBITS.V1L1 : layer === 2 ? KILOBITS.V1L2 : KILOBITS.V1L3
  return layer === 1 ? KILOBITS.V2L1 : KILOBITS.V2L23
}
