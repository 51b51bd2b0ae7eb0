import type { AudioInfo } from './audio-schema.js'
import { NotAudioError } from './not-audio-error.js'
import { pcmCodec } from './pcm.js'
import type { RangeSource } from './range-source.js'

interface Description {
  readonly codec: string
  readonly sampleRate: number
  readonly channels: number
  /** 0 where packets differ in size. */
  readonly bytesPerPacket: number
  /** 0 where packets differ in length. */
  readonly framesPerPacket: number
}

const CODECS: Readonly<Record<string, string>> = {
  'aac ': 'aac',
  aach: 'aac',
  aacp: 'aac',
  alac: 'alac',
  ima4: 'adpcm_ima_qt',
  opus: 'opus',
  flac: 'flac',
  ulaw: 'pcm_mulaw',
  alaw: 'pcm_alaw',
  '.mp1': 'mp1',
  '.mp2': 'mp2',
  '.mp3': 'mp3',
  samr: 'amr_nb',
  'ac-3': 'ac3'
}
const MAX_CHUNKS = 1000
const IS_FLOAT = 1
const IS_LITTLE_ENDIAN = 2

/**
 * Reads a Core Audio file (Apple, Core Audio Format Specification 1.0).
 *
 * @param start offset of `caff` in bytes
 * @throws NotAudioError without an audio description chunk
 */
export async function readCaf (source: RangeSource, start: number): Promise<AudioInfo> {
  let description: Description | undefined
  let validFrames: number | undefined
  let data: { readonly whole: boolean, readonly bytes: number } | undefined
  let at = start + 8
  for (let count = 0; count < MAX_CHUNKS; count += 1) {
    const header = await source.read(at, 12)
    if (header.length < 12) break
    const id = header.toString('latin1', 0, 4)
    const claimed = Number(header.readBigInt64BE(4))
    const there = source.size - at - 12
    if (id === 'desc') description = parseDescription(await source.read(at + 12, 32))
    if (id === 'pakt') validFrames = parsePacketTable(await source.read(at + 12, 24))
    if (id === 'data') data = { whole: claimed <= there, bytes: (claimed < 0 ? there : Math.min(claimed, there)) - 4 }
    if (claimed < 0) break
    at += 12 + claimed
  }
  if (description === undefined) throw new NotAudioError('the bytes are a CAF header without a format, not audio')
  const { codec, sampleRate, channels, bytesPerPacket, framesPerPacket } = description
  const frames = bytesPerPacket > 0
    ? Math.floor((data?.bytes ?? 0) / bytesPerPacket) * framesPerPacket
    : data?.whole ? validFrames : undefined
  return { container: 'caf', codec, sampleRate, channels, ...frames && { duration: frames / sampleRate } }
}

function parseDescription (content: Buffer): Description | undefined {
  if (content.length < 32) return undefined
  const format = content.toString('latin1', 8, 12)
  const flags = content.readUInt32BE(12)
  const pcm = pcmCodec({
    bits: content.readUInt32BE(28),
    kind: flags & IS_FLOAT ? 'float' : 'signed',
    order: flags & IS_LITTLE_ENDIAN ? 'le' : 'be'
  })
  return {
    codec: format === 'lpcm' ? pcm : CODECS[format] ?? 'unknown',
    sampleRate: Math.round(content.readDoubleBE(0)),
    bytesPerPacket: content.readUInt32BE(16),
    framesPerPacket: content.readUInt32BE(20),
    channels: content.readUInt32BE(24)
  }
}

function parsePacketTable (content: Buffer): number | undefined {
  return content.length < 16 ? undefined : Number(content.readBigInt64BE(8))
}
