/** Where uploads in progress are remembered: `localStorage`, or anything of this shape. */
export type UploadStorage = Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>

/** What is remembered of an upload in progress. Anything may have changed it since. */
export interface SavedUpload {
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** When the file was changed last, in milliseconds since 1970. */
  readonly lastModified: number
  readonly key: string
  readonly uploadId: string
  /** Bytes. */
  readonly partSize: number
  /** Milliseconds since 1970. */
  readonly started: number
  readonly checksum?: 'sha256' | undefined
}

/** What identifies a file: two of the same size, name and date are taken for one. */
export type FileIdentity = {
  readonly [Field in 'name' | 'size' | 'lastModified']: SavedUpload[Field] | undefined
}

/** Of one upload, by S3. */
const MAX_PARTS = 10_000

export type SavedUploads = ReturnType<typeof savedUploads>

/**
 * The uploads in progress in a storage.
 *
 * @param scope whose they are, and at which service
 */
export function savedUploads (storage: UploadStorage | null, scope: string) {
  /** The name under which an upload is remembered, and locked. */
  const nameOf = ({ uploadId }: Pick<SavedUpload, 'uploadId'>) => `${scope} ${uploadId}`
  return {
    nameOf,
    list: () => Array.from({ length: storage?.length ?? 0 }, (_, index) => storage!.key(index)!)
      .filter(name => name.startsWith(`${scope} `))
      .flatMap(name => parse(storage!.getItem(name))),
    /** Remembers an upload; a storage that is full or blocked costs no more than the memory of it. */
    save (upload: SavedUpload): void {
      try {
        storage?.setItem(nameOf(upload), JSON.stringify(upload))
      } catch {}
    },
    forget (upload: Pick<SavedUpload, 'uploadId'>): void {
      storage?.removeItem(nameOf(upload))
    }
  }
}

/** Whether a saved upload is of this file. */
export function isSameFile (saved: FileIdentity, file: FileIdentity): boolean {
  return saved.name === file.name && saved.size === file.size && saved.lastModified === file.lastModified
}

// Whether the upload exists, and is of this file, the service and the file will tell.
function parse (text: string | null): SavedUpload[] {
  try {
    const saved = JSON.parse(text!)
    return saved.partSize * MAX_PARTS >= saved.size ? [saved] : []
  } catch {
    return []
  }
}
