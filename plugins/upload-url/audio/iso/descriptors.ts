/** What an elementary stream descriptor says of the codec. */
export interface ElementaryStream {
  readonly codec: string
  /** The codec's own configuration; for AAC an AudioSpecificConfig. */
  readonly config: Buffer
}

interface Descriptor {
  readonly tag: number
  readonly content: Buffer
}

/** Object types that mp4ra.org lists for sound in MP4. */
const CODECS: Readonly<Record<number, string>> = {
  0x40: 'aac',
  0x66: 'aac',
  0x67: 'aac',
  0x68: 'aac',
  0x69: 'mp3',
  0x6b: 'mp3',
  0xa5: 'ac3',
  0xa6: 'eac3',
  0xa9: 'dts',
  0xad: 'opus',
  0xdd: 'vorbis'
}
const ES_DESCRIPTOR = 3
const DECODER_CONFIG = 4
const DECODER_SPECIFIC = 5

/**
 * Reads the content of a box `esds` (ISO/IEC 14496-1 section 7.2.6).
 *
 * @returns undefined when it is too short to name a codec
 */
export function readElementaryStream (box: Buffer): ElementaryStream | undefined {
  const stream = readDescriptor(box.subarray(4))
  if (stream?.tag !== ES_DESCRIPTOR) return undefined
  const decoder = readDescriptor(stream.content.subarray(3 + optionalFields(stream.content)))
  if (decoder?.tag !== DECODER_CONFIG || decoder.content.length < 13) return undefined
  const specific = readDescriptor(decoder.content.subarray(13))
  return {
    codec: CODECS[decoder.content[0]!] ?? 'unknown',
    config: specific?.tag === DECODER_SPECIFIC ? specific.content : Buffer.alloc(0)
  }
}

/** Bytes of the fields that the flags of an elementary stream descriptor announce. */
function optionalFields (content: Buffer): number {
  const flags = content[2] ?? 0
  const dependsOn = flags & 0x80 ? 2 : 0
  const url = flags & 0x40 ? 1 + (content[3 + dependsOn] ?? 0) : 0
  const clock = flags & 0x20 ? 2 : 0
  return dependsOn + url + clock
}

/** A tag, a length of up to four bytes with seven bits each, the content. */
function readDescriptor (bytes: Buffer): Descriptor | undefined {
  const tag = bytes[0]
  if (tag === undefined) return undefined
  let length = 0
  let at = 1
  while (at <= 4) {
    const byte = bytes[at] ?? 0
    length = length * 128 + (byte & 0x7f)
    at += 1
    if ((byte & 0x80) === 0) break
  }
  return { tag, content: bytes.subarray(at, at + length) }
}
