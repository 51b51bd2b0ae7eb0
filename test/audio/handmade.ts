/** Bytes of a number, as `u32(7)`; sizes of MP4 and IFF are big-endian. */
export function u32 (value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A box of MP4 with this content. */
export function box (type: string, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body])
}

/** An ID3v2.4 tag with one picture of `size` bytes. */
export function id3WithPicture (size: number): Buffer {
  const digits = (value: number): number[] => [21, 14, 7, 0].map(shift => (value >> shift) & 0x7f)
  const frame = Buffer.concat([
    Buffer.from('APIC'),
    Buffer.from(digits(size)),
    Buffer.alloc(2),
    Buffer.alloc(size, 0xd8)
  ])
  return Buffer.concat([Buffer.from('ID3\x04\x00\x00', 'latin1'), Buffer.from(digits(frame.length)), frame])
}

/** An element of EBML with this content. */
export function ebml (id: string, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  const size = u32(0x10000000 + body.length)
  return Buffer.concat([Buffer.from(id, 'hex'), size, body])
}

/** How a WebM is made by hand. */
export interface WebmShape {
  readonly seconds: number
  /** Who wrote it. */
  readonly muxer?: string
  /** In milliseconds. */
  readonly duration?: number
  /** Whether its segment says no size, as where a browser records. */
  readonly isLive?: boolean
  /** How many times the 100 bytes a block has at a second. */
  readonly volume?: (second: number) => number
}

/** A WebM with one track of Opus, a block each 60 ms and a cluster each 3 s. */
export function webm ({ seconds, muxer = 'libwebm', duration, isLive = false, volume = () => 1 }: WebmShape): Buffer {
  const claimed = Buffer.alloc(8)
  claimed.writeDoubleBE(duration ?? 0)
  const info = ebml('1549a966', ebml('4d80', Buffer.from(muxer)), ...(duration ? [ebml('4489', claimed)] : []))
  const codec = ebml('86', Buffer.from('A_OPUS'))
  const track = ebml('ae', ebml('d7', Buffer.from([1])), ebml('83', Buffer.from([2])), codec)
  const clusters = Array.from({ length: Math.ceil(seconds / 3) }, (_, cluster) => {
    const blocks = Array.from({ length: Math.min(50, Math.round((seconds - cluster * 3) / 0.06)) }, (_, block) => {
      const packet = Buffer.alloc(Math.round(100 * volume(cluster * 3 + block * 0.06)), 0x18)
      return ebml('a3', Buffer.from([0x81, (block * 60) >> 8, (block * 60) & 255, 0x80]), packet)
    })
    return ebml('1f43b675', ebml('e7', u32(cluster * 3000)), ...blocks)
  })
  const segment = [info, ebml('1654ae6b', track), ...clusters]
  const header = ebml('1a45dfa3', ebml('4282', Buffer.from('webm')))
  return isLive
    ? Buffer.concat([header, Buffer.from('1853806701ffffffffffffff', 'hex'), ...segment])
    : Buffer.concat([header, ebml('18538067', ...segment)])
}
