import { createContext, createFileUploader, type Uploader } from './file-uploader.js'
import type { UploaderOptions } from './options.js'
import { putInPage } from './put-in-page.js'

export { UploadError, type ClientErrorCode } from './errors.js'
export type { UploadResult, UploadSettings } from './file-transfer.js'
export type { Clock, UploaderOptions } from './options.js'
export type { UploadProgress } from './progress.js'
export type { UploadStorage } from './saved-uploads.js'
export type { UnfinishedUpload } from './unfinished.js'
export type { Upload, UploadState, UploadStateChange } from './upload.js'
export type { Uploader } from './file-uploader.js'

/** An uploader for files alone: the same as that of the package, without `record`. */
export function createUploader (options: UploaderOptions): Uploader {
  return createFileUploader(createContext(options, putInPage))
}
