import { AAC_SAMPLE_RATES } from './aac-config.js'
import type { AudioInfo } from './audio-schema.js'
import { findFrames, startsChain } from './frame-sync.js'
import { COUNTABLE, walkFrames, type FrameLength } from './frame-walk.js'
import type { RangeSource } from './range-source.js'

interface AdtsFrame {
  readonly sampleRate: number
  /** 0 where the configuration is inside the frame. */
  readonly channels: number
  readonly samples: number
  readonly length: number
}

const HEADER = 7
const SAMPLES = 1024
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8]

/** Whether `head` begins with ADTS frames. */
export function beginsWithAdtsFrames (head: Buffer, atEnd: boolean): boolean {
  return startsChain(head, 0, adtsChain(), atEnd)
}

/** The offset in `block` of the first ADTS frame. */
export function findAdtsFrames (block: Buffer, atEnd: boolean): number | undefined {
  return findFrames(block, adtsChain, atEnd)
}

/**
 * Reads AAC in ADTS (ISO/IEC 13818-7 section 6.2). Nothing says how long it is, so only an object
 * small enough to be counted has a known duration.
 *
 * @param start offset of the first frame in bytes
 */
export async function readAdts (source: RangeSource, start: number): Promise<AudioInfo> {
  const { sampleRate, channels } = adtsFrame(await source.read(start, HEADER), 0)!
  const samples = source.size - start <= COUNTABLE ? await countSamples(source, start) : undefined
  const duration = samples && samples / sampleRate
  const bitRate = duration && Math.round((source.size - start) * 8 / duration)
  return { container: 'aac', codec: 'aac', sampleRate, ...channels && { channels }, ...duration && bitRate && { duration, bitRate } }
}

async function countSamples (source: RangeSource, start: number): Promise<number | undefined> {
  let samples = 0
  let last = 0
  const chain = adtsChain()
  const end = await walkFrames(source, start, HEADER, (block, offset) => {
    const length = chain(block, offset)
    if (length === undefined) return undefined
    last = adtsFrame(block, offset)!.samples
    samples += last
    return length
  })
  if (end < source.size) return undefined
  return end === source.size ? samples : samples - last
}

function adtsChain (): FrameLength {
  let sampleRate: number | undefined
  return (block, offset) => {
    const frame = adtsFrame(block, offset)
    if (frame === undefined || (sampleRate ?? frame.sampleRate) !== frame.sampleRate) return undefined
    sampleRate = frame.sampleRate
    return frame.length
  }
}

function adtsFrame (block: Buffer, offset: number): AdtsFrame | undefined {
  if (offset + HEADER > block.length || (block.readUInt16BE(offset) & 0xfff6) !== 0xfff0) return undefined
  const configuration = block.readUInt16BE(offset + 2)
  const sampleRate = AAC_SAMPLE_RATES[configuration >> 10 & 15]
  const length = block.readUIntBE(offset + 3, 3) >> 5 & 0x1fff
  if (sampleRate === undefined || length < HEADER) return undefined
  const blocks = (block[offset + 6]! & 3) + 1
  return { sampleRate, length, samples: blocks * SAMPLES, channels: CHANNELS[configuration >> 6 & 7]! }
}
