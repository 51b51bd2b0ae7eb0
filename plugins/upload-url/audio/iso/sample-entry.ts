import { readAacConfig } from '../aac-config.js'
import { pcmCodec } from '../pcm.js'
import { waveCodec } from '../wave-codec.js'
import { readElementaryStream } from './descriptors.js'

/** How the sound of a track is coded. */
export interface SampleEntry {
  readonly codec: string
  readonly sampleRate: number | undefined
  readonly channels: number | undefined
  /** Whether only the samples can say more: AAC that may be HE-AAC, or MPEG audio, whose entry says nothing true. */
  readonly isVague?: boolean
}

/** By the types that mp4ra.org and the QuickTime File Format list. */
const CODECS: Readonly<Record<string, string>> = {
  '.mp1': 'mp1',
  '.mp2': 'mp2',
  '.mp3': 'mp3',
  'mp3 ': 'mp3',
  'ms\0\x55': 'mp3',
  ulaw: 'pcm_mulaw',
  alaw: 'pcm_alaw',
  ima4: 'adpcm_ima_qt',
  MAC3: 'mace3',
  MAC6: 'mace6',
  QDM2: 'qdm2',
  QDMC: 'qdmc',
  Qclp: 'qcelp',
  Qclq: 'qcelp',
  sqcp: 'qcelp',
  sevc: 'evrc',
  ssmv: 'smv',
  agsm: 'gsm',
  spex: 'speex',
  ilbc: 'ilbc',
  nmos: 'nellymoser',
  WMA2: 'wmav2',
  mlpa: 'truehd',
  dtsc: 'dts',
  dtsh: 'dts',
  dtsl: 'dts',
  dtse: 'dts',
  mha1: 'mpegh_3d_audio',
  mhm1: 'mpegh_3d_audio'
}
const FIRST_ENTRY = 8
const ENTRY_HEADER = 36
const QUICKTIME_1 = 52
const QUICKTIME_2 = 72
/** Channels by audio coding mode, without the one for low frequencies (ETSI TS 102 366, table 4.3). */
const AC3_CHANNELS = [2, 1, 2, 3, 3, 4, 4, 5]

/**
 * Reads the first entry of a sample description (`stsd`), in the layouts of ISO/IEC 14496-12 section 12.2.3
 * and of QuickTime (sound sample description, versions 0 to 2). Where the codec has a header of its own,
 * that header is believed; the entry of most codecs says 2 channels whatever the sound has.
 */
export function readSampleEntry (description: Buffer): SampleEntry {
  const entry = description.subarray(FIRST_ENTRY)
  if (entry.length < ENTRY_HEADER) return { codec: 'unknown', sampleRate: undefined, channels: undefined }
  const version = description[0] === 1 ? 0 : entry.readUInt16BE(16)
  const isQuickTime2 = version === 2 && entry.length >= QUICKTIME_2
  const sampleRate = isQuickTime2 ? Math.round(entry.readDoubleBE(40)) : entry.readUInt16BE(32)
  const channels = isQuickTime2 ? entry.readUInt32BE(48) : entry.readUInt16BE(24)
  const bits = isQuickTime2 ? entry.readUInt32BE(56) : entry.readUInt16BE(26)
  const extensions = entry.subarray(isQuickTime2 ? QUICKTIME_2 : version === 1 ? QUICKTIME_1 : ENTRY_HEADER)
  const type = entry.toString('latin1', 4, 8)
  const original = type === 'enca' ? contentOf(extensions, 'frma').toString('latin1', 0, 4) : type
  const flags = isQuickTime2 ? entry.readUInt32BE(60) : 0
  const plainPcm = pcm(extensions, bits, 'signed', 'be')

  switch (original) {
    case 'mp4a': return mpeg4Audio(extensions, { codec: 'aac', sampleRate, channels })
    case 'samr': return { codec: 'amr_nb', sampleRate: 8000, channels: 1 }
    case 'sawb': return { codec: 'amr_wb', sampleRate: 16_000, channels: 1 }
    case 'Opus': return { codec: 'opus', sampleRate: 48_000, channels: contentOf(extensions, 'dOps')[1] ?? channels }
    case 'alac': return alac(extensions, { codec: 'alac', sampleRate, channels })
    case 'fLaC': return flac(extensions, { codec: 'flac', sampleRate, channels })
    case 'ac-3': return { codec: 'ac3', sampleRate, channels: ac3Channels(contentOf(extensions, 'dac3')) }
    case 'ec-3': return { codec: 'eac3', sampleRate, channels: eac3Channels(contentOf(extensions, 'dec3')) }
    case 'ac-4': return { codec: 'ac4', sampleRate, channels: undefined }
    case '.mp3': case 'mp3 ': case 'ms\0\x55': return { codec: 'mp3', sampleRate, channels, isVague: true }
    case 'lpcm': return { codec: isQuickTime2 ? linearPcm(bits, flags) : plainPcm, sampleRate, channels }
    default: return { codec: codecOf(original, bits, extensions), sampleRate, channels }
  }
}

function codecOf (type: string, bits: number, extensions: Buffer): string {
  return pcmOf(type, bits, extensions) ?? waveOf(type, bits) ?? CODECS[type] ?? 'unknown'
}

function mpeg4Audio (extensions: Buffer, entry: SampleEntry): SampleEntry {
  const stream = readElementaryStream(contentOf(extensions, 'esds'))
  if (stream === undefined) return entry
  if (/^mp[123]$/.test(stream.codec)) return { ...entry, codec: stream.codec, channels: undefined, isVague: true }
  if (stream.codec !== 'aac') return { ...entry, codec: stream.codec, channels: undefined }
  if (stream.config.length === 0) return entry
  const { codec, sampleRate, channels, mayHaveSbr } = readAacConfig(stream.config)
  return {
    codec,
    sampleRate: sampleRate ?? entry.sampleRate,
    channels: channels ?? entry.channels,
    isVague: mayHaveSbr
  }
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

/** ETSI TS 102 366, section F.4. */
function ac3Channels (config: Buffer): number | undefined {
  if (config.length < 3) return undefined
  const bits = config.readUIntBE(0, 3)
  return AC3_CHANNELS[bits >> 11 & 7]! + (bits >> 10 & 1)
}

/** Section F.6. Substreams that depend on the first one add channels, which nobody records. */
function eac3Channels (config: Buffer): number | undefined {
  if (config.length < 5) return undefined
  const bits = config.readUIntBE(2, 3)
  const hasDependents = (bits >> 1 & 15) !== 0
  return hasDependents ? undefined : AC3_CHANNELS[bits >> 9 & 7]! + (bits >> 8 & 1)
}

/** Uncompressed sound of the types that say its layout; `enda` and `pcmC` say the order of its bytes. */
function pcmOf (type: string, bits: number, extensions: Buffer): string | undefined {
  switch (type) {
    case 'raw ': case 'NONE': return pcm(extensions, bits, bits > 8 ? 'signed' : 'unsigned', 'be')
    case 'twos': return pcm(extensions, bits, 'signed', 'be')
    case 'sowt': return pcmCodec({ bits, kind: 'signed', order: 'le' })
    case 'in24': return pcm(extensions, 24, 'signed', 'be')
    case 'in32': return pcm(extensions, 32, 'signed', 'be')
    case 'fl32': return pcm(extensions, 32, 'float', 'be')
    case 'fl64': return pcm(extensions, 64, 'float', 'be')
    case 'ipcm': return isoPcm(extensions, bits, 'signed')
    case 'fpcm': return isoPcm(extensions, bits, 'float')
    default: return undefined
  }
}

function pcm (extensions: Buffer, bits: number, kind: 'signed' | 'unsigned' | 'float', order: 'le' | 'be'): string {
  const endianness = contentOf(extensions, 'enda')
  return pcmCodec({ bits, kind, order: endianness.length >= 2 && endianness.readUInt16BE(0) === 1 ? 'le' : order })
}

/** ISO/IEC 23003-5: the flags, then the bits of a sample. */
function isoPcm (extensions: Buffer, bits: number, kind: 'signed' | 'float'): string {
  const [flags = 0, width = bits] = contentOf(extensions, 'pcmC').subarray(4)
  return pcmCodec({ bits: width, kind, order: flags & 1 ? 'le' : 'be' })
}

function linearPcm (bits: number, flags: number): string {
  const kind = flags & 1 ? 'float' : flags & 4 ? 'signed' : 'unsigned'
  return pcmCodec({ bits, kind, order: flags & 2 ? 'be' : 'le' })
}

/** QuickTime borrows the format tags of WAVE. */
function waveOf (type: string, bits: number): string | undefined {
  return type.startsWith('ms') ? waveCodec(Buffer.from(type, 'latin1').readUInt16BE(2), bits) : undefined
}

/** The content of the box of this type; QuickTime puts it inside a box `wave`, and protection inside `sinf`. */
function contentOf (extensions: Buffer, type: string): Buffer {
  let at = 0
  while (at + 8 <= extensions.length) {
    const size = extensions.readUInt32BE(at)
    const name = extensions.toString('latin1', at + 4, at + 8)
    if (name === type) return extensions.subarray(at + 8, at + size)
    at += name === 'wave' || name === 'sinf' ? 8 : Math.max(size, 8)
  }
  return Buffer.alloc(0)
}
