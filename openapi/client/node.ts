import { putInNode } from './put-in-node.js'
import { createRecordingUploader, type RecordingUploader, type RecordingUploaderOptions } from './recording-uploader.js'

export { UploadError } from './errors.js'
export type * from './index.js'

/** The same as in a browser: an uploader for files and recordings at one service. */
export function createUploader (options: RecordingUploaderOptions): RecordingUploader {
  return createRecordingUploader(options, putInNode)
}
