import { Type, type Static } from '@sinclair/typebox'
import { stringEnum } from '../document.js'
import { FILE_ERRORS, STORE_ERRORS } from '../errors.js'
import { encodeLayout, partCount, partSizeFor, type PartLayout } from '../multipart/part-layout.js'
import type { OwnedObject } from '../object-key.js'
import { operation } from '../operation.js'
import type { ResolvedOptions } from '../options.js'
import { multipartConstraints } from '../policy.js'
import { S3_LIMITS } from '../s3/limits.js'
import type { Services } from '../services.js'
import { Size, UploadFileSchema, UploadReference } from '../schemas.js'

const MultipartFileSchema = Type.Object({
  ...Type.Omit(UploadFileSchema, ['sha256', 'size']).properties,
  size: Type.Optional(Size(
    'Exact size in bytes. It is enforced: every part URL takes a part of just the right size, and only the whole ' +
    'completes. Without it, and where the service has a limit, each part declares its size.'
  )),
  partSize: Type.Optional(Type.Integer({
    minimum: S3_LIMITS.minPartSize,
    maximum: S3_LIMITS.maxPartSize,
    description: 'Size in bytes of every part but the last, where the client has its own. Default: the service’s.'
  })),
  checksum: Type.Optional(stringEnum(['sha256'], {
    description: 'Every part has to declare a checksum of this kind, which S3 verifies.'
  })),
  recording: Type.Optional(Type.Boolean({
    description: 'Whether this is a recording under way: should the client disappear, the service may complete it ' +
      'from the parts that have arrived.'
  }))
}, {
  $id: 'MultipartFile',
  description: 'A file to upload in parts.',
  additionalProperties: false,
  examples: [{ filename: 'hearing.wav', contentType: 'audio/wav', size: 15_000_000_000 }]
})

export type MultipartFile = Static<typeof MultipartFileSchema>

export const createMultipartUpload = operation({
  route: { method: 'POST', url: '/multipart-uploads', status: 201 },
  docs: {
    tag: 'Multipart uploads',
    summary: 'Create a multipart upload',
    description: 'For recordings of hours. Divide the file into parts of `partSize`, request URLs as you go, PUT ' +
      'each part and keep its ETag, then complete. After an interruption, list the uploaded parts and continue from ' +
      'there.'
  },
  input: MultipartFileSchema,
  output: Type.Object({
    ...UploadReference,
    partSize: Type.Integer({
      minimum: 1,
      maximum: S3_LIMITS.maxPartSize,
      description: 'Size in bytes of every part but the last.',
      examples: [8_388_608]
    }),
    partCount: Type.Optional(Type.Integer({
      minimum: 1,
      maximum: S3_LIMITS.maxParts,
      description: 'Number of parts, where the size is declared.',
      examples: [1789]
    })),
    expiresAt: Type.Optional(Type.String({
      format: 'date-time',
      description: 'When the bucket’s lifecycle rules abort the upload, if it is not complete by then.',
      examples: ['2026-01-08T00:00:00.000Z']
    }))
  }, { $id: 'MultipartUpload', description: 'A multipart upload.', additionalProperties: false }),
  errors: [...FILE_ERRORS, 'FST_UPLOAD_INVALID_INPUT', ...STORE_ERRORS],

  async run (services, file, { owner, signal }) {
    const { object, layout, headers } = prepareMultipartUpload(services, owner, file)
    const { uploadId, expiresAt } = await services.store.createMultipartUpload(object, headers, { signal })
    const count = partCount(layout)
    return {
      key: object.key,
      uploadId,
      partSize: layout.partSize,
      ...count !== undefined && { partCount: count },
      ...expiresAt !== undefined && { expiresAt: expiresAt.toISOString() }
    }
  }
})

/** A multipart upload that is allowed, and that S3 has not heard of yet. */
export interface PreparedUpload {
  readonly object: OwnedObject
  readonly layout: PartLayout
  /** Everything bound to the object, as request headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Decides on a multipart upload, and chooses its key: type, metadata and encryption are bound when it is created,
 * size and part size are part of the key.
 *
 * @throws as `multipartConstraints` and `partSizeFor`; FST_UPLOAD_INVALID_OWNER
 */
export function prepareMultipartUpload (
  { options, keys }: Services, owner: string, input: MultipartFile
): PreparedUpload {
  const { partSize, checksum, recording = false, ...file } = input
  const { extension, headers, size } = multipartConstraints(options, file)
  const checksums = checksum !== undefined || options.required.has('sha256')
  const layout = { size, maxSize: maxSizeOf(options), partSize: partSizeFor(size, partSize), checksums, recording }
  if (checksums) Object.assign(headers, { 'x-amz-checksum-algorithm': 'SHA256' })
  return { object: keys.create(owner, encodeLayout(options.createId(), layout), extension), layout, headers }
}

// What a policy says is said of the request that creates the upload, and holds for those that follow.
function maxSizeOf ({ limits, maxSize }: ResolvedOptions): number | undefined {
  return limits.maxSize === undefined ? undefined : Math.min(maxSize ?? Infinity, S3_LIMITS.maxObjectSize)
}
