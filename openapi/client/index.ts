import type { UploaderOptions } from './options.js'
import { Recording, type RecordingContext, type RecordingSettings } from './recording.js'
import { RecordingStore } from './recording-store.js'
import { createContext, createFileUploader, type Uploader } from './transfer.js'
import { findUnfinishedRecordings } from './unfinished-recordings.js'

export { UploadError } from './transfer.js'
export type {
  ClientErrorCode, Clock, UnfinishedUpload, Upload, UploaderOptions, UploadProgress, UploadResult, UploadSettings,
  UploadState, UploadStateChange, UploadStorage
} from './transfer.js'
export type { Recording, RecordingSaved, RecordingSettings, RecordingState, RecordingStateChange } from './recording.js'

/** Options of an uploader that records. */
export interface RecordingUploaderOptions extends UploaderOptions {
  /** Where recordings are kept until they are complete. Default: `indexedDB`. */
  readonly indexedDB?: IDBFactory
  /** Makes the recorder of a stream. Default: `new MediaRecorder(stream, options)`. */
  readonly createRecorder?: RecordingContext['createRecorder']
}

/** Uploads files and recordings. */
export interface RecordingUploader extends Uploader {
  /** Starts to record, and to upload what is recorded. */
  record (stream: MediaStream, settings?: RecordingSettings): Recording
}

/** An uploader for files and recordings at one service. */
export function createUploader (options: RecordingUploaderOptions): RecordingUploader {
  const {
    indexedDB = globalThis.indexedDB,
    createRecorder = (stream, settings) => new MediaRecorder(stream, settings)
  } = options
  const context: RecordingContext = { ...createContext(options), store: new RecordingStore(indexedDB), createRecorder }
  const { upload, unfinished } = createFileUploader(context)
  return {
    upload,
    record: (stream, settings = {}) => new Recording(context, stream, settings),
    unfinished: async () => [...await unfinished(), ...await findUnfinishedRecordings(context)]
  }
}
