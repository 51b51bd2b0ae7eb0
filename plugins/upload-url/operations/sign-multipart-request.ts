import { Type } from '@sinclair/typebox'
import { stringEnum } from '../document.js'
import { errors, FILE_ERRORS, STORE_ERRORS } from '../errors.js'
import { findUpload } from '../multipart/find-upload.js'
import type { PartLayout } from '../multipart/part-layout.js'
import type { OwnedUpload } from '../object-key.js'
import { operation } from '../operation.js'
import { largestUpload, smallest } from '../policy.js'
import { OPERATIONS, type ObjectRequest } from '../s3/index.js'
import type { Services } from '../services.js'
import { abortUnlessInBounds } from './complete-multipart-upload.js'
import { createMultipartUpload, prepareMultipartUpload } from './create-multipart-upload.js'
import { Headers, Key, Url, UploadReference } from '../schemas.js'

const SignedRequestSchema = Type.Object({
  url: Url('Where to send the request.'),
  key: Key,
  method: stringEnum(['GET', 'POST', 'DELETE']),
  headers: Headers
}, { additionalProperties: false })

/** Signs CreateMultipartUpload, for clients that talk to S3 themselves: type, metadata and encryption are bound. */
export const signMultipartUpload = operation({
  docs: {
    tag: 'Multipart uploads',
    summary: 'Sign CreateMultipartUpload',
    description: 'For clients that talk to S3 themselves.'
  },
  input: createMultipartUpload.input,
  output: SignedRequestSchema,
  errors: [...FILE_ERRORS, 'FST_UPLOAD_INVALID_INPUT', 'FST_UPLOAD_NO_CREDENTIALS'],

  async run (services, file, { owner }) {
    const { object, headers } = prepareMultipartUpload(services, owner, file)
    return sign(services, { operation: 'CreateMultipartUpload', object, headers })
  }
})

/**
 * Signs ListParts, AbortMultipartUpload or CompleteMultipartUpload, for clients that talk to S3 themselves. What the
 * client sends to complete does not pass through here, so it has to be bounded beforehand: by the declared size, which
 * the URL of every part and the request itself carry. Under a limit and without a size it cannot be, and is refused.
 */
export const signMultipartRequest = operation({
  docs: {
    tag: 'Multipart uploads',
    summary: 'Sign a request about an upload',
    description: 'For clients that talk to S3 themselves.'
  },
  input: Type.Object({
    operation: stringEnum(['ListParts', 'CompleteMultipartUpload', 'AbortMultipartUpload']),
    ...UploadReference
  }, { additionalProperties: false }),
  output: SignedRequestSchema,
  errors: [
    'FST_UPLOAD_NOT_FOUND', 'FST_UPLOAD_FIELD_REQUIRED', 'FST_UPLOAD_TOO_LARGE', 'FST_UPLOAD_TOO_SMALL',
    'FST_UPLOAD_INCOMPLETE',
    ...STORE_ERRORS
  ],

  async run (services, { operation, ...input }, { owner, signal }) {
    const { upload, layout } = findUpload(services, owner, input)
    if (operation === 'ListParts') await services.store.assertInProgress(upload, { signal })
    const isCompletion = operation === 'CompleteMultipartUpload'
    const headers = isCompletion ? await completionHeaders(services, upload, layout, signal) : {}
    return sign(services, { operation, object: upload, parameters: { uploadId: upload.uploadId }, headers })
  }
})

async function completionHeaders (
  services: Services, upload: OwnedUpload, layout: PartLayout, signal: AbortSignal
): Promise<Record<string, string>> {
  const { options } = services
  const max = smallest(largestUpload(options), layout.maxSize)
  if (layout.size === undefined && (max ?? options.limits.minSize) !== undefined) {
    throw new errors.FST_UPLOAD_FIELD_REQUIRED(
      'size',
      'an upload that the client completes by itself must declare its size when it is created' +
      (max === undefined ? '' : `, at most ${max}`)
    )
  }
  await abortUnlessInBounds(services, upload, layout, await services.store.listParts(upload, { signal }))
  return {
    'content-type': 'application/xml',
    ...layout.size !== undefined && { 'x-amz-mp-object-size': String(layout.size) },
    ...options.singleUse && { 'if-none-match': '*' }
  }
}

async function sign ({ options, presigner }: Services, request: ObjectRequest) {
  const url = await presigner.presign(request, await presigner.signingContext(options.expiresIn))
  const method = OPERATIONS[request.operation].method as 'GET' | 'POST' | 'DELETE'
  return { url, key: request.object.key, method, headers: { ...request.headers } }
}
