import { ADTS_FRAMES, readAdts } from './adts.js'
import type { AudioInfo } from './audio-schema.js'
import { detectForeignContent, FILE_TYPE_HEAD } from './file-type.js'
import { countFrames, findChain, isRecording, type FrameFormat } from './frames.js'
import { LOAS_FRAMES, readLoas } from './loas.js'
import { readMpegAudio } from './mpeg-audio.js'
import { freeFormatFrames, MPEG_FRAMES, MPEG_FRAMES_OF_LAYER_2_AND_3 } from './mpeg-frame.js'
import { NotAudioError } from './not-audio-error.js'
import type { RangeSource } from './range-source.js'
import { startOfTrailingTags } from './tags.js'

/** How far into an object frames may begin, and how far they are followed before they are believed, in bytes. */
const WINDOW = 64 * 1024
const MAX_CANDIDATES = 8
/** Formats that are looked for further in, and who reads each. */
const READERS = [
  [MPEG_FRAMES_OF_LAYER_2_AND_3, readMpegAudio], [ADTS_FRAMES, readAdts], [LOAS_FRAMES, readLoas]
] as const
const SYNC_BYTES = new Set([MPEG_FRAMES, ADTS_FRAMES, LOAS_FRAMES].map<number | undefined>(({ syncByte }) => syncByte))

interface Block {
  readonly bytes: Buffer
  /** Whether the object, or what of it is not tags, ends with this block. */
  readonly atEnd: boolean
}

/**
 * Reads a recording that is nothing but frames, from the frame at `start` on: MP3, ADTS, LOAS.
 *
 * @returns undefined where no such recording begins
 * @throws NotAudioError where frames are followed by a file of another kind
 */
export async function readFrames (source: RangeSource, start: number): Promise<AudioInfo | undefined> {
  const block = await readBlock(source, start)
  const recording = await readFramesOf(block, source, start)
  if (recording !== undefined || block.atEnd || !SYNC_BYTES.has(block.bytes[0])) return recording
  return await readFramesOf(await withoutTrailingTags(source, start, block.bytes), source, start)
}

async function readFramesOf (block: Block, source: RangeSource, start: number): Promise<AudioInfo | undefined> {
  if (isRecordingAt(block, MPEG_FRAMES)) return await readMpegAudio(source, start)
  const freeFormat = freeFormatFrames(block.bytes)
  if (freeFormat !== undefined && isRecordingAt(block, freeFormat)) return await readMpegAudio(source, start)
  if (isRecordingAt(block, ADTS_FRAMES)) return await readAdts(source, start)
  if (isRecordingAt(block, LOAS_FRAMES)) return await readLoas(source, start)
  return undefined
}

/**
 * As `readFrames`, where something else is before the first frame: the rest of a frame that was cut, padding,
 * or the head of a form.
 */
export async function readFramesFurtherIn (source: RangeSource, start: number): Promise<AudioInfo | undefined> {
  const { bytes } = await readBlock(source, start)
  for (const [format, read] of READERS) {
    let offset = findChain(bytes, 1, format)
    for (let candidates = 0; offset !== undefined && candidates < MAX_CANDIDATES; candidates += 1) {
      const at = start + offset
      if (isRecordingAt(await readBlock(source, at), format, offset)) return await read(source, at)
      offset = findChain(bytes, offset + 1, format)
    }
  }
  return undefined
}

async function readBlock (source: RangeSource, start: number): Promise<Block> {
  const bytes = await source.read(start, WINDOW)
  return start + bytes.length < source.size ? { bytes, atEnd: false } : await withoutTrailingTags(source, start, bytes)
}

async function withoutTrailingTags (source: RangeSource, start: number, bytes: Buffer): Promise<Block> {
  const end = await startOfTrailingTags(source) - start
  return { bytes: bytes.subarray(0, Math.max(0, end)), atEnd: end <= bytes.length }
}

function isRecordingAt ({ bytes, atEnd }: Block, format: FrameFormat, skipped = 0): boolean {
  if (format.frameAt(bytes, 0) === undefined || !isRecording(bytes, format, atEnd, skipped)) return false
  const { firstBreak } = countFrames(bytes, format)
  const foreign = detectForeignContent(bytes.subarray(firstBreak, firstBreak + FILE_TYPE_HEAD))
  if (foreign === undefined || foreign === 'text') return true
  throw new NotAudioError(`the content is frames of sound followed by ${foreign}, not audio`)
}
