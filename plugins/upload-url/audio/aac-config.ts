import { BitReader } from './bit-reader.js'

/** The sample rates that AAC numbers, in Hz (ISO/IEC 14496-3, table 1.18). */
export const AAC_SAMPLE_RATES: readonly number[] = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350
]

/** What an AudioSpecificConfig says about the sound that comes out of the decoder. */
export interface AacConfig {
  readonly codec: string
  readonly sampleRate: number | undefined
  readonly channels: number | undefined
  /** Whether it says nothing about SBR, which then only the frames can: the rate may be twice as high. */
  readonly mayHaveSbr: boolean
}

/** Channels by channel configuration (table 1.19); those of configuration 0 are said elsewhere. */
const CHANNELS: ReadonlyArray<number | undefined> = [
  undefined, 1, 2, 3, 4, 5, 6, 8, undefined, undefined, undefined, 7, 8, 24, 8
]
const SBR = 5
const PARAMETRIC_STEREO = 29
const ALS = 36
const CODECS: Readonly<Record<number, string>> = { 7: 'twinvq', 32: 'mp1', 33: 'mp2', 34: 'mp3', [ALS]: 'mp4als' }
/** General audio coding, whose configuration is the same few bits (section 4.4.1). */
const GENERAL_AUDIO = new Set([1, 2, 3, 4, 6, 17, 19, 20, 22, 23])
const LOW_COMPLEXITY = 2
const SYNC_EXTENSION = 0x2b7
const PS_EXTENSION = 0x548
/** Decoders look for SBR only below this rate of the core, as doubled it would be none that AAC has. */
const MAX_CORE_RATE = 24_000

/** Reads an AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1), with the extensions that signal HE-AAC. */
export function readAacConfig (config: Buffer): AacConfig {
  const bits = new BitReader(config)
  const objectType = readObjectType(bits)
  const coreRate = readSampleRate(bits)
  const channels = CHANNELS[bits.read(4)]
  const core = { codec: CODECS[objectType] ?? 'aac', sampleRate: coreRate, channels, mayHaveSbr: false }
  if (objectType === ALS) return readAls(config) ?? core
  if (objectType === PARAMETRIC_STEREO) return { ...core, sampleRate: readSampleRate(bits), channels: 2 }
  if (objectType === SBR) return { ...core, sampleRate: readSampleRate(bits) }
  if (GENERAL_AUDIO.has(objectType) && channels !== undefined) {
    skipGeneralAudioConfig(bits, objectType)
    const extension = readExtension(bits)
    if (extension !== undefined) return { ...core, ...extension }
  }
  return { ...core, mayHaveSbr: objectType === LOW_COMPLEXITY && (coreRate ?? 0) <= MAX_CORE_RATE }
}

function skipGeneralAudioConfig (bits: BitReader, objectType: number): void {
  bits.read(1)
  if (bits.read(1) === 1) bits.read(14)
  const hasExtension = bits.read(1) === 1
  if (objectType === 6 || objectType === 20) bits.read(3)
  if (!hasExtension) return
  if (objectType === 22) bits.read(16)
  if (objectType === 17 || objectType === 19 || objectType === 20 || objectType === 23) bits.read(3)
  bits.read(1)
}

/** What the backward-compatible signalling behind the core configuration changes: nothing where SBR is absent. */
function readExtension (bits: BitReader): Partial<AacConfig> | undefined {
  if (bits.left < 16 || bits.read(11) !== SYNC_EXTENSION || readObjectType(bits) !== SBR) return undefined
  if (bits.read(1) === 0) return {}
  const sampleRate = readSampleRate(bits)
  const hasParametricStereo = bits.left >= 12 && bits.read(11) === PS_EXTENSION && bits.read(1) === 1
  return { sampleRate, ...hasParametricStereo && { channels: 2 } }
}

/** Lossless coding has a header of its own (section 11.3.2), which counts channels beyond what the rest can. */
function readAls (config: Buffer): AacConfig | undefined {
  const at = config.indexOf('ALS\0', 0, 'latin1')
  if (at === -1 || config.length < at + 14) return undefined
  return {
    codec: 'mp4als',
    sampleRate: config.readUInt32BE(at + 4),
    channels: config.readUInt16BE(at + 12) + 1,
    mayHaveSbr: false
  }
}

function readObjectType (bits: BitReader): number {
  const type = bits.read(5)
  return type === 31 ? 32 + bits.read(6) : type
}

function readSampleRate (bits: BitReader): number | undefined {
  const index = bits.read(4)
  return index === 15 ? bits.read(24) : AAC_SAMPLE_RATES[index]
}
