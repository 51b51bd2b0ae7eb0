import type { AudioInfo } from './audio-schema.js'
import { iffChunks } from './iff-chunks.js'
import { NotAudioError } from './not-audio-error.js'
import { pcmCodec } from './pcm.js'
import type { RangeSource } from './range-source.js'

interface Format {
  readonly codec: string
  readonly channels: number
  readonly sampleRate: number
  readonly byteRate: number
  readonly blockAlign: number
}

const CODECS: Readonly<Record<number, string>> = {
  0x0002: 'adpcm_ms',
  0x0006: 'pcm_alaw',
  0x0007: 'pcm_mulaw',
  0x0011: 'adpcm_ima_wav',
  0x0031: 'gsm_ms',
  0x0050: 'mp2',
  0x0055: 'mp3',
  0x00ff: 'aac',
  0x1600: 'aac'
}
const EXTENSIBLE = 0xfffe
const UNBOUNDED = 0xffffffff

/**
 * Reads a WAVE file, and RF64 or BW64 beyond 4 GB (EBU Tech 3306). Recorders that crash or write to a pipe
 * leave sizes of 0 or 4 GB behind, so the duration is reckoned from the bytes that are there.
 *
 * @param start offset of `RIFF` in bytes
 * @throws NotAudioError without a usable format chunk
 */
export async function readWav (source: RangeSource, start: number): Promise<AudioInfo> {
  let format: Format | undefined
  let longSize: number | undefined
  let samples: number | undefined
  let data: number | undefined
  for await (const chunk of iffChunks(source, start, 'le')) {
    const content = await source.read(chunk.start, Math.min(chunk.size, 40))
    if (chunk.id === 'fmt ' && content.length >= 16) format = parseFormat(content)
    if (chunk.id === 'ds64' && content.length >= 16) longSize = Number(content.readBigUInt64LE(8))
    if (chunk.id === 'fact' && content.length >= 4) samples = content.readUInt32LE(0)
    if (chunk.id !== 'data') continue
    const claimed = chunk.size === UNBOUNDED ? longSize ?? 0 : chunk.size
    const there = source.size - chunk.start
    data = claimed === 0 ? there : Math.min(claimed, there)
    if (claimed > there || claimed === 0) samples = undefined
    if (format !== undefined) break
  }
  if (format === undefined) throw new NotAudioError('the bytes are a WAV header without a format, not audio')
  return describe(format, data, samples)
}

function describe ({ codec, channels, sampleRate, byteRate, blockAlign }: Format, data = 0, samples?: number): AudioInfo {
  const duration = codec.startsWith('pcm_')
    ? Math.floor(data / blockAlign) / sampleRate
    : samples !== undefined ? samples / sampleRate : constantRate(codec) ? data / byteRate : undefined
  return { container: 'wav', codec, channels, sampleRate, bitRate: byteRate * 8, ...duration && { duration } }
}

function constantRate (codec: string): boolean {
  return codec.startsWith('adpcm_') || codec === 'gsm_ms'
}

function parseFormat (content: Buffer): Format {
  const tag = content.readUInt16LE(0)
  const bits = content.readUInt16LE(14)
  const subformat = tag === EXTENSIBLE && content.length >= 26 ? content.readUInt16LE(24) : tag
  return {
    codec: codecOf(subformat, bits),
    channels: content.readUInt16LE(2),
    sampleRate: content.readUInt32LE(4),
    byteRate: content.readUInt32LE(8),
    blockAlign: content.readUInt16LE(12)
  }
}

function codecOf (tag: number, bits: number): string {
  if (tag === 1) return pcmCodec({ bits, kind: bits <= 8 ? 'unsigned' : 'signed', order: 'le' })
  if (tag === 3) return pcmCodec({ bits, kind: 'float', order: 'le' })
  return CODECS[tag] ?? 'unknown'
}
