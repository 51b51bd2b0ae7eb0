/** How the samples of uncompressed sound are laid out. */
export interface SampleFormat {
  readonly bits: number
  readonly kind: 'signed' | 'unsigned' | 'float'
  readonly order: 'le' | 'be'
}

/** ffprobe's name for uncompressed sound, as `pcm_s24le`; samples of odd widths are stored in whole bytes. */
export function pcmCodec ({ bits, kind, order }: SampleFormat): string {
  const width = Math.ceil(bits / 8) * 8
  if (width < 8 || width > 64) return 'unknown'
  return `pcm_${kind[0]}${width}${width === 8 ? '' : order}`
}
