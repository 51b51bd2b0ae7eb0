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

interface PacketTable {
  readonly packets: number
  /** Frames without those that the codec needs before and after them; 0 where it is not said. */
  readonly validFrames: number
}

interface Data {
  readonly isWhole: boolean
  readonly bytes: number
}

const CODECS: Readonly<Record<string, string>> = {
  'aac ': 'aac',
  aach: 'aac',
  aacp: 'aac',
  aacl: 'aac',
  aace: 'aac',
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
  sawb: 'amr_wb',
  'ac-3': 'ac3',
  'ec-3': 'eac3',
  MAC3: 'mace3',
  MAC6: 'mace6',
  ilbc: 'ilbc',
  agsm: 'gsm',
  QDM2: 'qdm2',
  QDMC: 'qdmc'
}
const FILE_HEADER = 8
const CHUNK_HEADER = 12
const MAX_CHUNKS = 1000
const EDIT_COUNT = 4
const IS_FLOAT = 1
const IS_LITTLE_ENDIAN = 2

/**
 * Reads a Core Audio file (Apple, Core Audio Format Specification 1.0).
 *
 * @param start offset of `caff` in bytes
 * @throws NotAudioError without an audio description chunk, or without sound
 */
export async function readCaf (source: RangeSource, start: number): Promise<AudioInfo> {
  let description: Description | undefined
  let table: PacketTable | undefined
  let data: Data | undefined
  let at = start + FILE_HEADER
  for (let count = 0; count < MAX_CHUNKS; count += 1) {
    const header = await source.read(at, CHUNK_HEADER)
    if (header.length < CHUNK_HEADER) break
    const id = header.toString('latin1', 0, 4)
    const content = at + CHUNK_HEADER
    const claimed = Number(header.readBigInt64BE(4))
    if (id === 'desc') description = parseDescription(await source.read(content, 32))
    if (id === 'pakt') table = parsePacketTable(await source.read(content, 24))
    if (id === 'data') data = dataOf(claimed, source.size - content)
    if (claimed < 0) break
    at = content + claimed
  }
  if (description === undefined) throw new NotAudioError('the content is a CAF header without a format, not audio')
  if ((data?.bytes ?? 0) <= 0 && !source.limitReached) {
    throw new NotAudioError('the content is a CAF header without any sound after it')
  }
  const { codec, sampleRate, channels } = description
  const frames = framesOf(description, table, data)
  return { container: 'caf', codec, sampleRate, channels, ...frames && { duration: frames / sampleRate } }
}

/** The last chunk may not know its size, which is then -1. */
function dataOf (claimed: number, there: number): Data {
  return { isWhole: claimed <= there, bytes: (claimed < 0 ? there : Math.min(claimed, there)) - EDIT_COUNT }
}

function framesOf (
  { bytesPerPacket, framesPerPacket }: Description,
  table: PacketTable | undefined,
  data: Data | undefined
): number | undefined {
  if (data === undefined) return undefined
  const { packets = 0, validFrames = 0 } = table ?? {}
  if (data.isWhole && validFrames > 0) return validFrames
  if (bytesPerPacket > 0) return Math.floor(data.bytes / bytesPerPacket) * framesPerPacket
  return data.isWhole ? packets * framesPerPacket : undefined
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

function parsePacketTable (content: Buffer): PacketTable | undefined {
  return content.length < 24
    ? undefined
    : { packets: Number(content.readBigInt64BE(0)), validFrames: Number(content.readBigInt64BE(8)) }
}
