import { Type } from '@sinclair/typebox'
import { ref } from '../component.js'
import type { Uploads } from '../index.js'
import type { Scope } from '../resource.js'
import { BODY_ERRORS, CALLER_ERRORS, DECLARATION_ERRORS, STORE_ERRORS, errorResponses, reply, replyOneOf } from '../responses.js'
import { readUploadPath, uploadIdBefore, type Companion } from './companion.js'
import { metadataOfQuery } from './declaration.js'
import type { Perform } from './identity.js'
import { UppyAbortedSchema, UppyCompletionSchema, UppyFileSchema, UppyFormSchema, UppyObjectSchema, UppyParamsQuerySchema, UppyPartsSchema, UppyPartUrlSchema, UppyPartUrlsSchema, UppyPathSchema, UppySignedRequestSchema, UppySignRequestSchema, UppyTokenPathSchema, UppyUploadQuerySchema, UppyUploadSchema } from './schemas.js'
import { signingJob } from './sign-request.js'

const DECLARING = [...CALLER_ERRORS, ...DECLARATION_ERRORS, 'FST_UPLOAD_INVALID_DECLARATION'] as const
const ABOUT_UPLOAD = [...CALLER_ERRORS, 'FST_UPLOAD_INVALID_DECLARATION', 'FST_UPLOAD_NOT_FOUND', ...STORE_ERRORS, 'FST_ERR_BAD_URL'] as const
/** Bytes; as for `POST /multipart-uploads/complete`. */
const COMPLETION_LIMIT = 2 * 1024 ** 2

/** What the routes of one scope work with. */
export interface UppyRoutes {
  readonly uploads: Uploads
  readonly companion: Companion
  readonly perform: Perform
  /** Whether the path names the owner by a token. */
  readonly isByToken: boolean
}

/**
 * Companion's `/s3/*` and `POST /s3/sign`. An upload id may be longer than the 100 characters Fastify grants a path
 * parameter, so everything about one upload is behind a wildcard.
 */
export function uppyRoutes (scope: Scope, { uploads, companion, perform, isByToken }: UppyRoutes): void {
  const common = {
    tags: ['Uppy'],
    ...isByToken && { params: UppyTokenPathSchema, security: [] }
  }
  const aboutUpload = {
    ...common,
    params: isByToken ? Type.Composite([UppyTokenPathSchema, UppyPathSchema]) : UppyPathSchema,
    querystring: UppyUploadQuerySchema
  }
  const ofPath = isByToken ? ['FST_ERR_BAD_URL', 'FST_ERR_MAX_PARAM_LENGTH'] as const : []
  const named = (operationId: string, summary: string) => isByToken
    ? { operationId: `${operationId}ByToken`, summary: `${summary} (token in the path)` }
    : { operationId, summary }

  scope.get('/s3/params', {
    schema: {
      ...common,
      ...named('createUppyForm', 'Uppy: get a form to post one file with'),
      description: 'Uppy posts the file with these fields. Metadata comes as `metadata[name]=value`.',
      querystring: UppyParamsQuerySchema,
      response: { 200: reply(UppyFormSchema), ...errorResponses(...ofPath, ...DECLARING, 'FST_UPLOAD_FORMS_UNSUPPORTED', 'FST_UPLOAD_NO_CREDENTIALS') }
    }
  }, request => perform(request, 'createUploadForm', owner => companion.createForm(owner, { ...request.query, metadata: metadataOfQuery(request.query) })))

  scope.post('/s3/multipart', {
    schema: {
      ...common,
      ...named('createUppyUpload', 'Uppy: start an upload in parts'),
      description: 'Uppy cuts the file itself. A `size` in the metadata is declared, and enforced then.',
      body: ref(UppyFileSchema),
      response: { 200: reply(UppyUploadSchema), ...errorResponses(...ofPath, ...BODY_ERRORS, ...DECLARING, 'FST_UPLOAD_MULTIPART_UNSUPPORTED', ...STORE_ERRORS) }
    }
  }, request => perform(request, 'createMultipartUpload', owner => companion.createUpload(owner, { ...request.body, type: request.body.type ?? undefined })))

  scope.get('/s3/multipart/*', {
    schema: {
      ...aboutUpload,
      ...named('readUppyUpload', 'Uppy: list parts, or get URLs for them'),
      description: '`{uploadId}` lists the parts that have arrived, `{uploadId}/{partNumber}` gives the URL for one part, `{uploadId}/batch` with `partNumbers` those for several.',
      response: { 200: replyOneOf('The parts, or URLs to PUT parts to.', UppyPartsSchema, UppyPartUrlSchema, UppyPartUrlsSchema), ...errorResponses(...ofPath, ...ABOUT_UPLOAD, 'FST_UPLOAD_INVALID_PARTS') }
    }
  }, request => {
    const path = readUploadPath(wildcard(request.params))
    const { key, partNumbers } = request.query
    return perform(request, path.rest === undefined ? 'listParts' : 'createPartUrls', owner => companion.read(owner, key, path, partNumbers))
  })

  scope.post('/s3/multipart/*', {
    bodyLimit: COMPLETION_LIMIT,
    schema: {
      ...aboutUpload,
      ...named('completeUppyUpload', 'Uppy: make one object of the parts'),
      description: 'The path is `{uploadId}/complete`. Safe to repeat.',
      body: ref(UppyCompletionSchema),
      response: { 200: reply(UppyObjectSchema), ...errorResponses(...ofPath, ...ABOUT_UPLOAD, ...BODY_ERRORS, 'FST_UPLOAD_INVALID_PARTS', 'FST_UPLOAD_INCOMPLETE', 'FST_UPLOAD_CONFLICT', 'FST_UPLOAD_TOO_LARGE') }
    }
  }, request => {
    const uploadId = uploadIdBefore('complete', wildcard(request.params))
    return perform(request, 'completeMultipartUpload', owner => companion.complete(owner, { key: request.query.key, uploadId }, request.body))
  })

  scope.delete('/s3/multipart/*', {
    schema: {
      ...aboutUpload,
      ...named('abortUppyUpload', 'Uppy: give an upload up'),
      description: 'The path is `{uploadId}`. Safe to repeat; a completed object stays.',
      response: { 200: reply(UppyAbortedSchema), ...errorResponses(...ofPath, ...ABOUT_UPLOAD, ...BODY_ERRORS) }
    }
  }, request => {
    const uploadId = uploadIdBefore(undefined, wildcard(request.params))
    return perform(request, 'abortMultipartUpload', owner => companion.abort(owner, { key: request.query.key, uploadId }))
  })

  scope.post('/s3/sign', {
    schema: {
      ...common,
      ...named('signUppyRequest', 'Uppy: sign a request that the client sends itself'),
      description: 'The answer to Uppy’s `signRequest`: pass on what it was asked and, when an upload is created, `filename`, `size` and `metadata` of the file. Keys are chosen here, and come back in the answer. An upload that is completed this way under a size limit has to declare its size when it starts.',
      body: ref(UppySignRequestSchema),
      response: { 200: reply(UppySignedRequestSchema), ...errorResponses(...ofPath, ...DECLARING, ...ABOUT_UPLOAD, ...BODY_ERRORS, 'FST_UPLOAD_INVALID_PARTS', 'FST_UPLOAD_INCOMPLETE', 'FST_UPLOAD_FORMS_UNSUPPORTED', 'FST_UPLOAD_MULTIPART_UNSUPPORTED') }
    }
  }, request => {
    const { operation, sign } = signingJob(uploads, companion, request.body)
    return perform(request, operation, sign)
  })
}

function wildcard (params: unknown): string {
  return (params as { readonly '*': string })['*']
}
