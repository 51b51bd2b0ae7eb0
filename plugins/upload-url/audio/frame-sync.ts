import type { FrameLength } from './frame-walk.js'

const SYNC_BYTE = 0xff
const CONVINCING = 3
const ENOUGH_AT_THE_END = 2

/**
 * The offset of the first frame in `block`. Random bytes hold many false frame headers, so a frame counts
 * only when two more follow exactly where it ends; one more is enough where the object ends with it.
 *
 * @param chain begins a chain of frames of one stream: says the length of each frame that fits to those before
 * @param atEnd whether `block` reaches to the end of the object
 */
export function findFrames (block: Buffer, chain: () => FrameLength, atEnd: boolean): number | undefined {
  let offset = block.indexOf(SYNC_BYTE)
  while (offset !== -1) {
    if (startsChain(block, offset, chain(), atEnd)) return offset
    offset = block.indexOf(SYNC_BYTE, offset + 1)
  }
  return undefined
}

/** Whether frames that belong together begin at `offset` of `block`. */
export function startsChain (block: Buffer, offset: number, frameLength: FrameLength, atEnd: boolean): boolean {
  let at = offset
  for (let frames = 0; frames < CONVINCING; frames += 1) {
    if (at >= block.length) return atEnd && frames >= ENOUGH_AT_THE_END
    const length = frameLength(block, at)
    if (length === undefined) return false
    at += length
  }
  return true
}
