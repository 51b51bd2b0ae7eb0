import { parseFromTokenizer, type IAudioMetadata } from 'music-metadata'
import { RangeTokenizer } from './range-tokenizer.js'
import type { RangeSource } from './range-source.js'

/** A part of an object, in bytes. */
export interface Window {
  readonly start: number
  readonly size: number
}

/**
 * Reads the header of a recording with `music-metadata`. Content it cannot parse is no error here:
 * what it understood up to there is the answer.
 *
 * @param window the part of the object it may look at
 * @param mimeType which of its parsers to use, as `audio/webm`
 * @throws whatever the store failed with
 */
export async function readHeader (source: RangeSource, window: Window, mimeType: string): Promise<Partial<IAudioMetadata['format']>> {
  let format: Partial<IAudioMetadata['format']> = {}
  try {
    await parseFromTokenizer(new RangeTokenizer(source, window, mimeType), {
      duration: false,
      skipCovers: true,
      skipPostHeaders: true,
      observer: ({ metadata }) => { format = metadata.format }
    })
  } catch {
    // The parser's own complaint; a failure of the store is rethrown below, also where the parser hid it.
  }
  source.throwIfFailed()
  return format
}
