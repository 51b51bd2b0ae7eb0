import { inspectAudio, NotAudioError, type AudioFile, type AudioInfo } from '../../plugins/upload-url/audio/index.js'

/** An object in memory that counts how it is read. */
export interface CountedObject extends AudioFile {
  /** Ranged reads so far. */
  requests: number
  /** Bytes read so far. */
  bytes: number
}

/** The limits that an inspection has in production. */
export const LIMITS = { maxRequests: 20, maxBytes: 2 * 1024 * 1024, timeout: 10 }

/** An object of these bytes. */
export function objectOf (bytes: Uint8Array): CountedObject {
  return countedObject(bytes.length, (start, end) => bytes.subarray(start, end))
}

/**
 * An object of `size` bytes, all zero but for the pieces at their offsets: as large as you like in no memory.
 *
 * @param pieces offset in bytes and the bytes there, without overlap
 */
export function sparseObject (
  size: number,
  pieces: ReadonlyArray<readonly [offset: number, bytes: Uint8Array]>
): CountedObject {
  return countedObject(size, (start, end) => {
    const range = Buffer.alloc(end - start)
    for (const [offset, bytes] of pieces) {
      const from = Math.max(start, offset)
      const to = Math.min(end, offset + bytes.length)
      if (from < to) range.set(bytes.subarray(from - offset, to - offset), from - start)
    }
    return range
  })
}

function countedObject (size: number, slice: (start: number, end: number) => Uint8Array): CountedObject {
  const object: CountedObject = {
    size,
    requests: 0,
    bytes: 0,
    read: async (start, end) => {
      object.requests += 1
      object.bytes += end - start
      return slice(start, end)
    }
  }
  return object
}

/** What an inspection within the production limits finds, or why it finds no audio. */
export async function inspectObject (
  object: CountedObject,
  limits = LIMITS
): Promise<AudioInfo | { readonly rejected: string }> {
  try {
    return await inspectAudio(object, limits)
  } catch (error) {
    if (error instanceof NotAudioError) return { rejected: error.message }
    throw error
  }
}
