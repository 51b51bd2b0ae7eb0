/** Where uploads in progress are remembered: `localStorage`, or anything of this shape. */
export type UploadStorage = Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>

/** What identifies a file: two of the same size, name and date are taken for one. */
export interface FileIdentity {
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since 1970. */
  readonly lastModified: number
}

/** What is remembered of an upload in progress. Anything may have changed it since. */
export interface SavedUpload extends FileIdentity {
  readonly key: string
  readonly uploadId: string
  /** Bytes. */
  readonly partSize: number
  /** Milliseconds since 1970. */
  readonly started: number
  readonly checksum?: 'sha256'
}

/** Of one upload, by S3. */
const MAX_PARTS = 10_000
const NUMBERS = ['size', 'lastModified', 'partSize', 'started'] as const
const STRINGS = ['name', 'key', 'uploadId'] as const

/** The uploads in progress of one owner at one service. */
export class SavedUploads {
  readonly #storage: UploadStorage | null
  readonly #prefix: string

  constructor (storage: UploadStorage | null, scope: string) {
    this.#storage = storage
    this.#prefix = `${scope} `
  }

  /** The name under which an upload is remembered, and locked. */
  nameOf ({ uploadId }: Pick<SavedUpload, 'uploadId'>): string {
    return this.#prefix + uploadId
  }

  list (): SavedUpload[] {
    const storage = this.#storage
    if (!storage) return []
    return Array.from({ length: storage.length }, (_, index) => storage.key(index))
      .filter(name => name?.startsWith(this.#prefix))
      .map(name => parse(storage.getItem(name!)))
      .filter(saved => saved !== undefined)
  }

  /** Remembers an upload; a storage that is full or blocked costs no more than the memory of it. */
  save (upload: SavedUpload): void {
    try {
      this.#storage?.setItem(this.nameOf(upload), JSON.stringify(upload))
    } catch {}
  }

  forget (upload: Pick<SavedUpload, 'uploadId'>): void {
    this.#storage?.removeItem(this.nameOf(upload))
  }
}

/** Whether a saved upload is of this file. */
export function isSameFile (saved: FileIdentity, file: FileIdentity): boolean {
  return saved.name === file.name && saved.size === file.size && saved.lastModified === file.lastModified
}

function parse (text: string | null): SavedUpload | undefined {
  try {
    const saved = JSON.parse(text!)
    const isValid = NUMBERS.every(field => Number.isFinite(saved[field]) && saved[field] >= 0) &&
      STRINGS.every(field => typeof saved[field] === 'string')
    return isValid && saved.partSize * MAX_PARTS >= saved.size ? saved : undefined
  } catch {
    return undefined
  }
}
