import type { AudioInfo } from './audio-schema.js'
import { readHeader } from './library-header.js'
import { NotAudioError } from './not-audio-error.js'
import { pcmCodec } from './pcm.js'
import type { RangeSource } from './range-source.js'

const CODECS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^OPUS/, 'opus'],
  [/^VORBIS/, 'vorbis'],
  [/^AAC/, 'aac'],
  [/^FLAC/, 'flac'],
  [/^MPEG\/L1/, 'mp1'],
  [/^MPEG\/L2/, 'mp2'],
  [/^MPEG\/L3/, 'mp3'],
  [/^ALAC/, 'alac'],
  [/^AC3/, 'ac3'],
  [/^EAC3/, 'eac3'],
  [/^DTS/, 'dts']
]
const OPUS_RATE = 48_000
/** Information and tracks come before the sound, which need not be looked at. */
const HEADER_WINDOW = 256 * 1024
const SEGMENT_ID = 0x18538067

/**
 * Reads Matroska and WebM (RFC 9559). A recording of a browser says no duration, and so has none here.
 *
 * @param start offset of the EBML header in bytes
 * @throws NotAudioError without an audio track
 */
export async function readMatroska (source: RangeSource, start: number): Promise<AudioInfo> {
  const header = await readHeader(source, { start, size: HEADER_WINDOW }, 'video/webm')
  const container = header.container === 'EBML/webm' ? 'webm' : 'matroska'
  if (header.codec === undefined) throw new NotAudioError(`the bytes are a ${container === 'webm' ? 'WebM' : 'Matroska'} file without an audio track`)
  const codec = codecOf(header.codec, header.trackInfo?.find(({ audio }) => audio !== undefined)?.audio?.bitDepth)
  const sampleRate = codec === 'opus' ? OPUS_RATE : header.sampleRate && Math.round(header.sampleRate)
  const channels = header.numberOfChannels
  const duration = await isTruncated(source, start) ? undefined : header.duration
  return {
    container,
    codec,
    ...sampleRate && { sampleRate },
    ...channels && { channels },
    ...duration && { duration }
  }
}

function codecOf (id: string, bits = 16): string {
  if (id === 'PCM/INT/LIT') return pcmCodec({ bits, kind: bits <= 8 ? 'unsigned' : 'signed', order: 'le' })
  if (id === 'PCM/INT/BIG') return pcmCodec({ bits, kind: 'signed', order: 'be' })
  if (id === 'PCM/FLOAT/IEEE') return pcmCodec({ bits, kind: 'float', order: 'le' })
  return CODECS.find(([pattern]) => pattern.test(id))?.[1] ?? 'unknown'
}

/** Whether the segment, which holds everything, is said to be longer than the object. */
async function isTruncated (source: RangeSource, start: number): Promise<boolean> {
  const header = readSize(await source.read(start + 4, 8))
  const segment = start + 4 + header.width + header.size
  if ((await source.read(segment, 4)).toString('hex') !== SEGMENT_ID.toString(16)) return true
  const { width, size, isUnknown } = readSize(await source.read(segment + 4, 8))
  return !isUnknown && segment + 4 + width + size > source.size
}

/** The size of an EBML element (RFC 8794 section 6), which is unknown where all its bits are set. */
function readSize (bytes: Buffer): { readonly width: number, readonly size: number, readonly isUnknown: boolean } {
  const [first = 0, ...others] = bytes
  const width = Math.clz32(first) - 23
  const size = others.slice(0, width - 1).reduce((value, byte) => value * 256 + byte, first & (0xff >> width))
  return { width, size, isUnknown: size === 2 ** (7 * width) - 1 }
}
