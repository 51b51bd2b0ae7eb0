import { abortMultipartUpload } from './abort-multipart-upload.js'
import { claimUpload } from './claim-upload.js'
import { completeMultipartUpload } from './complete-multipart-upload.js'
import { createDownloadUrl } from './create-download-url.js'
import { createMultipartUpload } from './create-multipart-upload.js'
import { createPartUrls } from './create-part-urls.js'
import { createResultUrl } from './create-result-url.js'
import { createUploadForm } from './create-upload-form.js'
import { createUploadUrl, createUploadUrls } from './create-upload-url.js'
import { deleteUpload } from './delete-upload.js'
import { getUploadStatus } from './get-upload-status.js'
import { listMultipartUploads } from './list-multipart-uploads.js'
import { listParts } from './list-parts.js'
import { listUploads } from './list-uploads.js'
import { signMultipartRequest, signMultipartUpload } from './sign-multipart-request.js'

/** Every operation, by its operationId, in the order of the document. */
export const operations = {
  createUploadUrl,
  createUploadUrls,
  createUploadForm,
  createMultipartUpload,
  listMultipartUploads,
  createPartUrls,
  listParts,
  completeMultipartUpload,
  abortMultipartUpload,
  getUploadStatus,
  createDownloadUrl,
  claimUpload,
  listUploads,
  deleteUpload,
  createResultUrl,
  signMultipartUpload,
  signMultipartRequest
}
