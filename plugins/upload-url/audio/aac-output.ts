import { detectAacExtension } from './aac-extension.js'

/** The sound that a decoder puts out, as far as it is known. */
export interface Output {
  readonly sampleRate: number | undefined
  readonly channels: number | undefined
}

/**
 * What a decoder makes of AAC LC whose header does not say whether it is HE-AAC, which doubles the rate,
 * and in its version 2 makes two channels of one.
 *
 * @param core as the header describes it
 * @param blocks raw data blocks that follow each other
 */
export function outputOfAac (core: Output, blocks: readonly Buffer[]): Output {
  const { sampleRate, channels } = core
  const { hasDoubleRate, hasParametricStereo } = detectAacExtension(blocks)
  if (!hasDoubleRate || sampleRate === undefined) return core
  if (channels !== 1) return { sampleRate: sampleRate * 2, channels }
  return {
    sampleRate: sampleRate * 2,
    channels: hasParametricStereo === undefined ? undefined : hasParametricStereo ? 2 : 1
  }
}
