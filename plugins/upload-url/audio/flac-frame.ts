/** The stream information of FLAC, as far as frames are held against it (RFC 9639 section 8.2). */
export interface FlacStream {
  /** Samples of every frame but the last one; of the shortest, where they differ. */
  readonly blockSize: number
  /** Bytes of the longest frame; 0 where it is not said. */
  readonly maxFrameSize: number
  readonly sampleRate: number
  readonly channels: number
  readonly bits: number
  /** Samples of each channel; 0 where it is not said. */
  readonly total: number
}

/** The header of a frame. */
export interface FlacFrame {
  /** Number of its first sample, and of the one after its last. */
  readonly first: number
  readonly next: number
}

const POLYNOMIAL = 0x07
const SAMPLE_RATES = [0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000]
const BITS = [0, 8, 12, 0, 16, 20, 24, 32]
const STEREO_MODES = 8

/** Bytes of a frame header at most. */
export const MAX_FLAC_HEADER = 16

/** Reads the content of a STREAMINFO block; undefined when it is cut, or describes no sound. */
export function readStreamInformation (content: Buffer): FlacStream | undefined {
  if (content.length < 18) return undefined
  const packed = content.readBigUInt64BE(10)
  const sampleRate = Number(packed >> 44n)
  if (sampleRate === 0) return undefined
  return {
    blockSize: content.readUInt16BE(0),
    maxFrameSize: content.readUIntBE(7, 3),
    sampleRate,
    channels: Number(packed >> 41n & 7n) + 1,
    bits: Number(packed >> 36n & 31n) + 1,
    total: Number(packed & 0xfffffffffn)
  }
}

/** The frame of `stream` whose header is at `at` of `bytes` (RFC 9639 section 9.1); undefined when there is none. */
export function parseFlacFrame (bytes: Buffer, at: number, stream: FlacStream): FlacFrame | undefined {
  const header = bytes.subarray(at, at + MAX_FLAC_HEADER)
  if (header.length < 6 || (header.readUInt16BE(0) & 0xfffe) !== 0xfff8 || (header[3]! & 1) !== 0) return undefined
  const rate = header[2]! & 15
  const mode = header[3]! >> 4
  const bits = BITS[header[3]! >> 1 & 7]!
  if (rate === 15 || (SAMPLE_RATES[rate] || stream.sampleRate) !== stream.sampleRate) return undefined
  if ((bits || stream.bits) !== stream.bits) return undefined
  if ((mode < STEREO_MODES ? mode + 1 : mode < STEREO_MODES + 3 ? 2 : 0) !== stream.channels) return undefined
  const coded = readCodedNumber(header, 4)
  const block = coded && readBlockSize(header[2]! >> 4, header, coded.end)
  if (coded === undefined || block === undefined) return undefined
  const end = block.end + (rate === 12 ? 1 : rate === 13 || rate === 14 ? 2 : 0)
  if (end >= header.length || crc8(header.subarray(0, end)) !== header[end]) return undefined
  const isVariable = (header[1]! & 1) === 1
  const first = isVariable ? coded.value : coded.value * stream.blockSize
  return { first, next: first + block.size }
}

/** A number in the coding that UTF-8 uses, up to 36 bits (section 9.1.5). */
function readCodedNumber (bytes: Buffer, at: number): { readonly value: number, readonly end: number } | undefined {
  const first = bytes[at]!
  const ones = Math.clz32(~(first << 24))
  if (ones === 0) return { value: first, end: at + 1 }
  if (ones === 1 || ones > 7 || at + ones > bytes.length) return undefined
  const rest = bytes.subarray(at + 1, at + ones)
  return { value: rest.reduce((value, byte) => value * 64 + (byte & 0x3f), first & (0x7f >> ones)), end: at + ones }
}

function readBlockSize (
  code: number,
  header: Buffer,
  at: number
): { readonly size: number, readonly end: number } | undefined {
  if (code === 0 || at + 2 > header.length) return undefined
  if (code === 1) return { size: 192, end: at }
  if (code <= 5) return { size: 144 << code, end: at }
  if (code === 6) return { size: header.readUInt8(at) + 1, end: at + 1 }
  if (code === 7) return { size: header.readUInt16BE(at) + 1, end: at + 2 }
  return { size: 1 << code, end: at }
}

/** The CRC-8 that guards a frame header (section 9.1.8). */
function crc8 (bytes: Buffer): number {
  return bytes.reduce((crc, byte) => {
    let next = crc ^ byte
    for (let bit = 0; bit < 8; bit += 1) next = next & 0x80 ? (next << 1 ^ POLYNOMIAL) & 0xff : next << 1
    return next
  }, 0)
}
