import { Type } from '@sinclair/typebox'
import { STORE_ERRORS } from '../errors.js'
import { findUpload } from '../multipart/find-upload.js'
import { operation } from '../operation.js'
import { S3_LIMITS } from '../s3/limits.js'
import { PartSchema, UploadReference } from '../schemas.js'

export const listParts = operation({
  route: { method: 'GET', url: '/multipart-uploads/parts' },
  docs: {
    tag: 'Multipart uploads',
    summary: 'List the uploaded parts',
    description: 'All of them, in order. 404 once the upload is completed or aborted.'
  },
  input: Type.Object(UploadReference, { additionalProperties: false }),
  output: Type.Object({
    parts: Type.Array(PartSchema, { maxItems: S3_LIMITS.maxParts, description: 'The uploaded parts, in order.' })
  }, { $id: 'Parts', description: 'The uploaded parts of a multipart upload.', additionalProperties: false }),
  policy: false,
  errors: ['FST_UPLOAD_NOT_FOUND', ...STORE_ERRORS],

  async run (services, input, { owner, signal }) {
    const { upload } = findUpload(services, owner, input)
    const parts = await services.store.listParts(upload, { signal })
    return { parts: parts.map(({ partNumber, size, etag }) => ({ partNumber, size, etag })) }
  }
})
