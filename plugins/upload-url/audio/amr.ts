import type { AudioInfo } from './audio-schema.js'
import { COUNTABLE, walkFrames } from './frame-walk.js'
import { NotAudioError } from './not-audio-error.js'
import type { RangeSource } from './range-source.js'

interface Variant {
  readonly magic: string
  readonly codec: string
  readonly sampleRate: number
  /** Bytes of a frame with its header, by frame type; 0 for the types reserved. */
  readonly frameSizes: readonly number[]
  readonly multichannel: boolean
}

const NARROW = { codec: 'amr_nb', sampleRate: 8000, frameSizes: [13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1] }
const WIDE = { codec: 'amr_wb', sampleRate: 16000, frameSizes: [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1] }

const VARIANTS: readonly Variant[] = [
  { magic: '#!AMR\n', multichannel: false, ...NARROW },
  { magic: '#!AMR-WB\n', multichannel: false, ...WIDE },
  { magic: '#!AMR_MC1.0\n', multichannel: true, ...NARROW },
  { magic: '#!AMR-WB_MC1.0\n', multichannel: true, ...WIDE }
]
const FRAMES_A_SECOND = 50
const PADDING_BITS = 0x83

/**
 * Reads an AMR or AMR-WB file (RFC 4867, section 5). Frames differ in size, so only a file
 * small enough to be counted has a known duration.
 *
 * @param start offset of `#!AMR` in bytes
 * @throws NotAudioError when no frame follows the magic number
 */
export async function readAmr (source: RangeSource, start: number): Promise<AudioInfo> {
  const head = await source.read(start, 19)
  const variant = VARIANTS.find(({ magic }) => head.toString('latin1', 0, magic.length) === magic)
  if (variant === undefined) throw new NotAudioError('the bytes begin like AMR, but are of no known variant')
  const { magic, multichannel, codec, sampleRate } = variant
  const first = start + magic.length + (multichannel ? 4 : 0)
  const channels = multichannel && head.length >= magic.length + 4 ? head.readUInt8(magic.length + 3) & 0x0f : 1

  if (!await beginsWithFrame(source, first, variant)) throw new NotAudioError('the bytes begin like AMR, but no frame of sound follows')
  const frames = source.size - first <= COUNTABLE ? await countFrames(source, first, variant) : undefined
  return { container: 'amr', codec, sampleRate, channels, ...frames && { duration: frames / channels / FRAMES_A_SECOND } }
}

/** Whether a whole frame is at `start`, and another one, or the end of the object, after it. */
async function beginsWithFrame (source: RangeSource, start: number, variant: Variant): Promise<boolean> {
  const block = await source.read(start, 64)
  const size = block.length > 0 ? frameSize(variant, block, 0) : undefined
  if (size === undefined || start + size > source.size) return false
  return start + size === source.size || frameSize(variant, block, size) !== undefined
}

async function countFrames (source: RangeSource, start: number, variant: Variant): Promise<number | undefined> {
  let frames = 0
  const end = await walkFrames(source, start, 1, (block, offset) => {
    const size = frameSize(variant, block, offset)
    if (size !== undefined) frames += 1
    return size
  })
  if (end < source.size) return undefined
  return end === source.size ? frames : frames - 1
}

function frameSize ({ frameSizes }: Variant, block: Buffer, offset: number): number | undefined {
  const header = block[offset]!
  return (header & PADDING_BITS) === 0 ? frameSizes[header >> 3] || undefined : undefined
}
