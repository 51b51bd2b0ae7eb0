import type { AudioInfo } from './audio-schema.js'
import { detectForeignContent, FILE_TYPE_HEAD } from './file-type.js'
import { iffChunks } from './iff-chunks.js'
import { measureMpegAudio } from './mpeg-audio.js'
import { NotAudioError } from './not-audio-error.js'
import type { RangeSource } from './range-source.js'
import { MAX_FORMAT, parseWavFormat, type WavFormat } from './wav-format.js'

/** Where the sound of a WAVE file is, and how long it says it is. */
export interface WavSound {
  /** In bytes. */
  readonly start: number
  readonly end: number
  /** Whether the sound is as long as the header claims. */
  readonly isWhole: boolean
  /** From the `fact` chunk: samples of each channel. */
  readonly samples?: number | undefined
}

const UNBOUNDED = 0xffffffff
const MP3_OR_MP2 = /^mp[23]$/
const OF_CONSTANT_RATE = new Set([
  'ac3', 'eac3', 'dts', 'mp2', 'mp3', 'g723_1', 'g729', 'adpcm_ima_dk3', 'truespeech', 'adpcm_g726', 'sipr'
])

/**
 * Reads a WAVE file, also the big-endian RIFX, and RF64 or BW64 beyond 4 GB (EBU Tech 3306). Recorders that crash or
 * write to a pipe leave sizes of 0 or 4 GB behind, so the duration is reckoned from the bytes that are there.
 *
 * @param start offset of `RIFF` in bytes
 * @throws NotAudioError without a format, without sound, or with a file of another kind in place of the sound
 */
export async function readWav (source: RangeSource, start: number): Promise<AudioInfo> {
  const order = (await source.read(start, 4)).toString('latin1') === 'RIFX' ? 'be' : 'le'
  let format: WavFormat | undefined
  let longSize: number | undefined
  let samples: number | undefined
  let sound: WavSound | undefined
  for await (const chunk of iffChunks(source, start, order)) {
    if (chunk.id === 'data') {
      const claimed = chunk.size === UNBOUNDED ? longSize ?? 0 : chunk.size
      const isLast = claimed > 0 || chunk.start >= source.size || await isOpenEnded(source, start, order)
      sound = { ...extentOf(source, chunk.start, claimed, isLast), samples }
      if (format !== undefined) break
    }
    if (chunk.id !== 'fmt ' && chunk.id !== 'ds64' && chunk.id !== 'fact') continue
    const content = await source.read(chunk.start, Math.min(chunk.size, MAX_FORMAT))
    if (chunk.id === 'fmt ' && content.length > 0) format = parseWavFormat(content, order)
    if (chunk.id === 'ds64' && content.length >= 16) longSize = Number(content.readBigUInt64LE(8))
    if (chunk.id === 'fact' && content.length >= 4) {
      samples = order === 'le' ? content.readUInt32LE(0) : content.readUInt32BE(0)
    }
  }
  return await describeWav(source, format, sound)
}

/**
 * Describes the sound of a WAVE file, in whichever kind of chunks it was.
 *
 * @throws NotAudioError without a format, without sound, or with a file of another kind in place of the sound
 */
export async function describeWav (
  source: RangeSource, format: WavFormat | undefined, sound: WavSound | undefined
): Promise<AudioInfo> {
  if (format === undefined) throw new NotAudioError('the content is a WAV header without a format, not audio')
  const { codec, channels, sampleRate, byteRate } = format
  const bitRate = byteRate && { bitRate: byteRate * 8 }
  const description = { container: 'wav', codec, channels, sampleRate, ...bitRate } as const
  if (sound === undefined && source.limitReached) return description
  if (sound === undefined || sound.end <= sound.start) {
    throw new NotAudioError('the content is a WAV header without sound, not audio')
  }
  const content = await source.read(sound.start, Math.min(FILE_TYPE_HEAD, sound.end - sound.start))
  const foreign = detectForeignContent(content)
  if (foreign !== undefined) throw new NotAudioError(`the content is a WAV header around ${foreign}, not audio`)
  return { ...description, ...await measure(source, format, sound) }
}

async function measure (
  source: RangeSource, format: WavFormat, sound: WavSound
): Promise<Pick<AudioInfo, 'duration' | 'bitRate'>> {
  const { codec, sampleRate, byteRate, blockAlign, samplesPerBlock, samplesPerByte } = format
  const bytes = sound.end - sound.start
  const fact = sound.isWhole ? sound.samples : undefined
  if (samplesPerBlock !== undefined && blockAlign > 0) {
    const isPcm = codec.startsWith('pcm_')
    const blocks = isPcm || fact === undefined ? Math.floor(bytes / blockAlign) : Math.ceil(bytes / blockAlign)
    return withRate(bytes, Math.min(blocks * samplesPerBlock, isPcm || !fact ? Infinity : fact) / sampleRate)
  }
  if (samplesPerByte !== undefined) return withRate(bytes, bytes * samplesPerByte / sampleRate)
  if (MP3_OR_MP2.test(codec)) {
    const { duration, bitRate } = await measureMpegAudio(source, sound.start, sound.end) ?? {}
    if (duration !== undefined) return { duration, ...bitRate && { bitRate } }
  }
  if (fact) return withRate(bytes, fact / sampleRate)
  return OF_CONSTANT_RATE.has(codec) && byteRate > 0 ? withRate(bytes, bytes / byteRate) : {}
}

function withRate (bytes: number, duration: number): Pick<AudioInfo, 'duration' | 'bitRate'> {
  return duration > 0 ? { duration, bitRate: Math.round(bytes * 8 / duration) } : {}
}

/** A data chunk of no bytes is meant so where the outermost size is the true one. */
async function isOpenEnded (source: RangeSource, start: number, order: 'le' | 'be'): Promise<boolean> {
  const header = await source.read(start, 8)
  return (order === 'le' ? header.readUInt32LE(4) : header.readUInt32BE(4)) + start + 8 !== source.size
}

function extentOf (source: RangeSource, start: number, claimed: number, isOpenEnded: boolean): WavSound {
  const there = source.size - start
  const size = claimed === 0 ? (isOpenEnded ? there : 0) : Math.min(claimed, there)
  return { start, end: start + size, isWhole: claimed > 0 && claimed <= there }
}
