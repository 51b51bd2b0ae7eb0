import { mkdir, readdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StoredChecksum } from './checksums.js'
import { S3Error, isSystemError } from './errors.js'
import type { ObjectHeaders } from './object-headers.js'
import type { Storage } from './storage.js'
import { StoredFile } from './stored-file.js'
import type { StoredFileWriter } from './stored-file.js'

/** What is stored with an object's body. */
export interface ObjectDescription extends ObjectHeaders {
  readonly key: string
  /** Without the quotes it wears in headers. */
  readonly etag: string
  /** ISO 8601. */
  readonly lastModified: string
  readonly checksum?: StoredChecksum
  /** The multipart upload it was made from. */
  readonly uploadId?: string
}

/** An object open for reading. */
export type StoredObject = StoredFile<ObjectDescription>

/** @throws S3Error NoSuchKey */
export async function openObject (storage: Storage, bucket: string, key: string): Promise<StoredObject> {
  const object = await findObject(storage, bucket, key)
  if (object === undefined) throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key })
  return object
}

/** @returns the object open for reading, if there is one */
export async function findObject (storage: Storage, bucket: string, key: string): Promise<StoredObject | undefined> {
  return await StoredFile.open<ObjectDescription>(storage.objectPath(bucket, key))
}

/**
 * Makes a received file the object of its key: the moment from which it exists.
 *
 * @param onlyIfNew as `If-None-Match: *` asks; of several writers at once the file system lets one through
 * @throws S3Error PreconditionFailed, NoSuchBucket
 */
export async function publishObject (storage: Storage, bucket: string, file: StoredFileWriter, description: ObjectDescription, onlyIfNew: boolean): Promise<void> {
  await file.finish(description)
  const path = storage.objectPath(bucket, description.key)
  const publish = async (): Promise<void> => await (onlyIfNew ? file.publishNew(path) : file.publish(path))
  try {
    await publish().catch(async (error: unknown) => {
      if (!isSystemError(error, 'ENOENT')) throw error
      await mkdir(dirname(path)).catch(unless('EEXIST'))
      await publish()
    })
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) throw preconditionFailed('If-None-Match')
    if (isSystemError(error, 'ENOENT')) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket })
    throw error
  }
}

/** The refusal of a conditional request, naming the header whose condition does not hold. */
export const preconditionFailed = (condition: string): S3Error =>
  new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', { Condition: condition })

/** Deletes an object; one that is not there is as good as deleted. */
export async function deleteObject (storage: Storage, bucket: string, key: string): Promise<void> {
  await unlink(storage.objectPath(bucket, key)).catch(unless('ENOENT'))
}

/** One object in a listing. */
export interface ListedObject {
  readonly size: number
  readonly description: ObjectDescription
}

/** Every object of a bucket whose key begins with `prefix`, in the order of their keys' bytes. */
export async function listObjects (storage: Storage, bucket: string, prefix: string): Promise<ListedObject[]> {
  const root = storage.bucketPath(bucket, 'objects')
  const found: ListedObject[] = []
  for (const folder of await readdir(root)) {
    for (const name of await readdir(join(root, folder))) {
      const object = await StoredFile.open<ObjectDescription>(join(root, folder, name))
      await object?.close()
      if (object?.description.key.startsWith(prefix) === true) found.push({ size: object.size, description: object.description })
    }
  }
  return found.sort((one, other) => compareKeys(one.description.key, other.description.key))
}

/** Orders keys as S3 lists them: by their UTF-8 bytes. */
export const compareKeys = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other))

/** Rejection handler that lets one system error pass. */
export function unless (code: string): (error: unknown) => undefined {
  return (error) => {
    if (!isSystemError(error, code)) throw error
  }
}
