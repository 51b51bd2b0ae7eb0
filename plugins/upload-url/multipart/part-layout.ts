import { errors } from '../errors.js'
import { S3_LIMITS } from '../s3/limits.js'

const MIB = 1024 ** 2
const DEFAULT_PART_SIZE = 8 * MIB
const UNKNOWN_SIZE = '0'
const LAYOUT = /_([0-9a-z]{1,11})-([0-9a-z]{1,11})(?:-(c?r?))?(?:\.[a-z0-9]+)?$/

/** What was agreed on when a multipart upload was created. */
export interface PartLayout {
  /** Size of the object in bytes, where it was declared. */
  readonly size: number | undefined
  /** Largest size of the object in bytes, where a policy said so and none was declared. */
  readonly maxSize: number | undefined
  /** Size in bytes of every part but the last; binding where the size is declared. */
  readonly partSize: number
  /** Whether every part has to have a SHA-256. */
  readonly checksums: boolean
  /** Whether it is a recording under way, which the server may complete from what has arrived. */
  readonly recording: boolean
}

/**
 * Divides an upload into parts.
 *
 * @param size of the object in bytes, where it is declared
 * @param partSize in bytes, where the client has its own; otherwise whole MiB, 8 unless that takes over 10 000 parts
 * @throws FST_UPLOAD_TOO_LARGE for a size over that of 10 000 parts of 5 GiB; FST_UPLOAD_INVALID_INPUT where the
 * client's part size exceeds a limit of S3
 */
export function partSizeFor (size: number | undefined, partSize?: number): number {
  const { minPartSize, maxPartSize, maxParts, maxObjectSize } = S3_LIMITS
  if (size !== undefined && size > maxObjectSize) {
    throw new errors.FST_UPLOAD_TOO_LARGE('size', size, `S3 stores at most ${maxObjectSize} in one object`)
  }
  if (partSize === undefined) return Math.max(DEFAULT_PART_SIZE, Math.ceil((size ?? 0) / maxParts / MIB) * MIB)
  if (!Number.isSafeInteger(partSize) || partSize < minPartSize || partSize > maxPartSize) {
    throw new errors.FST_UPLOAD_INVALID_INPUT(`partSize must be an integer from ${minPartSize} to ${maxPartSize}`)
  }
  if (size !== undefined && Math.ceil(size / partSize) > maxParts) {
    throw new errors.FST_UPLOAD_INVALID_INPUT(`partSize ${partSize} divides ${size} bytes into over ${maxParts} parts`)
  }
  return partSize
}

/** The number of parts, where the size is known. */
export function partCount ({ size, partSize }: PartLayout): number | undefined {
  return size === undefined ? undefined : Math.ceil(size / partSize)
}

/** The exact size of one part in bytes, where the size of the object is known. */
export function sizeOfPart ({ size, partSize }: PartLayout, partNumber: number): number | undefined {
  return size === undefined ? undefined : Math.min(partSize, size - (partNumber - 1) * partSize)
}

/**
 * Writes a layout into the id of an object, as `{id}_{size}-{partSize}-{flags}`, the sizes in base 36. A size that is
 * unknown is 0, followed by the largest one where there is a limit. So any replica knows at any step what was agreed
 * on, and nobody can change it: an upload id opens no other key than its own.
 */
export function encodeLayout (id: string, { size, maxSize, partSize, checksums, recording }: PartLayout): string {
  const flags = `${checksums ? 'c' : ''}${recording ? 'r' : ''}`
  const sizes = `${size?.toString(36) ?? UNKNOWN_SIZE + (maxSize?.toString(36) ?? '')}-${partSize.toString(36)}`
  return `${id}_${sizes}${flags === '' ? '' : `-${flags}`}`
}

/** The layout in an object key; undefined where it is not the key of a multipart upload. */
export function decodeLayout (key: string): PartLayout | undefined {
  const [, size, partSize, flags = ''] = LAYOUT.exec(key) ?? []
  if (size === undefined || partSize === undefined) return undefined
  return {
    size: size.startsWith(UNKNOWN_SIZE) ? undefined : parseInt(size, 36),
    maxSize: size.startsWith(UNKNOWN_SIZE) && size !== UNKNOWN_SIZE ? parseInt(size, 36) : undefined,
    partSize: parseInt(partSize, 36),
    checksums: flags.includes('c'),
    recording: flags.includes('r')
  }
}
