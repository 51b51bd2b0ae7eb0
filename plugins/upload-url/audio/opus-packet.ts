const SILK_FRAMES = [480, 960, 1920, 2880]
const HYBRID_FRAMES = [480, 960]
const CELT_FRAMES = [120, 240, 480, 960]

/** The samples, at 48 kHz, that a packet of Opus decodes to (RFC 6716 section 3.1); 0 for one that is empty. */
export function opusSamples (packet: Buffer): number {
  const [toc, count = 0] = packet
  if (toc === undefined) return 0
  const config = toc >> 3
  const frame = config < 12
    ? SILK_FRAMES[config & 3]!
    : config < 16 ? HYBRID_FRAMES[config & 1]! : CELT_FRAMES[config & 3]!
  return frame * ((toc & 3) === 0 ? 1 : (toc & 3) < 3 ? 2 : count & 63)
}
