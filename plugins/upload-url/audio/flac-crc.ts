const POLYNOMIAL = 0x07

/** The CRC-8 that guards a FLAC frame header (RFC 9639 section 9.1.8). */
export function flacCrc8 (bytes: Buffer): number {
  return bytes.reduce((crc, byte) => {
    let next = crc ^ byte
    for (let bit = 0; bit < 8; bit += 1) next = next & 0x80 ? (next << 1 ^ POLYNOMIAL) & 0xff : next << 1
    return next
  }, 0)
}
