import type { StoredObject } from '../../plugins/upload-url/audio/inspect-audio.js'

/** An object in memory that counts how it is read. */
export interface CountedObject extends StoredObject {
  /** Ranged reads so far. */
  requests: number
  /** Bytes read so far. */
  bytes: number
}

/** The bounds that an inspection has in production. */
export const BOUNDS = { maxRequests: 20, maxBytes: 2 * 1024 * 1024, timeout: 10 }

/** An object of these bytes. */
export function objectOf (bytes: Uint8Array, contentType?: string): CountedObject {
  return countedObject(bytes.length, (start, end) => bytes.subarray(start, end), contentType)
}

/**
 * An object of `size` bytes, all zero but for the pieces at their offsets: as large as you like in no memory.
 *
 * @param pieces offset in bytes and the bytes there, without overlap
 */
export function sparseObject (size: number, pieces: ReadonlyArray<readonly [offset: number, bytes: Uint8Array]>, contentType?: string): CountedObject {
  return countedObject(size, (start, end) => {
    const range = Buffer.alloc(end - start)
    for (const [offset, bytes] of pieces) {
      const from = Math.max(start, offset)
      const to = Math.min(end, offset + bytes.length)
      if (from < to) range.set(bytes.subarray(from - offset, to - offset), from - start)
    }
    return range
  }, contentType)
}

function countedObject (size: number, slice: (start: number, end: number) => Uint8Array, contentType?: string): CountedObject {
  const object: CountedObject = {
    size,
    contentType,
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
