import type { AudioInfo } from './audio-schema.js'
import { detectForeignContent, FILE_TYPE_HEAD } from './file-type.js'
import { iffChunks, type Chunk } from './iff-chunks.js'
import { NotAudioError } from './not-audio-error.js'
import { pcmCodec } from './pcm.js'
import type { RangeSource } from './range-source.js'

interface Common {
  readonly codec: string
  readonly channels: number
  readonly sampleRate: number
  readonly bits: number
  /** Sample frames; of IMA 4:1 the packets of 64. */
  readonly frames: number
}

interface Sound {
  /** In bytes. */
  readonly start: number
  readonly end: number
  /** Whether the sound is as long as the header claims. */
  readonly isWhole: boolean
}

const CODECS: Readonly<Record<string, string>> = {
  ulaw: 'pcm_mulaw',
  ULAW: 'pcm_mulaw',
  alaw: 'pcm_alaw',
  ALAW: 'pcm_alaw',
  ima4: 'adpcm_ima_qt',
  'GSM ': 'gsm',
  MAC3: 'mace3',
  MAC6: 'mace6',
  G722: 'adpcm_g722',
  QDMC: 'qdmc',
  QDM2: 'qdm2',
  Qclp: 'qcelp',
  SDX2: 'sdx2_dpcm'
}
/** Bits of a sample, where the header may name the width of the sound before it was coded. */
const WIDTHS: Readonly<Record<string, number>> = {
  ulaw: 8,
  ULAW: 8,
  alaw: 8,
  ALAW: 8,
  'raw ': 8,
  in24: 24,
  '42ni': 24,
  in32: 32,
  '23ni': 32,
  fl32: 32,
  FL32: 32,
  fl64: 64,
  FL64: 64
}
/** Of the codecs with packets of one size: bytes and samples of a packet of one channel. */
const PACKETS: Readonly<Record<string, { readonly bytes: number, readonly samples: number }>> = {
  adpcm_ima_qt: { bytes: 34, samples: 64 },
  gsm: { bytes: 33, samples: 160 },
  mace3: { bytes: 2, samples: 6 },
  mace6: { bytes: 1, samples: 6 }
}
/** Offset and block size, in front of the sound. */
const SOUND_HEADER = 8
const MAX_CHANNELS = 1024
const MIN_SAMPLE_RATE = 50
const MAX_SAMPLE_RATE = 10_000_000

/**
 * Reads an AIFF or AIFF-C file (Apple, Audio Interchange File Format, 1.3 and AIFF-C draft 1991).
 *
 * @param start offset of `FORM` in bytes
 * @throws NotAudioError without a format, without sound, or with a file of another kind in place of the sound
 */
export async function readAiff (source: RangeSource, start: number): Promise<AudioInfo> {
  const compressed = (await source.read(start, 12)).toString('latin1', 8, 12) === 'AIFC'
  let common: Common | undefined
  let sound: Sound | undefined
  for await (const chunk of iffChunks(source, start, 'be')) {
    if (chunk.id === 'SSND') sound = await extentOf(source, chunk)
    if (chunk.id === 'COMM') common = parseCommon(await source.read(chunk.start, Math.min(chunk.size, 22)), compressed)
    if (common !== undefined && sound !== undefined) break
  }
  if (common === undefined) throw new NotAudioError('the content is an AIFF header without a format, not audio')
  const { codec, channels, sampleRate } = common
  const description = { container: 'aiff', codec, channels, sampleRate } as const
  if (sound === undefined && source.limitReached) return description
  if (sound === undefined || sound.end <= sound.start) {
    throw new NotAudioError('the content is an AIFF header without sound, not audio')
  }
  const head = await source.read(sound.start, Math.min(FILE_TYPE_HEAD, sound.end - sound.start))
  const foreign = detectForeignContent(head)
  if (foreign !== undefined) throw new NotAudioError(`the content is an AIFF header around ${foreign}, not audio`)
  const bytes = sound.end - sound.start
  const duration = samplesIn(bytes, common, sound.isWhole) / sampleRate
  return { ...description, ...duration > 0 && { duration, bitRate: Math.round(bytes * 8 / duration) } }
}

/** The samples of each channel: no more than the content has, and of a whole file no more than the header says. */
function samplesIn (bytes: number, { codec, channels, bits, frames }: Common, isWhole: boolean): number {
  const packet = codec.startsWith('pcm_') ? { bytes: Math.ceil(bits / 8), samples: 1 } : PACKETS[codec]
  if (packet === undefined) return isWhole ? frames : 0
  const packets = Math.floor(bytes / (packet.bytes * channels))
  return (isWhole && frames > 0 ? Math.min(frames, packets) : packets) * packet.samples
}

async function extentOf (source: RangeSource, { start, size }: Chunk): Promise<Sound> {
  const header = await source.read(start, SOUND_HEADER)
  const offset = header.length === SOUND_HEADER ? header.readUInt32BE(0) : 0
  const there = source.size - start
  const isWhole = size > SOUND_HEADER && size <= there
  return { start: start + SOUND_HEADER + offset, end: start + (isWhole ? size : there), isWhole }
}

function parseCommon (content: Buffer, compressed: boolean): Common {
  if (content.length < 18) throw impossible()
  const compression = compressed && content.length >= 22 ? content.toString('latin1', 18, 22) : 'NONE'
  const bits = content.readUInt16BE(6)
  const common = {
    codec: codecOf(compression, bits),
    channels: content.readUInt16BE(0),
    frames: content.readUInt32BE(2),
    bits: WIDTHS[compression] ?? bits,
    sampleRate: readExtended(content, 8)
  }
  const { channels, sampleRate } = common
  if (channels === 0 || channels > MAX_CHANNELS) throw impossible()
  if (!(sampleRate >= MIN_SAMPLE_RATE && sampleRate <= MAX_SAMPLE_RATE)) throw impossible()
  if (compression === 'NONE' && common.codec === 'unknown') throw impossible()
  return common
}

function impossible (): NotAudioError {
  return new NotAudioError('the content is an AIFF header with an impossible format, not audio')
}

function codecOf (compression: string, bits: number): string {
  switch (compression) {
    case 'NONE': case 'twos': return pcmCodec({ bits, kind: 'signed', order: 'be' })
    case 'in24': return 'pcm_s24be'
    case 'in32': return 'pcm_s32be'
    case 'sowt': return pcmCodec({ bits, kind: 'signed', order: 'le' })
    case '42ni': return 'pcm_s24le'
    case '23ni': return 'pcm_s32le'
    case 'raw ': return 'pcm_u8'
    case 'fl32': case 'FL32': return 'pcm_f32be'
    case 'fl64': case 'FL64': return 'pcm_f64be'
    default: return CODECS[compression] ?? 'unknown'
  }
}

/** An 80-bit IEEE 754 extended float, rounded. */
function readExtended (content: Buffer, at: number): number {
  const exponent = content.readUInt16BE(at) & 0x7fff
  return Math.round(Number(content.readBigUInt64BE(at + 2)) * 2 ** (exponent - 16383 - 63))
}
