import { resolveOptions, type UploaderOptions } from './options.js'
import { SavedUploads } from './saved-uploads.js'
import { createService } from './service.js'
import type { UploadContext, UploadSettings } from './file-transfer.js'
import { findUnfinished, type UnfinishedUpload } from './unfinished.js'
import { Upload } from './upload.js'

export { UploadError, type ClientErrorCode } from './errors.js'
export type { UploadResult, UploadSettings } from './file-transfer.js'
export type { Clock, UploaderOptions } from './options.js'
export type { UploadProgress } from './progress.js'
export type { UploadStorage } from './saved-uploads.js'
export type { UnfinishedUpload } from './unfinished.js'
export type { Upload, UploadState, UploadStateChange } from './upload.js'

/** Uploads files. */
export interface Uploader {
  /** Starts to upload a file; one that was interrupted before is continued. */
  upload (file: Blob, settings?: UploadSettings): Upload
  /** The uploads that were interrupted, and that no tab is busy with. */
  unfinished (): Promise<UnfinishedUpload[]>
}

/** An uploader for files alone: the same as that of the package, without `record`. */
export function createUploader (options: UploaderOptions): Uploader {
  return createFileUploader(createContext(options))
}

/** Everything of an uploader that needs no recorder. */
export function createFileUploader (context: UploadContext): Uploader {
  return {
    upload: (file, settings = {}) => new Upload(context, file, settings),
    unfinished: () => findUnfinished(context)
  }
}

/** What uploads need of their uploader. */
export function createContext (options: UploaderOptions): UploadContext {
  const resolved = resolveOptions(options)
  const { storage, baseUrl, owner = '' } = resolved
  const scope = `fastify-upload-url ${baseUrl} ${owner}`
  return { options: resolved, scope, service: createService(resolved), saved: new SavedUploads(storage, scope) }
}
