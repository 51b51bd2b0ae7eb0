import type { UploadContext, UploadSettings } from './file-transfer.js'
import { resolveOptions, type UploaderOptions } from './options.js'
import type { putInPage } from './put-in-page.js'
import { savedUploads } from './saved-uploads.js'
import { createService } from './service.js'
import { findUnfinished, type UnfinishedUpload } from './unfinished.js'
import { Upload } from './upload.js'

/** Uploads files. */
export interface Uploader {
  /** Starts to upload a file; one that was interrupted before is continued. */
  upload (file: Blob, settings?: UploadSettings): Upload
  /** The uploads that were interrupted, and that no tab is busy with. */
  unfinished (): Promise<UnfinishedUpload[]>
}

/** Everything of an uploader that needs no recorder. */
export function createFileUploader (context: UploadContext): Uploader {
  return {
    upload: (file, settings = {}) => new Upload(context, file, settings),
    unfinished: () => findUnfinished(context)
  }
}

/** What uploads need of their uploader. @param putIn how bytes are sent in this environment */
export function createContext (options: UploaderOptions, putIn: typeof putInPage): UploadContext {
  const resolved = resolveOptions(options, putIn)
  const { storage, baseUrl, owner = '' } = resolved
  const scope = `fastify-upload-url ${baseUrl} ${owner}`
  return { options: resolved, scope, service: createService(resolved), saved: savedUploads(storage, scope) }
}
