import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import type { ChecksumAlgorithm, StoredChecksum } from './checksums.js'
import { S3Error, isSystemError } from './errors.js'
import type { ObjectHeaders } from './object-headers.js'
import { compareKeys, describeObject } from './objects.js'
import type { Storage } from './storage.js'
import { StoredFile } from './stored-file.js'
import type { StoredFileWriter } from './stored-file.js'

/** A multipart upload in progress. */
export interface UploadDescription extends ObjectHeaders {
  readonly uploadId: string
  readonly key: string
  /** ISO 8601. */
  readonly initiated: string
  readonly checksumAlgorithm?: ChecksumAlgorithm
  readonly checksumType?: 'COMPOSITE' | 'FULL_OBJECT'
}

/** What is stored with the body of a part. */
export interface PartDescription {
  readonly partNumber: number
  /** MD5 in hex. */
  readonly etag: string
  /** ISO 8601. */
  readonly lastModified: string
  readonly checksum?: StoredChecksum
}

/** A part open for reading. */
export type StoredPart = StoredFile<PartDescription>

/** The error for an upload that was never started, or has ended. */
export const noSuchUpload = (uploadId: string): S3Error => new S3Error(
  'NoSuchUpload',
  'The specified upload does not exist. ' +
  'The upload ID may be invalid, or the upload may have been aborted or completed.',
  { UploadId: uploadId }
)

/** What a folder that is no longer there means, at any step: the upload has ended. */
const orNoSuchUpload = (uploadId: string) => (error: unknown): never => {
  throw isSystemError(error, 'ENOENT') ? noSuchUpload(uploadId) : error
}

/**
 * Starts an upload.
 *
 * @returns its id, which begins with the time, so that the ids of one key are in the order of their start
 * @throws a system error ENOENT where the bucket has been deleted meanwhile
 */
export async function createUpload (
  storage: Storage, bucket: string, upload: Omit<UploadDescription, 'uploadId' | 'initiated'> & { initiated: Date }
): Promise<string> {
  const time = Math.max(0, upload.initiated.getTime()).toString(16).padStart(12, '0')
  const uploadId = `${time}${randomBytes(18).toString('hex')}`
  const description = { ...upload, uploadId, initiated: upload.initiated.toISOString() }
  await storage.createFolder(storage.uploadPath(bucket, uploadId), 'upload', description)
  return uploadId
}

/**
 * Finds an upload under the key it was started for.
 *
 * @throws S3Error NoSuchUpload
 */
export async function readUpload (
  storage: Storage, bucket: string, key: string, uploadId: string
): Promise<UploadDescription> {
  const upload = await findUpload(storage, bucket, uploadId)
  if (upload?.key === key) return upload
  throw noSuchUpload(uploadId)
}

async function findUpload (
  storage: Storage, bucket: string, uploadId: string
): Promise<UploadDescription | undefined> {
  if (!/^[0-9a-f]{48}$/.test(uploadId)) return undefined
  const file = await StoredFile.open<UploadDescription>(storage.uploadPath(bucket, uploadId, 'upload'))
  await file?.close()
  return file?.description
}

/**
 * Runs a task that ends an upload. Such tasks wait for each other: an upload that is being completed is not aborted.
 */
export async function endUpload<Result> (
  storage: Storage, bucket: string, uploadId: string, task: () => Promise<Result>
): Promise<Result> {
  return await storage.exclusively(storage.uploadPath(bucket, uploadId), task)
}

/** Every upload in progress whose key begins with `prefix`, ordered by key and then by start. */
export async function listUploads (storage: Storage, bucket: string, prefix: string): Promise<UploadDescription[]> {
  const names = await readdir(storage.bucketPath(bucket, 'uploads'))
  const uploads = await Promise.all(names.map(async (name) => await findUpload(storage, bucket, name)))
  return uploads.filter((upload) => upload !== undefined)
    .filter(({ key }) => key.startsWith(prefix))
    .sort((one, other) => compareKeys(one.key, other.key) || compareKeys(one.uploadId, other.uploadId))
}

/**
 * Makes a received file a part, in place of one with the same number.
 *
 * @throws S3Error NoSuchUpload where the upload has ended meanwhile
 */
export async function publishPart (
  storage: Storage, bucket: string, uploadId: string, file: StoredFileWriter, part: PartDescription
): Promise<void> {
  await file.finish(part)
  await file.publish(partPath(storage, bucket, uploadId, part.partNumber)).catch(orNoSuchUpload(uploadId))
}

/** @returns the part open for reading, if there is one */
export async function openPart (
  storage: Storage, bucket: string, uploadId: string, partNumber: number
): Promise<StoredPart | undefined> {
  return await StoredFile.open<PartDescription>(partPath(storage, bucket, uploadId, partNumber))
}

/**
 * The numbers of all parts uploaded so far, ascending.
 *
 * @throws S3Error NoSuchUpload where the upload has ended meanwhile
 */
export async function listPartNumbers (storage: Storage, bucket: string, uploadId: string): Promise<number[]> {
  const names = await readdir(storage.uploadPath(bucket, uploadId)).catch(orNoSuchUpload(uploadId))
  return names.filter((name) => /^\d{5}$/.test(name)).map(Number).sort((one, other) => one - other)
}

/**
 * Removes an upload with all its parts, at once.
 *
 * @throws S3Error NoSuchUpload
 */
export async function removeUpload (storage: Storage, bucket: string, uploadId: string): Promise<void> {
  await storage.removeFolder(storage.uploadPath(bucket, uploadId)).catch(orNoSuchUpload(uploadId))
}

/** Removes uploads whose object is there already: a crash came between the two last steps of completing them. */
export async function removeCompletedUploads (storage: Storage): Promise<void> {
  for (const bucket of await readdir(storage.bucketPath(''))) {
    for (const { key, uploadId } of await listUploads(storage, bucket, '')) {
      const object = await describeObject(storage, bucket, key)
      if (object?.uploadId === uploadId) await removeUpload(storage, bucket, uploadId)
    }
  }
}

const partPath = (storage: Storage, bucket: string, uploadId: string, partNumber: number): string =>
  storage.uploadPath(bucket, uploadId, String(partNumber).padStart(5, '0'))
