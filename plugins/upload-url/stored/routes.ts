import { ownerOf } from '../identity.js'
import type { Resource } from '../resource.js'
import { CALLER_ERRORS, STORE_ERRORS, errorResponses, reply } from '../responses.js'
import { createDownloadUrl } from './create-download-url.js'
import { AudioSchema, DownloadQuerySchema, DownloadUrlSchema, StatusQuerySchema, UploadStatusSchema } from './schemas.js'
import { getUploadStatus } from './upload-status.js'

/** `GET /upload-status` and `GET /download-url`. */
export const stored: Resource = {
  components: [AudioSchema, UploadStatusSchema, DownloadUrlSchema],

  routes (scope, context) {
    scope.get('/upload-status', {
      schema: {
        tags: ['Stored'],
        operationId: 'getUploadStatus',
        summary: 'Ask what landed',
        description: 'Whether the upload arrived, as the store has it. With `inspect`, the bytes themselves are looked at, and what is no audio, or not what was declared, is `rejected`.',
        querystring: StatusQuerySchema,
        response: { 200: reply(UploadStatusSchema), ...errorResponses(...CALLER_ERRORS, 'FST_UPLOAD_NOT_FOUND', ...STORE_ERRORS) }
      }
    }, request => getUploadStatus(context, ownerOf(request), request.query.key, request.query))

    scope.get('/download-url', {
      schema: {
        tags: ['Stored'],
        operationId: 'createDownloadUrl',
        summary: 'Get a link to hand on',
        description: 'A presigned GET, for a player or a transcription service that fetches by URL. Whether something is there, only following it tells.',
        querystring: DownloadQuerySchema,
        response: { 200: reply(DownloadUrlSchema), ...errorResponses(...CALLER_ERRORS, 'FST_UPLOAD_INVALID_DECLARATION', 'FST_UPLOAD_NOT_FOUND', 'FST_UPLOAD_NO_CREDENTIALS') }
      }
    }, request => createDownloadUrl(context, ownerOf(request), request.query.key, request.query.filename))
  }
}
