import { ref } from '../component.js'
import { ownerOf } from '../identity.js'
import type { Resource } from '../resource.js'
import { BODY_ERRORS, CALLER_ERRORS, DECLARATION_ERRORS, errorResponses, reply } from '../responses.js'
import { createUploadForm } from './create-upload-form.js'
import { createUploadUrl, createUploadUrls } from './create-upload-url.js'
import { UploadBatchSchema, UploadDeclarationSchema, UploadFormDeclarationSchema, UploadFormSchema, UploadQuerySchema, UploadUrlSchema, UploadUrlsSchema } from './schemas.js'

const REFUSALS = [...CALLER_ERRORS, ...DECLARATION_ERRORS, 'FST_UPLOAD_NO_CREDENTIALS'] as const

const ONE_FILE = {
  tags: ['Uploads'],
  querystring: UploadQuerySchema,
  response: { 200: reply(UploadUrlSchema), ...errorResponses(...REFUSALS) }
}

/** `GET /upload-url` and its old name, `POST /upload-urls` and `POST /upload-forms`. */
export const uploadUrls: Resource = {
  components: [UploadDeclarationSchema, UploadBatchSchema, UploadFormDeclarationSchema, UploadUrlSchema, UploadUrlsSchema, UploadFormSchema],

  routes (scope, context) {
    scope.get('/upload-url', {
      schema: {
        ...ONE_FILE,
        operationId: 'createUploadUrl',
        summary: 'Get a URL to upload one file to',
        description: 'Whatever is declared is signed, so that S3 refuses anything else, and the URL works once. With nothing declared, the URL binds the key alone: `curl -T talk.mp3 "$url"`.'
      }
    }, request => createUploadUrl(context, ownerOf(request), request.query))

    scope.get('/generate-presigned-url', {
      schema: {
        ...ONE_FILE,
        operationId: 'generatePresignedUrl',
        summary: 'Get a URL to upload one file to (earlier name)',
        description: 'The same as `GET /upload-url`, under the name that clients of the original service know.'
      }
    }, request => createUploadUrl(context, ownerOf(request), request.query))

    scope.post('/upload-urls', {
      schema: {
        tags: ['Uploads'],
        operationId: 'createUploadUrls',
        summary: 'Get URLs to upload up to 100 files to',
        description: 'All or nothing: one file that is refused refuses the batch, and the message names its index.',
        body: ref(UploadBatchSchema),
        response: { 200: reply(UploadUrlsSchema), ...errorResponses(...REFUSALS, ...BODY_ERRORS) }
      }
    }, request => createUploadUrls(context, ownerOf(request), request.body.files))

    scope.post('/upload-forms', {
      schema: {
        tags: ['Uploads'],
        operationId: 'createUploadForm',
        summary: 'Get a form to post one file with',
        description: 'For HTML forms, and where the exact size is not known yet: the policy bounds it. Unlike a URL, a form can be posted again until it ends.',
        body: ref(UploadFormDeclarationSchema),
        response: { 200: reply(UploadFormSchema), ...errorResponses(...REFUSALS, ...BODY_ERRORS, 'FST_UPLOAD_FORMS_UNSUPPORTED') }
      }
    }, request => createUploadForm(context, ownerOf(request), request.body))
  }
}
