import type { MpegFrame } from './mpeg-frame.js'

/** What the encoder wrote of the whole stream into its first frame. */
export interface VbrHeader {
  readonly frames: number
  readonly bytes: number
}

const HAS_FRAMES_AND_BYTES = 3
const CRC = 2
const VBRI_OFFSET = 36

/**
 * The Xing or Info header of LAME, or the VBRI header of Fraunhofer, if the first frame has one that
 * counts both frames and bytes; without the bytes nobody can say whether the object is whole.
 *
 * @param bytes the first frame
 */
export function readVbrHeader (bytes: Buffer, frame: MpegFrame): VbrHeader | undefined {
  const xing = 4 + sideInformation(frame)
  for (const offset of [xing, xing + CRC]) {
    const id = bytes.toString('latin1', offset, offset + 4)
    if ((id === 'Xing' || id === 'Info') && offset + 16 <= bytes.length) {
      if ((bytes.readUInt32BE(offset + 4) & HAS_FRAMES_AND_BYTES) !== HAS_FRAMES_AND_BYTES) return undefined
      return { frames: bytes.readUInt32BE(offset + 8), bytes: bytes.readUInt32BE(offset + 12) }
    }
  }
  if (bytes.toString('latin1', VBRI_OFFSET, VBRI_OFFSET + 4) === 'VBRI' && VBRI_OFFSET + 18 <= bytes.length) {
    return { bytes: bytes.readUInt32BE(VBRI_OFFSET + 10), frames: bytes.readUInt32BE(VBRI_OFFSET + 14) }
  }
  return undefined
}

function sideInformation ({ version, channels }: MpegFrame): number {
  if (version === 1) return channels === 1 ? 17 : 32
  return channels === 1 ? 9 : 17
}
