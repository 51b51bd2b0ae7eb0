import { AAC_SAMPLE_RATES, readAacConfig } from './aac-config.js'
import type { AudioInfo } from './audio-schema.js'
import { countFrames, type Frame, type FrameFormat } from './frames.js'
import { MAX_COUNTED } from './mpeg-audio.js'
import { NotAudioError } from './not-audio-error.js'
import type { RangeSource } from './range-source.js'
import { startOfTrailingTags } from './tags.js'

interface Configuration {
  readonly sampleRate: number | undefined
  readonly channels: number | undefined
  readonly coreRate: number
  readonly blocksPerFrame: number
}

const HEADER = 3
const CONFIGURATION = 40
const SAMPLES = 1024
/** The configuration is repeated in many frames, so it is sought in the first of them that are here. */
const PROBE = 16 * 1024

/** Frames of AAC in LOAS: an 11-bit sync word and a length. */
export const LOAS_FRAMES: FrameFormat = { syncByte: 0x56, headerSize: HEADER, frameAt }

/**
 * Reads AAC in LOAS/LATM (ISO/IEC 14496-3 section 1.7), of one program in one layer, as broadcasters send it.
 *
 * @param start offset of the first frame in bytes
 * @throws NotAudioError where no frame says how its sound is coded
 */
export async function readLoas (source: RangeSource, start: number): Promise<AudioInfo> {
  const configuration = findConfiguration(await source.read(start, PROBE))
  if (configuration === undefined) {
    throw new NotAudioError('the content is frames of LOAS without a configuration, not audio')
  }
  const { sampleRate, channels, coreRate, blocksPerFrame } = configuration
  const sound = {
    container: 'aac', codec: 'aac_latm', ...sampleRate && { sampleRate }, ...channels && { channels }
  } as const
  if (source.size - start > MAX_COUNTED) return sound
  const length = await startOfTrailingTags(source) - start
  const block = await source.read(start, length)
  if (block.length < length) return sound
  const { samples, bytes } = countFrames(block, LOAS_FRAMES)
  const duration = samples * blocksPerFrame / coreRate
  return { ...sound, ...duration && { duration, bitRate: Math.round(bytes * 8 / duration) } }
}

function findConfiguration (head: Buffer): Configuration | undefined {
  for (let at = 0; ;) {
    const frame = frameAt(head, at)
    if (frame === undefined) return undefined
    const configuration = readConfiguration(head.subarray(at + HEADER, at + CONFIGURATION))
    if (configuration !== undefined) return configuration
    at += frame.length
  }
}

/** AudioMuxElement with a StreamMuxConfig of version 0, whose AudioSpecificConfig then begins with the third byte. */
function readConfiguration (element: Buffer): Configuration | undefined {
  if (element.length < 6) return undefined
  const header = element.readUInt16BE(0)
  const isNew = header >> 15 === 0
  const isVersion0WithOneTiming = (header >> 13 & 3) === 1
  const hasOneStream = (header & 0x7f) === 0
  const coreRate = AAC_SAMPLE_RATES[element.readUInt16BE(2) >> 7 & 15]
  if (!isNew || !isVersion0WithOneTiming || !hasOneStream || coreRate === undefined) return undefined
  const { sampleRate, channels } = readAacConfig(element.subarray(2))
  return { sampleRate, channels, coreRate, blocksPerFrame: (header >> 7 & 0x3f) + 1 }
}

function frameAt (block: Buffer, offset: number): Frame | undefined {
  if (offset + HEADER > block.length) return undefined
  const header = block.readUIntBE(offset, HEADER)
  const length = header & 0x1fff
  return header >> 13 === 0x2b7 && length > 0 ? { length: HEADER + length, samples: SAMPLES, stream: 0 } : undefined
}
