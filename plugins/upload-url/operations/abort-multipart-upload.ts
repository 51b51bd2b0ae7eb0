import { Type } from '@sinclair/typebox'
import { STORE_ERRORS } from '../errors.js'
import { findUpload } from '../multipart/find-upload.js'
import { operation } from '../operation.js'
import { UploadReference } from '../schemas.js'

export const abortMultipartUpload = operation({
  route: { method: 'DELETE', url: '/multipart-uploads', status: 204 },
  docs: {
    tag: 'Multipart uploads',
    summary: 'Abort a multipart upload',
    description: 'Deletes the uploaded parts. Safe to repeat; a completed object stays.'
  },
  input: Type.Object(UploadReference, { additionalProperties: false }),
  output: Type.Unsafe<void>(Type.Null({ description: 'Aborted.' })),
  policy: false,
  errors: ['FST_UPLOAD_NOT_FOUND', ...STORE_ERRORS],

  async run (services, input, { owner, signal }) {
    const { upload } = findUpload(services, owner, input)
    await services.store.abortMultipartUpload(upload, { signal })
  }
})
