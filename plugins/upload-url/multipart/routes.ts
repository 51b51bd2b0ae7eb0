import { ref } from '../component.js'
import { ownerOf } from '../identity.js'
import { jsonInSlices } from '../json-in-slices.js'
import type { Resource } from '../resource.js'
import { BODY_ERRORS, CALLER_ERRORS, DECLARATION_ERRORS, STORE_ERRORS, emptyReply, errorResponses, reply, writtenReply } from '../responses.js'
import { abortMultipartUpload } from './abort-multipart-upload.js'
import { completeMultipartUpload } from './complete-multipart-upload.js'
import { createMultipartUpload } from './create-multipart-upload.js'
import { createPartUrls } from './create-part-urls.js'
import { listParts } from './list-parts.js'
import { CompletedUploadSchema, CompletionSchema, MultipartDeclarationSchema, MultipartUploadSchema, PartsSchema, PartUrlsRequestSchema, PartUrlsSchema, UploadReferenceSchema } from './schemas.js'

const TAGS = ['Multipart uploads']
const ABOUT_UPLOAD = [...CALLER_ERRORS, 'FST_UPLOAD_NOT_FOUND', ...STORE_ERRORS] as const
/** Bytes; a completion with 10 000 parts takes about 700 kB, whatever the host allows its own routes. */
const COMPLETION_LIMIT = 2 * 1024 ** 2

/** Long recordings in parts: start, sign parts, list, complete, abort. */
export const multipart: Resource = {
  components: [
    MultipartDeclarationSchema, MultipartUploadSchema, PartUrlsRequestSchema,
    PartUrlsSchema, PartsSchema, CompletionSchema, CompletedUploadSchema
  ],

  routes (scope, context) {
    scope.post('/multipart-uploads', {
      schema: {
        tags: TAGS,
        operationId: 'createMultipartUpload',
        summary: 'Start an upload in parts',
        description: 'For recordings of hours. Cut the file into parts of `partSize`, ask for URLs as you go, PUT each part and keep its ETag, then complete. After a break, list what has arrived and go on from there.',
        body: ref(MultipartDeclarationSchema),
        response: { 201: reply(MultipartUploadSchema), ...errorResponses(...CALLER_ERRORS, ...BODY_ERRORS, ...DECLARATION_ERRORS, 'FST_UPLOAD_MULTIPART_UNSUPPORTED', ...STORE_ERRORS) }
      }
    }, (request, reply) => {
      reply.code(201)
      return createMultipartUpload(context, ownerOf(request), request.body)
    })

    scope.post('/multipart-uploads/part-urls', {
      schema: {
        tags: TAGS,
        operationId: 'createPartUrls',
        summary: 'Get URLs to upload parts to',
        description: 'For one part, some, or a range, up to all 10 000. Ask shortly before sending: a part that is under way when its URL ends still arrives. A part that is sent again replaces the first.',
        body: ref(PartUrlsRequestSchema),
        response: { 200: writtenReply(PartUrlsSchema), ...errorResponses(...ABOUT_UPLOAD, ...BODY_ERRORS, 'FST_UPLOAD_INVALID_PARTS') }
      }
    }, async (request, reply) => {
      const urls = await createPartUrls(context, ownerOf(request), request.body)
      reply.type('application/json; charset=utf-8')
      return jsonInSlices(urls, 'parts')
    })

    scope.get('/multipart-uploads/parts', {
      schema: {
        tags: TAGS,
        operationId: 'listParts',
        summary: 'List the parts that have arrived',
        description: 'All of them, however many. 404 once the upload is completed or aborted.',
        querystring: UploadReferenceSchema,
        response: { 200: reply(PartsSchema), ...errorResponses(...ABOUT_UPLOAD) }
      }
    }, request => listParts(context, ownerOf(request), request.query))

    scope.post('/multipart-uploads/complete', {
      bodyLimit: COMPLETION_LIMIT,
      schema: {
        tags: TAGS,
        operationId: 'completeMultipartUpload',
        summary: 'Make one object of the parts',
        description: 'Safe to repeat: where it was done before, the answer is the same. Parts that add up to more than was declared or is accepted end the upload; with less, it can go on.',
        body: ref(CompletionSchema),
        response: { 200: reply(CompletedUploadSchema), ...errorResponses(...ABOUT_UPLOAD, ...BODY_ERRORS, 'FST_UPLOAD_INVALID_PARTS', 'FST_UPLOAD_INCOMPLETE', 'FST_UPLOAD_CONFLICT', 'FST_UPLOAD_TOO_LARGE') }
      }
    }, request => completeMultipartUpload(context, ownerOf(request), request.body))

    scope.delete('/multipart-uploads', {
      schema: {
        tags: TAGS,
        operationId: 'abortMultipartUpload',
        summary: 'Give an upload up',
        description: 'Frees the parts that have arrived. Safe to repeat; a completed object stays.',
        querystring: UploadReferenceSchema,
        response: { 204: emptyReply('The upload is no more.'), ...errorResponses(...ABOUT_UPLOAD, ...BODY_ERRORS) }
      }
    }, async (request, reply) => {
      await abortMultipartUpload(context, ownerOf(request), request.query)
      reply.code(204)
    })
  }
}
