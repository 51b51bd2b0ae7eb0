import { errors } from '../errors.js'

const MIB = 1024 ** 2
/** Smallest part but the last, in bytes ("Amazon S3 multipart upload limits"). */
const SMALLEST_PART = 5 * MIB
/** Most parts of one upload. */
export const MOST_PARTS = 10_000
const USUAL_PART = 8 * MIB
/** No size known, and so nothing to hold parts against. */
const OPEN = '0'

/** What was agreed on when a multipart upload was created. */
export interface UploadPlan {
  /** Declared size of the object in bytes. */
  readonly size: number | undefined
  /** Size of every part but the last, in bytes; binding where the size is declared. */
  readonly partSize: number
}

/**
 * Plans the parts of an upload.
 *
 * @param size of the object in bytes, where it is declared
 * @param partSize in bytes, where the client has its own idea of it
 * @throws FST_UPLOAD_INVALID_DECLARATION where the client's idea breaks a limit of S3
 */
export function planUpload (size: number | undefined, partSize = partSizeFor(size)): UploadPlan {
  if (!Number.isSafeInteger(partSize) || partSize < SMALLEST_PART) {
    throw new errors.FST_UPLOAD_INVALID_DECLARATION(`partSize must be a whole number of bytes, ${SMALLEST_PART} at least`)
  }
  if (size !== undefined && Math.ceil(size / partSize) > MOST_PARTS) {
    throw new errors.FST_UPLOAD_INVALID_DECLARATION(`partSize ${partSize} cuts ${size} bytes into more than ${MOST_PARTS} parts`)
  }
  return { size, partSize }
}

/** The number of parts, where the size is known. */
export function partCount ({ size, partSize }: UploadPlan): number | undefined {
  return size === undefined ? undefined : Math.ceil(size / partSize)
}

/** The exact size of one part in bytes, where the size of the object is known. */
export function sizeOfPart ({ size, partSize }: UploadPlan, partNumber: number): number | undefined {
  return size === undefined ? undefined : Math.min(partSize, size - (partNumber - 1) * partSize)
}

/**
 * Writes a plan into the id of an object, as in `{uuid}_{size}-{partSize}`, both in base 36. So any replica knows
 * at any step what was agreed on, and nobody can change it: an upload id opens no other key than its own.
 */
export function withPlan (id: string, { size, partSize }: UploadPlan): string {
  return `${id}_${size === undefined ? OPEN : size.toString(36)}-${partSize.toString(36)}`
}

/** The plan in an object key, if it is the key of a multipart upload. */
export function readPlan (key: string): UploadPlan | undefined {
  const [, size, partSize] = /_([0-9a-z]{1,11})-([0-9a-z]{1,11})(?:\.[a-z0-9]+)?$/.exec(key) ?? []
  if (size === undefined || partSize === undefined) return undefined
  return { size: size === OPEN ? undefined : parseInt(size, 36), partSize: parseInt(partSize, 36) }
}

// Whole MiB, 8 of them unless that would take more than 10 000 parts.
function partSizeFor (size = 0): number {
  return Math.max(USUAL_PART, Math.ceil(size / MOST_PARTS / MIB) * MIB)
}
