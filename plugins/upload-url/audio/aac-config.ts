/** The sample rates that AAC numbers, in Hz (ISO/IEC 14496-3, table 1.18). */
export const AAC_SAMPLE_RATES: readonly number[] = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350]

/** What an AudioSpecificConfig says of the sound that comes out of the decoder. */
export interface AacConfig {
  readonly sampleRate: number | undefined
  readonly channels: number | undefined
}

const CHANNELS = [undefined, 1, 2, 3, 4, 5, 6, 8]
const SPECTRAL_BAND_REPLICATION = 5
const PARAMETRIC_STEREO = 29

/** Reads an AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1), up to the explicit extension of HE-AAC. */
export function readAacConfig (config: Buffer): AacConfig {
  const bits = bitReader(config)
  const objectType = readObjectType(bits)
  const coreRate = readSampleRate(bits)
  const channels = CHANNELS[bits(4)]
  if (objectType === PARAMETRIC_STEREO) return { sampleRate: readSampleRate(bits), channels: 2 }
  if (objectType === SPECTRAL_BAND_REPLICATION) return { sampleRate: readSampleRate(bits), channels }
  return { sampleRate: coreRate, channels }
}

type BitReader = (count: number) => number

function readObjectType (bits: BitReader): number {
  const type = bits(5)
  return type === 31 ? 32 + bits(6) : type
}

function readSampleRate (bits: BitReader): number | undefined {
  const index = bits(4)
  return index === 15 ? bits(24) : AAC_SAMPLE_RATES[index]
}

function bitReader (bytes: Buffer): BitReader {
  let position = 0
  return count => {
    let value = 0
    for (const end = position + count; position < end; position += 1) {
      value = value * 2 + ((bytes[position >> 3] ?? 0) >> (7 - position % 8) & 1)
    }
    return value
  }
}
