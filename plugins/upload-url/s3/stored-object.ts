import type { _Object as ListedObject, HeadObjectCommandOutput, Part } from '@aws-sdk/client-s3'
import { invalidResponse } from './answers.js'
import { S3_LIMITS } from './limits.js'

/** What the store has under a key. */
export interface StoredObject {
  /** In bytes. */
  readonly size: number
  /** With its quotes. */
  readonly etag: string
  readonly contentType?: string
  readonly lastModified?: Date
  /** As the store has it, encoded. */
  readonly metadata: Readonly<Record<string, string>>
  /** Of all bytes, in hex, where the store verified one. */
  readonly sha256?: string
  /** As in `AES256` or `aws:kms`. */
  readonly encryption?: string
}

/** A part that the store has. */
export interface StoredPart {
  readonly partNumber: number
  /** In bytes. */
  readonly size: number
  /** With its quotes. */
  readonly etag: string
  /** SHA-256 in base64, where the part has one. */
  readonly sha256?: string
  /** When it was uploaded, the last time where it was more than once. */
  readonly lastModified?: Date
}

/** A result that the store has. */
export interface StoredResult {
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** With its quotes. */
  readonly etag?: string
  readonly lastModified: Date
}

/** @throws FST_UPLOAD_STORE_REFUSED for an answer that lacks what every object has */
export function toStoredObject (output: HeadObjectCommandOutput): StoredObject {
  const { ContentLength, ContentType, ETag, LastModified, Metadata = {}, ServerSideEncryption } = output
  const sha256 = output.ChecksumType === 'COMPOSITE' ? undefined : output.ChecksumSHA256
  if (ContentLength === undefined || !ETag) throw invalidResponse('an object without size or ETag')
  return {
    size: ContentLength,
    etag: ETag,
    metadata: Metadata,
    ...ContentType !== undefined && { contentType: ContentType },
    ...LastModified !== undefined && { lastModified: LastModified },
    ...sha256 !== undefined && { sha256: Buffer.from(sha256, 'base64').toString('hex') },
    ...ServerSideEncryption !== undefined && { encryption: ServerSideEncryption }
  }
}

/**
 * @param prefix of the keys that were asked for
 * @throws FST_UPLOAD_STORE_REFUSED for what was not asked for, or lacks what every object has
 */
export function toStoredResult ({ Key, Size, ETag, LastModified }: ListedObject, prefix: string): StoredResult {
  if (Key?.startsWith(prefix) !== true || Size === undefined || LastModified === undefined) {
    throw invalidResponse('a list of invalid objects')
  }
  return { name: Key.slice(prefix.length), size: Size, ...ETag && { etag: ETag }, lastModified: LastModified }
}

/**
 * @param previous number of the part before it in the list, if there is one
 * @throws FST_UPLOAD_STORE_REFUSED for what is no part, or is out of order
 */
export function toStoredPart (part: Part, previous = 0): StoredPart {
  const { PartNumber = 0, Size, ETag, ChecksumSHA256, LastModified } = part
  const isNext = Number.isInteger(PartNumber) && PartNumber > previous && PartNumber <= S3_LIMITS.maxParts
  if (!isNext || Size === undefined || !ETag) throw invalidResponse('a list of invalid parts')
  return {
    partNumber: PartNumber,
    size: Size,
    etag: ETag,
    ...ChecksumSHA256 !== undefined && { sha256: ChecksumSHA256 },
    ...LastModified !== undefined && { lastModified: LastModified }
  }
}
