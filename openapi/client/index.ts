import { putInPage } from './put-in-page.js'
import { createRecordingUploader, type RecordingUploader, type RecordingUploaderOptions } from './recording-uploader.js'

export { UploadError } from './errors.js'
export type {
  ClientErrorCode, Clock, UnfinishedUpload, Upload, UploaderOptions, UploadProgress, UploadResult, UploadSettings,
  UploadState, UploadStateChange, UploadStorage
} from './transfer.js'
export type { Recording, RecordingSaved, RecordingSettings, RecordingState, RecordingStateChange } from './recording.js'
export type { RecordingUploader, RecordingUploaderOptions } from './recording-uploader.js'

/** An uploader for files and recordings at one service. */
export function createUploader (options: RecordingUploaderOptions): RecordingUploader {
  return createRecordingUploader(options, putInPage)
}
