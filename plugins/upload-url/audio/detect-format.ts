import { readAiff } from './aiff.js'
import { readAmr } from './amr.js'
import type { AudioInfo } from './audio-schema.js'
import { readCaf } from './caf.js'
import { detectFileType, FILE_TYPE_HEAD } from './file-type.js'
import { readFlac } from './flac.js'
import { readFrames, readFramesFurtherIn } from './framed-audio.js'
import { readIsoMedia } from './iso/index.js'
import { readMatroska } from './matroska.js'
import { NotAudioError } from './not-audio-error.js'
import { readOgg } from './ogg.js'
import type { RangeSource } from './range-source.js'
import { endOfLeadingTags } from './tags.js'
import { readWav } from './wav.js'
import { readWave64 } from './wave64.js'

type Parser = (source: RangeSource, start: number) => Promise<AudioInfo>

const MAGIC: ReadonlyArray<{ readonly pattern: RegExp, readonly read: Parser }> = [
  { pattern: /^(?:RIFF|RIFX|RF64|BW64)[^]{4}WAVE/, read: readWav },
  { pattern: /^riff\.\x91\xcf\p{Cc}/u, read: readWave64 },
  { pattern: /^FORM[^]{4}AIF[FC]/, read: readAiff },
  { pattern: /^caff\0/, read: readCaf },
  { pattern: /^fLaC/, read: readFlac },
  { pattern: /^OggS\0/, read: readOgg },
  { pattern: /^\p{Cc}E\xdf\xa3/u, read: readMatroska },
  { pattern: /^#!AMR/, read: readAmr },
  { pattern: /^[^]{4}ftyp(?!avi[fs]|hei[cfmsx]|hev[cmsx]|mif1|msf1|crx )/, read: readIsoMedia },
  { pattern: /^[^]{4}mdat/, read: readIsoMedia },
  {
    pattern: /^\p{Cc}[^]{3}(?:moov|wide|free|skip|styp|sidx|moof|emsg|prft|pnot|uuid|udta|meta|junk)/u,
    read: readIsoMedia
  }
]

/**
 * Finds out what recording an object holds, by its bytes alone.
 *
 * @throws NotAudioError when it holds none; its message says what the bytes look like
 */
export async function detectFormat (source: RangeSource): Promise<AudioInfo> {
  if (source.size === 0) throw new NotAudioError('the object is empty')
  const start = await endOfLeadingTags(source)
  if (start >= source.size) throw new NotAudioError('the content is an ID3 tag with no audio after it')
  const head = await source.read(start, FILE_TYPE_HEAD)

  const prefix = head.toString('latin1', 0, 16)
  const known = MAGIC.find(({ pattern }) => pattern.test(prefix))
  if (known !== undefined) return await known.read(source, start)
  const recording = await readFrames(source, start)
  if (recording !== undefined) return recording
  const fileType = detectFileType(head)
  if (fileType !== undefined) throw new NotAudioError(`the content is ${fileType}, not audio`)
  const furtherIn = await readFramesFurtherIn(source, start)
  if (furtherIn !== undefined) return furtherIn
  throw new NotAudioError('the content is not a recognized audio format')
}
