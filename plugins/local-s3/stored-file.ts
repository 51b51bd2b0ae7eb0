import { constants } from 'node:fs'
import { link, open, rename, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

/*
 * One file holds a body and its description, so that a single rename publishes both or neither:
 *
 *   body | description (JSON, UTF-8) | length of the description (4 bytes) | "local-s3" (8 bytes)
 *
 * The description comes last because ETag and checksums are known last. A file without a whole
 * trailer was never published by this code and counts as absent.
 */
const MAGIC = Buffer.from('local-s3')
const TRAILER_BYTES = 4 + MAGIC.length
const READ_BYTES = 256 * 1024

/** A file being written under a temporary name. Ends in {@link publish} or {@link discard}. */
export class StoredFileWriter {
  #published = false

  private constructor (readonly path: string, readonly handle: FileHandle) {}

  /** Begins an empty file. Rejects with `EEXIST` where there is one. */
  static async create (path: string): Promise<StoredFileWriter> {
    return new StoredFileWriter(path, await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600))
  }

  /** Appends to the body. Resolves when the system has taken the bytes, which is the backpressure. */
  async write (chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.byteLength;) {
      const { bytesWritten } = await this.handle.write(chunk, offset)
      offset += bytesWritten
    }
  }

  /** Ends the file with its description and waits until the disk has it: no more is written to it. */
  async finish (description: object): Promise<void> {
    const json = Buffer.from(JSON.stringify(description))
    const trailer = Buffer.alloc(TRAILER_BYTES)
    trailer.writeUInt32BE(json.length)
    MAGIC.copy(trailer, 4)
    await this.write(Buffer.concat([json, trailer]))
    // without this a power cut could leave the final name on a file that has no bytes yet
    await this.handle.datasync()
    await this.handle.close()
  }

  /** Gives the finished file its final name, in place of whatever had it. */
  async publish (path: string): Promise<void> {
    await rename(this.path, path)
    this.#published = true
  }

  /** Gives the finished file its final name, unless that is taken: then rejects with `EEXIST`. */
  async publishNew (path: string): Promise<void> {
    await link(this.path, path)
    await unlink(this.path)
    this.#published = true
  }

  /** Removes what was written so far; does nothing once it was published. */
  async discard (): Promise<void> {
    if (this.#published) return
    await this.handle.close().catch(() => {})
    await unlink(this.path).catch(() => {})
  }
}

/** A stored file open for reading. It stays whole while open, even when replaced or deleted. */
export class StoredFile<Description> {
  private constructor (readonly handle: FileHandle, readonly size: number, readonly description: Description) {}

  /** @returns undefined where there is no such file, or it is not whole */
  static async open<Description> (path: string): Promise<StoredFile<Description> | undefined> {
    const handle = await open(path).catch(ignoreAbsent)
    if (handle === undefined) return undefined
    const json = await readDescription(handle)
    if (json === undefined) {
      await handle.close()
      return undefined
    }
    return new StoredFile(handle, json.bodySize, JSON.parse(json.text) as Description)
  }

  /** The body's bytes from `start` to `end`, both included. */
  async * read (start = 0, end = this.size - 1): AsyncGenerator<Buffer> {
    for (let position = start; position <= end;) {
      const { buffer, bytesRead } = await this.handle.read({ buffer: Buffer.allocUnsafe(Math.min(READ_BYTES, end - position + 1)), position })
      if (bytesRead === 0) throw new Error('stored file ends before its body does')
      yield buffer.subarray(0, bytesRead)
      position += bytesRead
    }
  }

  /** Gives the file handle back. */
  async close (): Promise<void> {
    await this.handle.close()
  }
}

async function readDescription (handle: FileHandle): Promise<{ bodySize: number, text: string } | undefined> {
  const { size } = await handle.stat()
  if (size < TRAILER_BYTES) return undefined
  const trailer = Buffer.alloc(TRAILER_BYTES)
  await handle.read(trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES)
  const bodySize = size - TRAILER_BYTES - trailer.readUInt32BE()
  if (!trailer.subarray(4).equals(MAGIC) || bodySize < 0) return undefined
  const json = Buffer.alloc(trailer.readUInt32BE())
  await handle.read(json, 0, json.length, bodySize)
  return { bodySize, text: json.toString() }
}

function ignoreAbsent (error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
