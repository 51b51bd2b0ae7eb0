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
  const digits = (value: number): number[] => [21, 14, 7, 0].map(shift => value >> shift & 0x7f)
  const frame = Buffer.concat([Buffer.from('APIC'), Buffer.from(digits(size)), Buffer.alloc(2), Buffer.alloc(size, 0xd8)])
  return Buffer.concat([Buffer.from('ID3\x04\x00\x00', 'latin1'), Buffer.from(digits(frame.length)), frame])
}
