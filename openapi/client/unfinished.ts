import { fileChanged, UploadError } from './errors.js'
import type { UploadContext, UploadResult } from './file-transfer.js'
import { isLocked } from './lock.js'
import { isSameFile, type SavedUpload } from './saved-uploads.js'
import { Upload } from './upload.js'

/** An upload that was interrupted. */
export interface UnfinishedUpload {
  readonly kind: 'file' | 'recording'
  /** Name of the file. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly started: Date
  /**
   * Uploads what is missing.
   *
   * @param file the same file, which a browser cannot keep; a recording needs none
   * @throws UploadError with the code FILE_REQUIRED or FILE_CHANGED, and as an upload does
   */
  finish (file?: Blob): Promise<UploadResult>
  /** Deletes what has arrived, and forgets it. */
  discard (): Promise<void>
}

/** The uploads of files that were interrupted. */
export async function findUnfinished (context: UploadContext): Promise<UnfinishedUpload[]> {
  const found = await Promise.all(context.saved.list().map(async saved =>
    await isLocked(context.saved.nameOf(saved)) ? [] : [unfinishedFile(context, saved)]))
  return found.flat()
}

function unfinishedFile (context: UploadContext, saved: SavedUpload): UnfinishedUpload {
  const { name, size, started, lastModified } = saved
  return {
    kind: 'file',
    name,
    size,
    started: new Date(started),
    async finish (file) {
      if (!file) throw new UploadError('FILE_REQUIRED', `Choose ${name} again to continue`)
      const { size, name: itsName = name, lastModified: itsDate = lastModified } = file as Blob & Partial<File>
      if (!isSameFile(saved, { size, name: itsName, lastModified: itsDate })) throw fileChanged()
      return await new Upload(context, file, { filename: name, lastModified }, saved).done
    },
    async discard () {
      context.saved.forget(saved)
      await context.service.abortMultipartUpload(saved)
    }
  }
}
