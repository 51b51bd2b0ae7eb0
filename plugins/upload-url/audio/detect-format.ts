import { beginsWithAdtsFrames, findAdtsFrames, readAdts } from './adts.js'
import { readAiff } from './aiff.js'
import { readAmr } from './amr.js'
import type { AudioInfo } from './audio-schema.js'
import { readCaf } from './caf.js'
import { describeDisguise, DISGUISE_SIZE } from './disguise.js'
import { readFlac } from './flac.js'
import { endOfId3 } from './id3.js'
import { readIsoMedia } from './iso/index.js'
import { readMatroska } from './matroska.js'
import { beginsWithMpegFrames, findMpegFrames, readMpegAudio } from './mpeg-audio.js'
import { NotAudioError } from './not-audio-error.js'
import { readOgg } from './ogg.js'
import type { RangeSource } from './range-source.js'
import { readWav } from './wav.js'

type Parser = (source: RangeSource, start: number) => Promise<AudioInfo>

const MAGIC: ReadonlyArray<{ readonly pattern: RegExp, readonly read: Parser }> = [
  { pattern: /^(?:RIFF|RF64|BW64)[^]{4}WAVE/, read: readWav },
  { pattern: /^FORM[^]{4}AIF[FC]/, read: readAiff },
  { pattern: /^caff\0/, read: readCaf },
  { pattern: /^fLaC/, read: readFlac },
  { pattern: /^OggS\0/, read: readOgg },
  { pattern: /^\p{Cc}E\xdf\xa3/u, read: readMatroska },
  { pattern: /^#!AMR/, read: readAmr },
  { pattern: /^[^]{4}ftyp(?!avi[fs]|hei[cfmsx]|hev[cmsx]|mif1|msf1|crx )/, read: readIsoMedia },
  { pattern: /^[^]{4}(?:moov|mdat|wide)/, read: readIsoMedia }
]
/** How far into an object, or behind its tags, frames may begin: padding and the rest of a cut frame come before. */
const SYNC_WINDOW = 64 * 1024

/**
 * Finds out what recording an object holds, by its bytes alone.
 *
 * @throws NotAudioError when it holds none; its message says what the bytes look like
 */
export async function detectFormat (source: RangeSource): Promise<AudioInfo> {
  if (source.size === 0) throw new NotAudioError('the object is empty')
  const start = await endOfId3(source)
  if (start >= source.size) throw new NotAudioError('the bytes are an ID3 tag with no audio after it')
  const head = await source.read(start, DISGUISE_SIZE)
  const atEnd = start + head.length === source.size

  const prefix = head.toString('latin1', 0, 16)
  const known = MAGIC.find(({ pattern }) => pattern.test(prefix))
  if (known !== undefined) return await known.read(source, start)
  if (beginsWithMpegFrames(head, atEnd)) return await readMpegAudio(source, start)
  if (beginsWithAdtsFrames(head, atEnd)) return await readAdts(source, start)

  const disguise = await describeDisguise(head)
  if (disguise !== undefined) throw new NotAudioError(`the bytes are ${disguise}, not audio`)
  return await findFramesFurtherIn(source, start)
}

async function findFramesFurtherIn (source: RangeSource, start: number): Promise<AudioInfo> {
  const block = await source.read(start, SYNC_WINDOW)
  const atEnd = start + block.length === source.size
  const mpeg = findMpegFrames(block, atEnd)
  if (mpeg !== undefined) return await readMpegAudio(source, start + mpeg)
  const adts = findAdtsFrames(block, atEnd)
  if (adts !== undefined) return await readAdts(source, start + adts)
  throw new NotAudioError('the bytes are of no audio format that is known here')
}
