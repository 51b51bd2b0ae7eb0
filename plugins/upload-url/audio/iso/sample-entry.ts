import { readAacConfig } from '../aac-config.js'
import { readElementaryStream } from './descriptors.js'
import { pcmCodec } from '../pcm.js'

/** How the sound of a track is coded. */
export interface SampleEntry {
  readonly codec: string
  readonly sampleRate: number | undefined
  readonly channels: number | undefined
}

const CODECS: Readonly<Record<string, string>> = {
  Opus: 'opus',
  fLaC: 'flac',
  alac: 'alac',
  samr: 'amr_nb',
  sawb: 'amr_wb',
  'ac-3': 'ac3',
  'ec-3': 'eac3',
  '.mp3': 'mp3',
  ulaw: 'pcm_mulaw',
  alaw: 'pcm_alaw',
  ima4: 'adpcm_ima_qt',
  in24: 'pcm_s24be',
  in32: 'pcm_s32be',
  fl32: 'pcm_f32be',
  fl64: 'pcm_f64be',
  QDM2: 'qdm2'
}
const FIRST_ENTRY = 8
const ENTRY_HEADER = 36
const QUICKTIME_1 = 52
const QUICKTIME_2 = 72

/**
 * Reads the first entry of a sample description (`stsd`), in the layouts of ISO/IEC 14496-12 section 12.2.3
 * and of QuickTime (sound sample description, versions 0 to 2). Where the codec has a header of its own,
 * that header is believed; the entry of MPEG-4 audio says 2 channels whatever the sound has.
 */
export function readSampleEntry (description: Buffer): SampleEntry {
  const entry = description.subarray(FIRST_ENTRY)
  if (entry.length < ENTRY_HEADER) return { codec: 'unknown', sampleRate: undefined, channels: undefined }
  const type = entry.toString('latin1', 4, 8)
  const version = entry.readUInt16BE(16)
  const isQuickTime2 = version === 2 && entry.length >= QUICKTIME_2
  const sampleRate = isQuickTime2 ? Math.round(entry.readDoubleBE(40)) : entry.readUInt16BE(32)
  const channels = isQuickTime2 ? entry.readUInt32BE(48) : entry.readUInt16BE(24)
  const extensions = entry.subarray(isQuickTime2 ? QUICKTIME_2 : version === 1 ? QUICKTIME_1 : ENTRY_HEADER)

  switch (type) {
    case 'mp4a': return mpeg4Audio(extensions, { codec: 'aac', sampleRate, channels })
    case 'samr': return { codec: 'amr_nb', sampleRate: 8000, channels: 1 }
    case 'sawb': return { codec: 'amr_wb', sampleRate: 16_000, channels: 1 }
    case 'Opus': return { codec: 'opus', sampleRate: 48_000, channels }
    case 'alac': return alac(extensions, { codec: 'alac', sampleRate, channels })
    case 'fLaC': return flac(extensions, { codec: 'flac', sampleRate, channels })
    case 'raw ': case 'NONE': return { codec: pcmCodec({ bits: entry.readUInt16BE(26), kind: 'unsigned', order: 'be' }), sampleRate, channels }
    case 'twos': return { codec: pcmCodec({ bits: entry.readUInt16BE(26), kind: 'signed', order: 'be' }), sampleRate, channels }
    case 'sowt': return { codec: pcmCodec({ bits: entry.readUInt16BE(26), kind: 'signed', order: 'le' }), sampleRate, channels }
    case 'lpcm': return { codec: isQuickTime2 ? linearPcm(entry) : 'unknown', sampleRate, channels }
    default: return { codec: CODECS[type] ?? 'unknown', sampleRate, channels }
  }
}

function mpeg4Audio (extensions: Buffer, entry: SampleEntry): SampleEntry {
  const stream = readElementaryStream(contentOf(extensions, 'esds'))
  if (stream === undefined) return entry
  if (stream.codec !== 'aac') return { ...entry, codec: stream.codec, channels: undefined }
  const { sampleRate, channels } = readAacConfig(stream.config)
  return { codec: 'aac', sampleRate: sampleRate ?? entry.sampleRate, channels: channels ?? entry.channels }
}

function alac (extensions: Buffer, entry: SampleEntry): SampleEntry {
  const config = contentOf(extensions, 'alac')
  return config.length < 28 ? entry : { ...entry, channels: config[13]!, sampleRate: config.readUInt32BE(24) }
}

/** The stream information follows the version of the box and the header of the metadata block. */
function flac (extensions: Buffer, entry: SampleEntry): SampleEntry {
  const information = contentOf(extensions, 'dfLa').subarray(8)
  if (information.length < 13) return entry
  const packed = information.readUIntBE(10, 3)
  return { ...entry, sampleRate: packed >> 4, channels: (packed >> 1 & 7) + 1 }
}

function linearPcm (entry: Buffer): string {
  const flags = entry.readUInt32BE(60)
  const kind = flags & 1 ? 'float' : flags & 4 ? 'signed' : 'unsigned'
  return pcmCodec({ bits: entry.readUInt32BE(56), kind, order: flags & 2 ? 'be' : 'le' })
}

/** The content of the box of this type; QuickTime puts it inside a box `wave`. */
function contentOf (extensions: Buffer, type: string): Buffer {
  let at = 0
  while (at + 8 <= extensions.length) {
    const size = extensions.readUInt32BE(at)
    const name = extensions.toString('latin1', at + 4, at + 8)
    if (name === type) return extensions.subarray(at + 8, at + size)
    at += name === 'wave' ? 8 : Math.max(size, 8)
  }
  return Buffer.alloc(0)
}
