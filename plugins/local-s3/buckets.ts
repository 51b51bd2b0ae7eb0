import { access, readFile, readdir } from 'node:fs/promises'
import { isBucketName } from './bucket-name.js'
import { S3Error, isSystemError } from './errors.js'
import type { Storage } from './storage.js'

/** A bucket's configuration as kept on disk. */
export interface BucketDescription {
  readonly name: string
  /** ISO 8601. */
  readonly created: string
  /** The CORSConfiguration document as it was put. */
  readonly cors?: string
  /** The LifecycleConfiguration document as it was put. */
  readonly lifecycle?: string
}

/** @throws S3Error InvalidBucketName, BucketAlreadyOwnedByYou */
export async function createBucket (storage: Storage, name: string, now: Date): Promise<void> {
  if (!isBucketName(name)) throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name })
  const description: BucketDescription = { name, created: now.toISOString() }
  try {
    await storage.createFolder(storage.bucketPath(name), { 'bucket.json': description }, ['objects', 'uploads'])
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY') && !isSystemError(error, 'EEXIST')) throw error
    throw new S3Error('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.', { BucketName: name })
  }
}

/** @throws S3Error NoSuchBucket */
export async function readBucket (storage: Storage, name: string): Promise<BucketDescription> {
  try {
    if (isBucketName(name)) return JSON.parse(await readFile(storage.bucketPath(name, 'bucket.json'), 'utf8')) as BucketDescription
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error
  }
  throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: name })
}

/** @throws S3Error NoSuchBucket */
export async function requireBucket (storage: Storage, name: string): Promise<void> {
  if (isBucketName(name) && await access(storage.bucketPath(name, 'bucket.json')).then(() => true, () => false)) return
  throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: name })
}

/** Replaces parts of a bucket's configuration; one that is undefined is taken away. */
export async function configureBucket (storage: Storage, name: string, change: { cors?: string | undefined, lifecycle?: string | undefined }): Promise<void> {
  const before = await readBucket(storage, name)
  await storage.replaceJson(storage.bucketPath(name, 'bucket.json'), { ...before, ...change })
}

/**
 * Deletes an empty bucket; multipart uploads in progress go with it.
 *
 * @throws S3Error NoSuchBucket, BucketNotEmpty
 */
export async function deleteBucket (storage: Storage, name: string): Promise<void> {
  await requireBucket(storage, name)
  const folders = await readdir(storage.bucketPath(name, 'objects'))
  const contents = await Promise.all(folders.map(async (folder) => await readdir(storage.bucketPath(name, 'objects', folder))))
  if (contents.some((names) => names.length > 0)) {
    throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', { BucketName: name })
  }
  await storage.removeFolder(storage.bucketPath(name))
}
