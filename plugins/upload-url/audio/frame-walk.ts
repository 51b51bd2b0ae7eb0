import type { RangeSource } from './range-source.js'

/** The length in bytes of the frame whose header is at `offset` of `block`; undefined when no frame begins there. */
export type FrameLength = (block: Buffer, offset: number) => number | undefined

/** Recordings up to this many bytes are measured by counting every frame. */
export const COUNTABLE = 1024 * 1024

const BLOCK = 128 * 1024

/**
 * Steps from frame to frame and resolves to the offset at which no further frame begins:
 * the end of the object, or beyond it when the last frame is cut, or where something else follows.
 *
 * @param start offset of the first frame in bytes
 * @param headerSize bytes that `frameLength` looks at
 */
export async function walkFrames (source: RangeSource, start: number, headerSize: number, frameLength: FrameLength): Promise<number> {
  let at = start
  for (;;) {
    const block = await source.read(at, BLOCK)
    let offset = 0
    while (offset + headerSize <= block.length) {
      const length = frameLength(block, offset)
      if (length === undefined) return at + offset
      offset += length
    }
    if (offset === 0) return at
    at += offset
  }
}
