import { readdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StoredChecksum } from './checksums.js'
import { S3Error, unless } from './errors.js'
import type { CreatedBy } from './event-queue.js'
import type { ObjectHeaders } from './object-headers.js'
import type { Storage } from './storage.js'
import { StoredFile, syncFolder } from './stored-file.js'
import type { StoredFileWriter } from './stored-file.js'

/** What is stored with an object's body. */
export interface ObjectDescription extends ObjectHeaders {
  readonly key: string
  /** Without the quotes that headers put around it. */
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

/** @returns what is stored with an object, if there is one */
export async function describeObject (
  storage: Storage, bucket: string, key: string
): Promise<ObjectDescription | undefined> {
  const object = await findObject(storage, bucket, key)
  await object?.close()
  return object?.description
}

/** How an object is written. */
export interface Publication {
  /** What creates it, for its event. */
  readonly by: CreatedBy
  /** As `If-None-Match: *` asks; of several writers at once one succeeds. Default: false. */
  readonly onlyIfNew?: boolean
}

/**
 * Makes a received file the object of its key, from one moment to the next.
 *
 * @throws S3Error PreconditionFailed; a system error ENOENT where the bucket has been deleted meanwhile
 */
export async function publishObject (
  storage: Storage, bucket: string, file: StoredFileWriter, description: ObjectDescription,
  { by, onlyIfNew = false }: Publication
): Promise<void> {
  const { key, etag } = description
  const { size } = file
  await file.finish(description)
  const path = storage.objectPath(bucket, description.key)
  await storage.exclusively(path, async () => {
    if (onlyIfNew && await describeObject(storage, bucket, description.key) !== undefined) {
      throw preconditionFailed('If-None-Match')
    }
    const publish = async (): Promise<void> => await storage.publish(file, path)
    if (storage.events === undefined) await publish()
    else await storage.events.whenCreated({ bucket, key, size, etag, by }, publish)
  })
}

/**
 * Replaces what is stored with an object; its body stays as it is.
 *
 * @throws S3Error NoSuchKey
 */
export async function rewriteObject (
  storage: Storage, bucket: string, key: string, change: (description: ObjectDescription) => ObjectDescription
): Promise<void> {
  const path = storage.objectPath(bucket, key)
  await storage.exclusively(path, async () => {
    const object = await openObject(storage, bucket, key)
    const file = await storage.createFile()
    try {
      for await (const chunk of object.read()) await file.write(chunk)
      await file.finish(change(object.description))
      await storage.publish(file, path)
    } finally {
      await object.close()
      await file.discard()
    }
  })
}

/** The error for a conditional request, naming the header whose condition does not hold. */
export const preconditionFailed = (condition: string): S3Error => new S3Error(
  'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', { Condition: condition }
)

/**
 * Deletes an object, if there is one.
 *
 * @param isDue decides about what is there by then. Default: it goes, whatever it is.
 */
export async function deleteObject (
  storage: Storage, bucket: string, key: string, isDue?: (object: ListedObject) => boolean
): Promise<void> {
  const path = storage.objectPath(bucket, key)
  await storage.exclusively(path, async () => {
    if (isDue !== undefined) {
      const object = await findObject(storage, bucket, key)
      await object?.close()
      if (object === undefined || !isDue(object)) return
    }
    await unlink(path)
    await syncFolder(dirname(path))
  }).catch(unless('ENOENT'))
}

/** One object in a listing. */
export interface ListedObject {
  /** Bytes. */
  readonly size: number
  readonly description: ObjectDescription
}

/** Every object of a bucket whose key begins with `prefix`, in the order of their keys' bytes. */
export async function listObjects (storage: Storage, bucket: string, prefix: string): Promise<ListedObject[]> {
  const found: ListedObject[] = []
  for await (const object of readObjects(storage, bucket)) {
    if (object.description.key.startsWith(prefix)) found.push(object)
  }
  return found.sort((one, other) => compareKeys(one.description.key, other.description.key))
}

/** Whether a bucket holds an object. */
export async function hasObjects (storage: Storage, bucket: string): Promise<boolean> {
  const { done } = await readObjects(storage, bucket).next()
  return done !== true
}

async function * readObjects (storage: Storage, bucket: string): AsyncGenerator<ListedObject> {
  const root = storage.bucketPath(bucket, 'objects')
  for (const subfolder of await readdir(root)) {
    for (const name of await readdir(join(root, subfolder))) {
      const object = await StoredFile.open<ObjectDescription>(join(root, subfolder, name))
      await object?.close()
      if (object !== undefined) yield { size: object.size, description: object.description }
    }
  }
}

/** Orders keys as S3 lists them: by their UTF-8 bytes. */
export const compareKeys = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other))
