import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StoredFileWriter } from './stored-file.js'

/*
 *   directory/
 *     buckets/<bucket>/bucket.json              the bucket and its configuration
 *     buckets/<bucket>/objects/ab/abcd…         one object, named by the hash of bucket and key
 *     buckets/<bucket>/uploads/<id>/upload.json a multipart upload in progress
 *     buckets/<bucket>/uploads/<id>/00001       one part of it
 *     temporary/<process id>-<uuid>/            whatever is not whole yet
 */

/** Temporary folders of all stores that run in this process. */
const held = new Set<string>()

/** Where things are on disk. Whatever is created here appears whole, by a rename, or not at all. */
export class Storage {
  readonly #temporary: string

  constructor (readonly directory: string) {
    this.#temporary = `${process.pid}-${randomUUID()}`
  }

  /**
   * Creates the folders and sweeps what processes that are gone left half done.
   *
   * @throws Error naming the folder that can't be written
   */
  async open (): Promise<void> {
    try {
      await mkdir(join(this.directory, 'buckets'), { recursive: true })
      await mkdir(this.#temporaryPath(), { recursive: true })
      await writeFile(this.#temporaryPath('probe'), '')
      await rm(this.#temporaryPath('probe'))
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException
      throw new Error(`local-s3: can't write to directory ${this.directory} (${code})`, { cause: error })
    }
    held.add(this.#temporary)
    await this.#sweep()
  }

  /** Gives up the temporary folder. */
  async close (): Promise<void> {
    await rm(this.#temporaryPath(), { recursive: true, force: true })
    held.delete(this.#temporary)
  }

  /** The folder of a bucket, or something in it. */
  bucketPath (bucket: string, ...rest: readonly string[]): string {
    return join(this.directory, 'buckets', bucket, ...rest)
  }

  /** A key is hashed, so that no key is ever a path. */
  objectPath (bucket: string, key: string): string {
    const name = createHash('sha256').update(`${bucket}\0${key}`).digest('hex')
    return this.bucketPath(bucket, 'objects', name.slice(0, 2), name)
  }

  /** The folder of a multipart upload, or something in it. */
  uploadPath (bucket: string, uploadId: string, ...rest: readonly string[]): string {
    return this.bucketPath(bucket, 'uploads', uploadId, ...rest)
  }

  /** Begins a file that {@link StoredFileWriter.publish} later puts in its place. */
  async createFile (): Promise<StoredFileWriter> {
    return await StoredFileWriter.create(this.#temporaryPath(randomUUID()))
  }

  /** Replaces a small JSON document at once. */
  async replaceJson (path: string, value: object): Promise<void> {
    const temporary = this.#temporaryPath(randomUUID())
    await writeFile(temporary, JSON.stringify(value), { flush: true })
    await rename(temporary, path)
  }

  /** Creates a folder with these JSON documents in it. Rejects with `EEXIST` or `ENOTEMPTY` where there is one already. */
  async createFolder (path: string, documents: Readonly<Record<string, object>>, folders: readonly string[] = []): Promise<void> {
    const temporary = this.#temporaryPath(randomUUID())
    await mkdir(temporary)
    for (const folder of folders) await mkdir(join(temporary, folder))
    for (const [name, value] of Object.entries(documents)) await writeFile(join(temporary, name), JSON.stringify(value), { flush: true })
    await rename(temporary, path).catch(async (error: unknown) => {
      await rm(temporary, { recursive: true })
      throw error
    })
  }

  /** Makes a folder disappear at once, and removes its files afterwards. Rejects with `ENOENT` where there is none. */
  async removeFolder (path: string): Promise<void> {
    const temporary = this.#temporaryPath(randomUUID())
    await rename(path, temporary)
    await rm(temporary, { recursive: true, force: true })
  }

  #temporaryPath (...rest: readonly string[]): string {
    return join(this.directory, 'temporary', this.#temporary, ...rest)
  }

  async #sweep (): Promise<void> {
    for (const name of await readdir(join(this.directory, 'temporary'))) {
      if (!held.has(name) && !isRunning(Number.parseInt(name, 10))) {
        await rm(join(this.directory, 'temporary', name), { recursive: true, force: true })
      }
    }
  }
}

/** A store in another process may share the directory; this process's own are in `held`. */
function isRunning (processId: number): boolean {
  if (processId === process.pid || Number.isNaN(processId)) return false
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
