import { NotAudioError } from './not-audio-error.js'
import { RangeSource, type ReadBounds, type ReadRange } from './range-source.js'
import { recognise } from './recognise.js'
import { settle, type Verdict } from './verdict.js'
import type { Format } from '../formats.js'

export type { ReadRange } from './range-source.js'
export type { Verdict } from './verdict.js'

/** An object in the store, as far as an inspection needs to know it. */
export interface StoredObject {
  /** Size in bytes. */
  readonly size: number
  /** The content type it is stored under; parameters and case do not matter. */
  readonly contentType?: string | undefined
  readonly read: ReadRange
}

/** How much one inspection may take. */
export interface InspectionBounds extends ReadBounds {
  /** Seconds that all reads together may take. */
  readonly timeout: number
}

/**
 * Finds out by ranged reads what recording an object holds: never decodes, never reads it whole unless it is small.
 * Where the reads or bytes allowed run out, the answer is what is known by then.
 *
 * @param formats the formats that the declared content type is looked up in; the common ones unless given
 * @throws whatever `read` rejects with, unchanged; and a `DOMException` named `TimeoutError` when the time is up
 */
export async function inspectAudio (object: StoredObject, bounds: InspectionBounds, formats?: readonly Format[]): Promise<Verdict> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(timeoutError(bounds.timeout)), bounds.timeout * 1000)
  try {
    const source = new RangeSource(object, bounds, deadline.signal)
    return settle(await recognise(source), object.size, object.contentType, formats)
  } catch (error) {
    if (error instanceof NotAudioError) return { verdict: 'rejected', reason: error.message }
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function timeoutError (seconds: number): DOMException {
  return new DOMException(`The store did not answer within ${seconds} seconds`, 'TimeoutError')
}
