import type { AudioInfo } from './audio-schema.js'
import { MAX_COUNTED } from './mpeg-audio.js'
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

const NARROW = {
  codec: 'amr_nb', sampleRate: 8000, frameSizes: [13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1]
}
const WIDE = {
  codec: 'amr_wb', sampleRate: 16000, frameSizes: [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1]
}

const VARIANTS: readonly Variant[] = [
  { magic: '#!AMR\n', multichannel: false, ...NARROW },
  { magic: '#!AMR-WB\n', multichannel: false, ...WIDE },
  { magic: '#!AMR_MC1.0\n', multichannel: true, ...NARROW },
  { magic: '#!AMR-WB_MC1.0\n', multichannel: true, ...WIDE }
]
const FRAMES_A_SECOND = 50
const PADDING_BITS = 0x83
const IS_INTACT = 0x04
const MAX_FRAME = 61
const MAX_CHANNELS = 6
/** Frames of this type and above hold no sound: lost speech, and nothing at all. */
const FIRST_WITHOUT_SOUND = 10
const PROBE = 64 * 1024
const PROBES_AT = [0.25, 0.5, 0.75, 1]
const ENOUGH = 12

/**
 * Reads an AMR or AMR-WB file (RFC 4867, section 5). Frames may differ in size, so a file too large to be counted
 * has a known duration only where they are the same in every place probed.
 *
 * @param start offset of `#!AMR` in bytes
 * @throws NotAudioError when no frames with sound follow the magic number
 */
export async function readAmr (source: RangeSource, start: number): Promise<AudioInfo> {
  const head = await source.read(start, 19)
  const variant = VARIANTS.find(({ magic }) => head.toString('latin1', 0, magic.length) === magic)
  if (variant === undefined) throw new NotAudioError('the bytes begin like AMR, but are of no known variant')
  const { magic, multichannel, codec, sampleRate } = variant
  const first = start + magic.length + (multichannel ? 4 : 0)
  const channels = multichannel && head.length >= magic.length + 4 ? head.readUInt8(magic.length + 3) & 0x0f : 1

  const probe = await source.read(first, PROBE)
  if (channels === 0 || channels > MAX_CHANNELS || !hasSound(probe, variant, first + PROBE >= source.size)) {
    throw new NotAudioError('the bytes begin like AMR, but no frame of sound follows')
  }
  const frames = await countFrames(source, first, variant)
  const duration = frames && { duration: frames / channels / FRAMES_A_SECOND }
  return { container: 'amr', codec, sampleRate, channels, ...duration }
}

/** Whether a block begins with a dozen frames, or nothing but frames follows, and not all of them are empty. */
function hasSound (block: Buffer, variant: Variant, atEnd: boolean): boolean {
  const { frames, sounding, end } = walk(block, variant)
  return sounding > 0 && (frames >= ENOUGH || (atEnd && end === block.length))
}

async function countFrames (source: RangeSource, start: number, variant: Variant): Promise<number | undefined> {
  const length = source.size - start
  if (length > MAX_COUNTED) return await countEqualFrames(source, start, variant)
  const block = await source.read(start, length)
  const { frames, end } = walk(block, variant)
  return end + MAX_FRAME < length ? undefined : frames
}

/** Frames of one size stand at multiples of it: one frame of another size would shift those behind it. */
async function countEqualFrames (source: RangeSource, start: number, variant: Variant): Promise<number | undefined> {
  const header = (await source.read(start, 1))[0]
  const size = header === undefined ? undefined : frameSize(variant, header)
  if (size === undefined) return undefined
  const frames = Math.floor((source.size - start) / size)
  const probe = Math.floor(PROBE / size)
  for (const share of PROBES_AT) {
    const block = await source.read(start + Math.floor((frames - probe) * share) * size, probe * size)
    for (let at = 0; at < probe * size; at += size) if (block[at] !== header) return undefined
  }
  return frames
}

/** Counts whole frames up to the first byte that begins none, but not the zeros that may fill up the end. */
function walk (
  block: Buffer, variant: Variant
): { readonly frames: number, readonly sounding: number, readonly end: number } {
  let seen = 0
  let frames = 0
  let sounding = 0
  let at = 0
  for (let header = block[at]; header !== undefined; header = block[at]) {
    const size = frameSize(variant, header)
    if (size === undefined || at + size > block.length) break
    seen += 1
    if (header !== 0) frames = seen
    const mayHaveSound = header & IS_INTACT && header >> 3 < FIRST_WITHOUT_SOUND
    if (mayHaveSound && !isEmpty(block.subarray(at + 1, at + size))) sounding += 1
    at += size
  }
  return { frames, sounding, end: at }
}

function isEmpty (content: Buffer): boolean {
  return content.every(byte => byte === content[0])
}

function frameSize ({ frameSizes }: Variant, header: number): number | undefined {
  return (header & PADDING_BITS) === 0 ? frameSizes[header >> 3] || undefined : undefined
}
