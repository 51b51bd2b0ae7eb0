import type { AudioInfo } from './audio-schema.js'
import { iffChunks } from './iff-chunks.js'
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

const CODECS: Readonly<Record<string, string>> = {
  ulaw: 'pcm_mulaw',
  ULAW: 'pcm_mulaw',
  alaw: 'pcm_alaw',
  ALAW: 'pcm_alaw',
  ima4: 'adpcm_ima_qt',
  'GSM ': 'gsm',
  MAC3: 'mace3',
  MAC6: 'mace6'
}
const IMA4_FRAMES = 64

/**
 * Reads an AIFF or AIFF-C file (Apple, Audio Interchange File Format, 1.3 and AIFF-C draft 1991).
 *
 * @param start offset of `FORM` in bytes
 * @throws NotAudioError without a common chunk
 */
export async function readAiff (source: RangeSource, start: number): Promise<AudioInfo> {
  const compressed = (await source.read(start, 12)).toString('latin1', 8, 12) === 'AIFC'
  let common: Common | undefined
  let sound: { readonly claimed: number, readonly there: number } | undefined
  for await (const chunk of iffChunks(source, start, 'be')) {
    const content = await source.read(chunk.start, Math.min(chunk.size, 22))
    if (chunk.id === 'COMM' && content.length >= 18) common = parseCommon(content, compressed)
    if (chunk.id === 'SSND') sound = { claimed: chunk.size - 8, there: source.size - chunk.start - 8 }
    if (common !== undefined && sound !== undefined) break
  }
  if (common === undefined) throw new NotAudioError('the bytes are an AIFF header without a format, not audio')
  const { codec, channels, sampleRate } = common
  const duration = durationOf(common, sound)
  return { container: 'aiff', codec, channels, sampleRate, ...duration && { duration } }
}

function durationOf ({ codec, channels, sampleRate, bits, frames }: Common, sound = { claimed: 0, there: 0 }): number | undefined {
  if (codec.startsWith('pcm_')) {
    const width = channels * Math.ceil(bits / 8)
    return Math.min(frames, Math.floor(Math.min(sound.claimed, sound.there) / width)) / sampleRate
  }
  if (sound.claimed > sound.there) return undefined
  return frames * (codec === 'adpcm_ima_qt' ? IMA4_FRAMES : 1) / sampleRate
}

function parseCommon (content: Buffer, compressed: boolean): Common {
  const compression = compressed && content.length >= 22 ? content.toString('latin1', 18, 22) : 'NONE'
  const bits = content.readUInt16BE(6)
  return {
    codec: codecOf(compression, bits),
    channels: content.readUInt16BE(0),
    frames: content.readUInt32BE(2),
    bits: /law$/i.test(compression) ? 8 : bits,
    sampleRate: readExtended(content, 8)
  }
}

function codecOf (compression: string, bits: number): string {
  switch (compression) {
    case 'NONE': case 'twos': case 'in24': case 'in32': return pcmCodec({ bits, kind: 'signed', order: 'be' })
    case 'sowt': return pcmCodec({ bits, kind: 'signed', order: 'le' })
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
