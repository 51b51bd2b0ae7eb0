import type { UploaderOptions } from './options.js'
import type { putInPage } from './put-in-page.js'
import { Recording, type RecordingContext, type RecordingSettings } from './recording.js'
import { RecordingStore } from './recording-store.js'
import { createContext, createFileUploader, type Uploader } from './file-uploader.js'
import { findUnfinishedRecordings } from './unfinished-recordings.js'

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

/** An uploader for files and recordings. @param putIn how bytes are sent in this environment */
export function createRecordingUploader (
  options: RecordingUploaderOptions, putIn: typeof putInPage
): RecordingUploader {
  const {
    indexedDB = globalThis.indexedDB,
    createRecorder = (stream, settings) => new MediaRecorder(stream, settings)
  } = options
  const context: RecordingContext = {
    ...createContext(options, putIn), store: new RecordingStore(indexedDB), createRecorder
  }
  const { upload, unfinished } = createFileUploader(context)
  return {
    upload,
    record: (stream, settings = {}) => new Recording(context, stream, settings),
    unfinished: async () => [...await unfinished(), ...await findUnfinishedRecordings(context)]
  }
}
