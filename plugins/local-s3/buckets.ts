import { access, readdir, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isBucketName } from './bucket-name.js'
import { S3Error, isSystemError } from './errors.js'
import { hasObjects } from './objects.js'
import type { Storage } from './storage.js'
import { StoredFile } from './stored-file.js'

/** A bucket's configuration as kept on disk. */
export interface BucketDescription {
  /** ISO 8601. */
  readonly created: string
  /** The CORSConfiguration document as it was put. */
  readonly cors?: string
  /** The LifecycleConfiguration document as it was put. */
  readonly lifecycle?: string
}

/** @throws S3Error InvalidBucketName, BucketAlreadyOwnedByYou */
export async function createBucket (storage: Storage, name: string, now: Date): Promise<void> {
  if (!isBucketName(name)) {
    throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name })
  }
  const description: BucketDescription = { created: now.toISOString() }
  if (await storage.createFolder(storage.bucketPath(name), 'bucket', description, ['objects', 'uploads'])) return
  throw new S3Error(
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    { BucketName: name }
  )
}

/**
 * Reads a bucket's configuration. Where its file is damaged, the bucket is one without any.
 *
 * @throws S3Error NoSuchBucket
 */
export async function readBucket (storage: Storage, name: string): Promise<BucketDescription> {
  await requireBucket(storage, name)
  const file = await StoredFile.open<BucketDescription>(storage.bucketPath(name, 'bucket'))
  await file?.close()
  return file?.description ?? { created: new Date(0).toISOString() }
}

/** @throws S3Error NoSuchBucket */
export async function requireBucket (storage: Storage, name: string): Promise<void> {
  if (isBucketName(name) && await exists(storage, name)) return
  throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: name })
}

/** Replaces parts of a bucket's configuration; one that is undefined is removed. */
export async function configureBucket (
  storage: Storage, name: string, change: { cors?: string | undefined, lifecycle?: string | undefined }
): Promise<void> {
  const path = storage.bucketPath(name, 'bucket')
  await storage.exclusively(path, async () => {
    await storage.writeDescription(path, { ...await readBucket(storage, name), ...change })
  })
}

/**
 * Deletes an empty bucket; multipart uploads in progress go with it. The file system lets only empty folders be
 * removed, so that an object which is put at the same time is not lost.
 *
 * @throws S3Error BucketNotEmpty; a system error ENOENT where there is no such bucket
 */
export async function deleteBucket (storage: Storage, name: string): Promise<void> {
  const notEmpty = (): S3Error =>
    new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', { BucketName: name })
  const remove = async (folder: string): Promise<void> => await rmdir(folder).catch((error: unknown) => {
    throw isSystemError(error, 'ENOTEMPTY') || isSystemError(error, 'EEXIST') ? notEmpty() : error
  })
  if (await hasObjects(storage, name)) throw notEmpty()
  const objects = storage.bucketPath(name, 'objects')
  for (const folder of await readdir(objects)) {
    await removeDamaged(storage, join(objects, folder))
    await remove(join(objects, folder))
  }
  await remove(objects)
  await storage.removeFolder(storage.bucketPath(name))
}

/** Removes buckets that an earlier process had begun to delete. */
export async function removeDeletedBuckets (storage: Storage): Promise<void> {
  for (const name of await readdir(storage.bucketPath(''))) {
    if (!await exists(storage, name)) await storage.removeFolder(storage.bucketPath(name))
  }
}

async function removeDamaged (storage: Storage, folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    await storage.exclusively(path, async () => {
      const file = await StoredFile.open(path)
      await file?.close()
      if (file === undefined) await unlink(path)
    })
  }
}

async function exists (storage: Storage, name: string): Promise<boolean> {
  return await access(storage.bucketPath(name, 'objects')).then(() => true, () => false)
}
