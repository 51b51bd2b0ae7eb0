import type { AudioInfo } from './audio-schema.js'
import { flacCrc8 } from './flac-crc.js'
import { readHeader } from './library-header.js'
import { NotAudioError } from './not-audio-error.js'
import type { RangeSource } from './range-source.js'

/** The stream information alone: of the comments behind it, a false count would cost hundreds of megabytes. */
const HEADER_WINDOW = 42
const TAIL = 64 * 1024
const MINIMUM_BLOCK_SIZE_AT = 8

/**
 * Reads a FLAC file (RFC 9639). The stream information claims a number of samples; it is believed
 * when a frame near the end of the object ends with just that sample, so that a truncated file has no duration.
 *
 * @param start offset of `fLaC` in bytes
 * @throws NotAudioError without stream information
 */
export async function readFlac (source: RangeSource, start: number): Promise<AudioInfo> {
  const header = await readHeader(source, { start, size: HEADER_WINDOW }, 'audio/flac')
  const { sampleRate, numberOfChannels: channels, duration } = header
  if (!sampleRate || !channels) throw new NotAudioError('the bytes are a FLAC header without stream information, not audio')
  const isWhole = duration !== undefined && await endsWithSample(source, start, Math.round(duration * sampleRate))
  return {
    container: 'flac',
    codec: 'flac',
    sampleRate,
    channels,
    ...isWhole && { duration, bitRate: Math.round((source.size - start) * 8 / duration) }
  }
}

async function endsWithSample (source: RangeSource, start: number, total: number): Promise<boolean> {
  const information = await source.read(start + MINIMUM_BLOCK_SIZE_AT, 2)
  const blockSize = information.readUInt16BE(0)
  const tailStart = Math.max(start, source.size - TAIL)
  const tail = await source.read(tailStart, source.size - tailStart)
  for (let at = tail.indexOf(0xff); at !== -1; at = tail.indexOf(0xff, at + 1)) {
    if (sampleAfterFrame(tail.subarray(at, at + 16), blockSize) === total) return true
  }
  return false
}

/** The number of the sample after the frame whose header this is (RFC 9639 section 9.1); undefined when it is none. */
function sampleAfterFrame (header: Buffer, streamBlockSize: number): number | undefined {
  if (header.length < 6 || (header.readUInt16BE(0) & 0xfffe) !== 0xfff8) return undefined
  const isVariable = (header[1]! & 1) === 1
  const coded = readCodedNumber(header, 4)
  if (coded === undefined) return undefined
  const blockSizeCode = header[2]! >> 4
  const block = blockSizeOf(blockSizeCode, header, coded.end)
  if (block === undefined) return undefined
  const end = block.end + extraRateBytes(header[2]! & 15)
  if (end >= header.length || flacCrc8(header.subarray(0, end)) !== header[end]) return undefined
  return (isVariable ? coded.value : coded.value * streamBlockSize) + block.size
}

/** A number in the coding that UTF-8 uses, up to 36 bits (RFC 9639 section 9.1.5). */
function readCodedNumber (bytes: Buffer, at: number): { readonly value: number, readonly end: number } | undefined {
  const first = bytes[at]!
  const ones = Math.clz32(~(first << 24))
  if (ones === 0) return { value: first, end: at + 1 }
  if (ones === 1 || ones > 7 || at + ones > bytes.length) return undefined
  const rest = bytes.subarray(at + 1, at + ones)
  return { value: rest.reduce((value, byte) => value * 64 + (byte & 0x3f), first & (0x7f >> ones)), end: at + ones }
}

function blockSizeOf (code: number, header: Buffer, at: number): { readonly size: number, readonly end: number } | undefined {
  if (code === 0 || at + 2 > header.length) return undefined
  if (code === 1) return { size: 192, end: at }
  if (code <= 5) return { size: 144 << code, end: at }
  if (code === 6) return { size: header.readUInt8(at) + 1, end: at + 1 }
  if (code === 7) return { size: header.readUInt16BE(at) + 1, end: at + 2 }
  return { size: 1 << code, end: at }
}

function extraRateBytes (code: number): number {
  return code === 12 ? 1 : code === 13 || code === 14 ? 2 : 0
}
