import { createHash, randomUUID } from 'node:crypto'
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isSystemError, unless } from './errors.js'
import { lockFolder } from './folder-lock.js'
import type { EventQueue } from './event-queue.js'
import type { Unlock } from './folder-lock.js'
import { StoredFileWriter, syncFolder } from './stored-file.js'

/*
 *   directory/
 *     buckets/<bucket>/bucket              the bucket's configuration
 *     buckets/<bucket>/objects/ab/abcd…    one object, named by the hash of bucket and key
 *     buckets/<bucket>/uploads/<id>/upload a multipart upload in progress
 *     buckets/<bucket>/uploads/<id>/00001  one part of it
 *     events/<time>-<uuid>.json            an object that was created, until that has been handled
 *     temporary/<uuid>                     whatever is not whole yet
 *     lock/                                which store the folder belongs to
 */

/** Nobody but the owner of the process may look into a folder. */
const FOLDER_MODE = 0o700

/** Where things are on disk. Whatever is created here appears whole, by a rename, or not at all. */
export class Storage {
  readonly #lastTask = new Map<string, Promise<unknown>>()
  #unlock: Unlock | undefined

  /** @param events is told of every object that is created */
  constructor (readonly directory: string, readonly events?: EventQueue) {}

  /**
   * Takes the folder into possession, creates what is missing and removes what an earlier store left unfinished.
   *
   * @throws Error naming the folder where it can't be written, or another store uses it
   */
  async open (): Promise<void> {
    try {
      for (const folder of ['buckets', 'temporary']) {
        await mkdir(join(this.directory, folder), { recursive: true, mode: FOLDER_MODE })
        await chmod(join(this.directory, folder), FOLDER_MODE)
      }
      const probe = this.#temporaryPath()
      await writeFile(probe, '')
      await rm(probe, { force: true })
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException
      throw new Error(`local-s3: can't write to directory ${this.directory} (${code})`, { cause: error })
    }
    this.#unlock = await lockFolder(this.directory)
    await this.#emptyTemporary()
    await this.events?.open()
  }

  /** Gives the folder up, so that another store can open it. */
  async close (): Promise<void> {
    if (this.#unlock === undefined) return
    this.events?.close()
    await this.#emptyTemporary()
    await this.#unlock()
    this.#unlock = undefined
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

  /** Runs a task when everything that was started before for the same path has ended. */
  async exclusively<Result> (path: string, task: () => Promise<Result>): Promise<Result> {
    const turn = (this.#lastTask.get(path) ?? Promise.resolve()).then(task, task)
    this.#lastTask.set(path, turn)
    try {
      return await turn
    } finally {
      if (this.#lastTask.get(path) === turn) this.#lastTask.delete(path)
    }
  }

  /** Begins a file that {@link StoredFileWriter.publish} later gives its place. */
  async createFile (): Promise<StoredFileWriter> {
    return await StoredFileWriter.create(this.#temporaryPath())
  }

  /** Writes a file without a body, in place of one that is there already. Rejects with `ENOENT` without its folder. */
  async writeDescription (path: string, description: object): Promise<void> {
    const file = await this.createFile()
    try {
      await file.finish(description)
      await file.publish(path)
    } finally {
      await file.discard()
    }
  }

  /**
   * Creates a folder with one description and empty folders in it.
   *
   * @returns false where there is a folder already
   */
  async createFolder (
    path: string, name: string, description: object, folders: readonly string[] = []
  ): Promise<boolean> {
    const temporary = this.#temporaryPath()
    await mkdir(temporary, { mode: FOLDER_MODE })
    try {
      for (const folder of folders) await mkdir(join(temporary, folder), { mode: FOLDER_MODE })
      await this.writeDescription(join(temporary, name), description)
      await rename(temporary, path)
      await syncFolder(dirname(path))
      return true
    } catch (error) {
      await rm(temporary, { recursive: true, force: true })
      if (isSystemError(error, 'ENOTEMPTY') || isSystemError(error, 'EEXIST')) return false
      throw error
    }
  }

  /**
   * Gives a finished file its final name, in a folder that is created where it is missing. Rejects with `ENOENT`
   * where the folder around it is missing as well.
   */
  async publish (file: StoredFileWriter, path: string): Promise<void> {
    const folder = dirname(path)
    // more than twice, because DeleteBucket may remove the empty folder in between
    for (let attempt = 1; ; attempt++) {
      try {
        return await file.publish(path)
      } catch (error) {
        if (!isSystemError(error, 'ENOENT') || attempt === 4) throw error
      }
      await mkdir(folder, { mode: FOLDER_MODE }).catch(unless('EEXIST'))
      await syncFolder(dirname(folder))
    }
  }

  /** Makes a folder disappear at once, and removes its files afterwards. Rejects with `ENOENT` where there is none. */
  async removeFolder (path: string): Promise<void> {
    const temporary = this.#temporaryPath()
    await rename(path, temporary)
    await syncFolder(dirname(path))
    await rm(temporary, { recursive: true, force: true })
  }

  #temporaryPath (): string {
    return join(this.directory, 'temporary', randomUUID())
  }

  async #emptyTemporary (): Promise<void> {
    const folder = join(this.directory, 'temporary')
    // the folder may have been deleted under a running store
    const names = await readdir(folder).catch(unless('ENOENT')) ?? []
    for (const name of names) await rm(join(folder, name), { recursive: true, force: true })
  }
}
