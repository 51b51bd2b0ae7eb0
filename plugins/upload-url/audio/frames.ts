/** One frame of compressed sound: a header that says its length, and the content. */
export interface Frame {
  /** In bytes, with the header. */
  readonly length: number
  /** Samples of each channel that it decodes to. */
  readonly samples: number
  /** Equal in all frames of one stream: what of a header never changes within a recording. */
  readonly stream: number
}

/** A format that is nothing but frames in a row, with no header of its own. */
export interface FrameFormat<F extends Frame = Frame> {
  /** The first byte of every frame. */
  readonly syncByte: number
  /** Bytes that `frameAt` looks at. */
  readonly headerSize: number
  /** The frame whose header is at `offset` of `block`; undefined where there is none. */
  readonly frameAt: (block: Buffer, offset: number) => F | undefined
}

/** What a block of bytes holds besides and between the frames of one stream. */
export interface FrameCount {
  readonly frames: number
  /** Of these, the ones that follow each other from the first on. */
  readonly unbroken: number
  readonly samples: number
  /** Bytes of the whole frames. */
  readonly bytes: number
  /** Bytes between and behind the frames that are neither frames nor zeros. */
  readonly foreign: number
  /** Offset at which something else than a frame comes first; the end of the block where nothing does. */
  readonly firstBreak: number
  /** Offset behind the last whole frame. */
  readonly end: number
}

/** Frames that have to follow each other before they are taken for more than chance, where others came before. */
const CHAIN = 3
const CHAIN_AT_THE_END = 2
/** Frames that make a recording, whatever follows them. */
const ENOUGH = 12
/** Frames that make a recording when nothing else is in sight: the block is full of them. */
const ENOUGH_ALONE = 6
const ENOUGH_BEHIND_FOREIGN_BYTES = 3

/**
 * Counts the frames of the stream that begins at `start`, and goes on counting behind whatever is between them.
 * A frame that the end of the block cuts is not counted.
 */
export function countFrames (block: Buffer, format: FrameFormat, start = 0): FrameCount {
  const stream = format.frameAt(block, start)?.stream
  const count = { frames: 0, unbroken: 0, samples: 0, bytes: 0, foreign: 0, firstBreak: block.length, end: start }
  let at = start
  while (at + format.headerSize <= block.length) {
    const frame = format.frameAt(block, at)
    if (frame !== undefined && frame.stream === stream) {
      if (at + frame.length > block.length) break
      at = count.end = at + frame.length
      count.frames += 1
      if (count.foreign === 0) count.unbroken = count.frames
      count.samples += frame.samples
      count.bytes += frame.length
    } else {
      const next = findChain(block, at + 1, format, stream) ?? block.length
      count.firstBreak = Math.min(count.firstBreak, at)
      count.foreign += nonZeroBytes(block.subarray(at, next))
      at = next
    }
  }
  return count
}

/**
 * The offset, from `from` on, of the first of three frames of one stream, or of two that the block ends with.
 *
 * @param stream the stream they have to be of; any unless given
 */
export function findChain (block: Buffer, from: number, format: FrameFormat, stream?: number): number | undefined {
  for (let at = block.indexOf(format.syncByte, from); at !== -1; at = block.indexOf(format.syncByte, at + 1)) {
    if (isChain(block, at, format, stream)) return at
  }
  return undefined
}

function isChain (block: Buffer, start: number, format: FrameFormat, stream?: number): boolean {
  let at = start
  for (let frames = 0; frames < CHAIN; frames += 1) {
    if (at === block.length) return frames >= CHAIN_AT_THE_END
    const frame = format.frameAt(block, at)
    if (frame === undefined || frame.stream !== (stream ?? frame.stream)) return false
    stream = frame.stream
    at += frame.length
  }
  return true
}

/**
 * Whether the frames from the start of `block` on are a recording. Three frame headers are in many files, so it
 * takes a dozen, or nothing else but frames and zeros to the end; and where other bytes are too, mostly frames.
 *
 * @param atEnd whether `block` reaches to the end of the object, or to the tags there
 * @param skipped bytes in front of the block that are no frames
 */
export function isRecording (block: Buffer, format: FrameFormat, atEnd: boolean, skipped: number): boolean {
  const { frames, unbroken, bytes, foreign } = countFrames(block, format)
  if (bytes < foreign) return false
  if (unbroken >= ENOUGH) return true
  if (foreign > 0) return false
  if (!atEnd) return frames >= ENOUGH_ALONE
  return skipped === 0 ? frames >= CHAIN_AT_THE_END : frames >= ENOUGH_BEHIND_FOREIGN_BYTES && bytes >= skipped
}

function nonZeroBytes (bytes: Buffer): number {
  let count = 0
  for (const byte of bytes) if (byte !== 0) count += 1
  return count
}
