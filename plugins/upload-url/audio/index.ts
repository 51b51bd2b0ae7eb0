import type { AudioInfo } from './audio-schema.js'
import { detectFormat } from './detect-format.js'
import { RangeSource, type ReadLimits, type ReadRange } from './range-source.js'

export type { AudioInfo, Container } from './audio-schema.js'
export { NotAudioError } from './not-audio-error.js'
export type { ReadRange } from './range-source.js'

/** A file, as far as an inspection needs to know it. */
export interface AudioFile {
  /** Size in bytes. */
  readonly size: number
  readonly read: ReadRange
}

/** How much one inspection may take. */
export interface InspectionLimits extends ReadLimits {
  /** Seconds that all reads together may take. */
  readonly timeout: number
}

/**
 * Finds out by ranged reads what recording a file holds: never decodes, never reads it whole unless it is small.
 * Where the reads or bytes allowed run out, the answer is what is known by then.
 *
 * @throws NotAudioError when the file holds no audio; its message says what it holds instead
 * @throws whatever `read` rejects with, unchanged; and a `DOMException` named `TimeoutError` when the time is up
 */
export async function inspectAudio (file: AudioFile, limits: InspectionLimits): Promise<AudioInfo> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(timeoutError(limits.timeout)), limits.timeout * 1000)
  try {
    return plausible(await detectFormat(new RangeSource(file, limits, deadline.signal)), file.size)
  } finally {
    clearTimeout(timer)
  }
}

function timeoutError (seconds: number): DOMException {
  return new DOMException(`Reading took more than ${seconds} seconds`, 'TimeoutError')
}

/**
 * Leaves out what no real recording has, for a header can claim anything: no codec fits a second into less than a byte.
 */
function plausible ({ container, codec, duration, sampleRate, channels, bitRate }: AudioInfo, size: number): AudioInfo {
  return {
    container,
    codec,
    ...isWithin(duration, size) && { duration },
    ...isWithin(sampleRate, 10_000_000) && { sampleRate },
    ...isWithin(channels, 65_535) && { channels },
    ...isWithin(bitRate, Number.MAX_SAFE_INTEGER) && { bitRate }
  }
}

function isWithin (value: number | undefined, maximum: number): value is number {
  return value !== undefined && value > 0 && value <= maximum
}
