import { constants } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'

/*
 * One file holds a body and its description, so that a single rename publishes both or neither:
 *
 *   body | description (JSON, UTF-8) | its length (4 bytes) | its CRC-32 (4 bytes) | "local-s3" (8 bytes)
 *
 * The description comes last because ETag and checksums are known last. A file whose end is not as above was never
 * published by this code, or was damaged since: it counts as absent, for every operation alike.
 */
const MAGIC = Buffer.from('local-s3')
const TRAILER_BYTES = 8 + MAGIC.length
const READ_BYTES = 256 * 1024

/** A file being written under a temporary name. Ends in {@link publish} or {@link discard}. */
export class StoredFileWriter {
  #published = false
  #size = 0

  private constructor (readonly path: string, readonly handle: FileHandle) {}

  /** Creates an empty file that only its owner may read. Rejects with `EEXIST` where there is one. */
  static async create (path: string): Promise<StoredFileWriter> {
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY
    return new StoredFileWriter(path, await open(path, flags, 0o600))
  }

  /** Appends to the body. Resolves when the system has taken the bytes, which is the backpressure. */
  async write (chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.byteLength;) {
      const { bytesWritten } = await this.handle.write(chunk, offset)
      offset += bytesWritten
    }
    this.#size += chunk.byteLength
  }

  /** Bytes written so far. */
  get size (): number {
    return this.#size
  }

  /** Ends the file with its description and waits until the disk has it. Nothing can be written to it afterwards. */
  async finish (description: object): Promise<void> {
    const json = Buffer.from(JSON.stringify(description))
    const trailer = Buffer.alloc(TRAILER_BYTES)
    trailer.writeUInt32BE(json.length)
    trailer.writeUInt32BE(crc32(json), 4)
    MAGIC.copy(trailer, 8)
    await this.write(Buffer.concat([json, trailer]))
    // without this a power cut could leave the final name on a file that has no bytes yet
    await this.handle.datasync()
    await this.handle.close()
  }

  /** Gives the finished file its final name, in place of whatever had it. */
  async publish (path: string): Promise<void> {
    await rename(this.path, path)
    this.#published = true
    await syncFolder(dirname(path))
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

  /** @returns undefined where there is no such file, or it is damaged */
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
      const length = Math.min(READ_BYTES, end - position + 1)
      const { buffer, bytesRead } = await this.handle.read({ buffer: Buffer.allocUnsafe(length), position })
      if (bytesRead === 0) throw new Error('stored file ends before its body does')
      yield buffer.subarray(0, bytesRead)
      position += bytesRead
    }
  }

  async close (): Promise<void> {
    await this.handle.close()
  }
}

async function readDescription (handle: FileHandle): Promise<{ bodySize: number, text: string } | undefined> {
  const { size } = await handle.stat()
  if (size < TRAILER_BYTES) return undefined
  const trailer = Buffer.alloc(TRAILER_BYTES)
  await handle.read(trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES)
  const length = trailer.readUInt32BE()
  const bodySize = size - TRAILER_BYTES - length
  if (!trailer.subarray(8).equals(MAGIC) || bodySize < 0) return undefined
  const json = Buffer.alloc(length)
  await handle.read(json, 0, length, bodySize)
  return crc32(json) === trailer.readUInt32BE(4) ? { bodySize, text: json.toString() } : undefined
}

/** Waits until the disk has a folder's entries: before that, a power cut can undo a rename in it. */
export async function syncFolder (path: string): Promise<void> {
  // Windows can't open folders
  if (process.platform === 'win32') return
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function ignoreAbsent (error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
