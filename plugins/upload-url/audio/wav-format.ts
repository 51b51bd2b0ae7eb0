import { NotAudioError } from './not-audio-error.js'
import { waveCodec } from './wave-codec.js'

/** What a WAVE file says in its `fmt ` chunk. */
export interface WavFormat {
  readonly codec: string
  readonly channels: number
  readonly sampleRate: number
  /** Bytes a second on average, as the encoder reckoned it: often wrong. */
  readonly byteRate: number
  /** Bytes of a block; of uncompressed sound, of one sample of each channel. */
  readonly blockAlign: number
  /** Samples of each channel in a block; undefined where blocks differ. */
  readonly samplesPerBlock: number | undefined
  /** Samples of each channel in a byte; undefined where they differ. */
  readonly samplesPerByte: number | undefined
}

/** Bytes of a format chunk that are looked at. */
export const MAX_FORMAT = 40

const EXTENSIBLE = 0xfffe
/** Of the subformats that are no format tags in a longer form, the only one in use. */
const START_OF_EAC3_SUBFORMAT = 0x87af
const MIN_FORMAT = 14
const MAX_CHANNELS = 1024
const MIN_SAMPLE_RATE = 50
const MAX_SAMPLE_RATE = 10_000_000
const WITH_BLOCK_SIZE = new Set(['adpcm_ms', 'adpcm_ima_wav', 'adpcm_ima_dk4', 'adpcm_ima_dk3', 'gsm_ms'])

/**
 * Reads a `WAVEFORMATEX` or `WAVEFORMATEXTENSIBLE`.
 *
 * @param content the first `MAX_FORMAT` bytes of the chunk, fewer only if it ends there
 * @throws NotAudioError where no sound can have this format
 */
export function parseWavFormat (content: Buffer, order: 'le' | 'be'): WavFormat {
  if (content.length < MIN_FORMAT) throw impossible()
  const u16 = (at: number): number => {
    if (at + 2 > content.length) return 0
    return order === 'le' ? content.readUInt16LE(at) : content.readUInt16BE(at)
  }
  const u32 = (at: number): number => order === 'le' ? content.readUInt32LE(at) : content.readUInt32BE(at)
  const tag = u16(0) === EXTENSIBLE ? u16(24) : u16(0)
  const channels = u16(2)
  const sampleRate = u32(4)
  const bits = u16(14)
  const codec = tag === START_OF_EAC3_SUBFORMAT ? 'eac3' : waveCodec(tag, bits, order)
  if (channels === 0 || channels > MAX_CHANNELS) throw impossible()
  if (sampleRate < MIN_SAMPLE_RATE || sampleRate > MAX_SAMPLE_RATE) throw impossible()
  if ((tag === 1 || tag === 3) && codec === 'unknown') throw impossible()

  const blockAlign = blockAlignOf(codec, u16(12), channels, bits)
  const claimed = WITH_BLOCK_SIZE.has(codec) ? u16(18) : 0
  return {
    codec,
    channels,
    sampleRate,
    byteRate: u32(8),
    blockAlign,
    samplesPerBlock: samplesPerBlock(codec, blockAlign, channels, bits, claimed),
    samplesPerByte: samplesPerByte(codec, channels, bits)
  }
}

function impossible (): NotAudioError {
  return new NotAudioError('the content is a WAV header with an impossible format, not audio')
}

function blockAlignOf (codec: string, claimed: number, channels: number, bits: number): number {
  if (!codec.startsWith('pcm_')) return claimed
  const width = channels * (codec.endsWith('law') ? 1 : Math.ceil(bits / 8))
  return claimed % channels === 0 && claimed >= width && claimed <= 2 * width + 8 ? claimed : width
}

function samplesPerBlock (
  codec: string, blockAlign: number, channels: number, bits: number, claimed: number
): number | undefined {
  if (codec.startsWith('pcm_')) return 1
  const header = channels * (codec === 'adpcm_ms' ? 7 : 4)
  switch (codec) {
    case 'gsm_ms': return claimed || 320
    case 'truespeech': return blockAlign === 32 ? 240 : undefined
    case 'adpcm_ms':
      return claimed || (blockAlign > header ? Math.floor((blockAlign - header) * 2 / channels) + 2 : undefined)
    case 'adpcm_ima_dk3': return undefined
    case 'adpcm_ima_wav':
    case 'adpcm_ima_dk4':
      if (claimed) return claimed
      return blockAlign > header ? Math.floor((blockAlign - header) * 8 / (bits || 4) / channels) + 1 : undefined
    default: return undefined
  }
}

function samplesPerByte (codec: string, channels: number, bits: number): number | undefined {
  switch (codec) {
    case 'adpcm_g722':
    case 'adpcm_yamaha':
    case 'adpcm_ct': return 2 / channels
    case 'adpcm_g726': return bits >= 2 && bits <= 5 ? 8 / bits / channels : undefined
    default: return undefined
  }
}
