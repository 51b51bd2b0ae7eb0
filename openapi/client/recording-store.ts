/** What is remembered of a recording. */
export interface SavedRecording {
  readonly id: string
  /** Whose it is, and at which service. */
  readonly scope: string
  readonly name: string
  readonly contentType: string
  readonly metadata?: Readonly<Record<string, string>>
  /** Milliseconds since 1970. */
  readonly started: number
  /** The upload, once there is one: part size in bytes. */
  readonly upload?: { readonly key: string, readonly uploadId: string, readonly partSize: number }
}

const RECORDINGS = 'recordings'
const CHUNKS = 'chunks'

/** Recordings that are not complete yet, chunk by chunk, in IndexedDB. A chunk is found by its offset in bytes. */
export class RecordingStore {
  readonly #factory: IDBFactory
  #database: Promise<IDBDatabase> | undefined

  constructor (factory: IDBFactory) {
    this.#factory = factory
  }

  async save (recording: SavedRecording): Promise<void> {
    await this.#run(RECORDINGS, 'readwrite', store => store.put(recording, recording.id))
  }

  async list (): Promise<SavedRecording[]> {
    return await this.#run(RECORDINGS, 'readonly', store => store.getAll())
  }

  async addChunk (id: string, offset: number, bytes: ArrayBuffer): Promise<void> {
    await this.#run(CHUNKS, 'readwrite', store => store.put(bytes, [id, offset]))
  }

  /** Bytes from one offset to another, the latter not included; fewer where they are not all there. */
  async read (id: string, from: number, to: number): Promise<Blob> {
    const start = await this.#edge(id, from, 'prev')
    const chunks = await this.#run<ArrayBuffer[]>(CHUNKS, 'readonly', store => store.getAll(range(id, start, to - 1)))
    return new Blob(chunks).slice(from - start, to - start)
  }

  /** Offsets of the first byte that is there, and behind the last. */
  async extent (id: string): Promise<{ first: number, end: number }> {
    const last = await this.#edge(id, Infinity, 'prev')
    const chunk = await this.#run<ArrayBuffer | undefined>(CHUNKS, 'readonly', store => store.get([id, last]))
    return { first: await this.#edge(id, Infinity, 'next'), end: last + (chunk?.byteLength ?? 0) }
  }

  /** Deletes the chunks that begin before an offset, all but the last of them. */
  async deleteBefore (id: string, offset: number): Promise<void> {
    const last = await this.#edge(id, offset, 'prev')
    await this.#run(CHUNKS, 'readwrite', store => store.delete(range(id, 0, last - 1)))
  }

  async delete (id: string): Promise<void> {
    await this.#run(CHUNKS, 'readwrite', store => store.delete(range(id, 0, Infinity)))
    await this.#run(RECORDINGS, 'readwrite', store => store.delete(id))
  }

  /** Offset of the first chunk, or of the last up to a limit. */
  async #edge (id: string, limit: number, direction: 'prev' | 'next'): Promise<number> {
    const cursor = await this.#run<IDBCursor | null>(CHUNKS, 'readonly', store =>
      store.openKeyCursor(range(id, 0, limit), direction))
    return cursor ? (cursor.key as [string, number])[1] : 0
  }

  async #run<T> (name: string, mode: IDBTransactionMode, request: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    this.#database ??= this.#open().catch(error => {
      this.#database = undefined
      throw error
    })
    const transaction = (await this.#database).transaction(name, mode)
    return await new Promise((resolve, reject) => {
      const pending = request(transaction.objectStore(name))
      transaction.oncomplete = () => resolve(pending.result)
      transaction.onabort = () => reject(transaction.error)
    })
  }

  async #open (): Promise<IDBDatabase> {
    return await new Promise((resolve, reject) => {
      const request = this.#factory.open('fastify-upload-url', 1)
      request.onupgradeneeded = () => {
        request.result.createObjectStore(RECORDINGS)
        request.result.createObjectStore(CHUNKS)
      }
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  }
}

// Both ends are included.
function range (id: string, from: number, to: number): IDBKeyRange {
  return IDBKeyRange.bound([id, from], [id, to])
}
