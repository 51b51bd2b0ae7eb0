import { Type } from '@sinclair/typebox'
import { errors, retryLater, STORE_ERRORS } from '../errors.js'
import { findCompleted, type CompletedObject } from '../multipart/completed-object.js'
import { findUpload } from '../multipart/find-upload.js'
import type { PartLayout } from '../multipart/part-layout.js'
import {
  assertAllListed, partsUpToGap, sortParts, totalSize, unquote, verifyParts, type PartList
} from '../multipart/parts.js'
import type { OwnedUpload } from '../object-key.js'
import { operation } from '../operation.js'
import { announceUpload } from './get-upload-status.js'
import { totalSizeRange } from '../policy.js'
import { S3_LIMITS } from '../s3/limits.js'
import type { Services } from '../services.js'
import { EXAMPLE_MULTIPART_KEY, EXAMPLE_UPLOAD_ID, Etag, PartNumber, UploadReference, type Part } from '../schemas.js'

/** Largest body in bytes: a completion with 10 000 parts takes about 700 kB. */
const BODY_LIMIT = 2 * 1024 ** 2

const PartListSchema = Type.Array(Type.Object({
  partNumber: PartNumber,
  etag: Type.String({
    ...Etag, minLength: 1, maxLength: 256, description: 'ETag of the part, with or without its quotes.'
  })
}, { additionalProperties: false }), {
  minItems: 1, maxItems: S3_LIMITS.maxParts, description: 'Every part of the object, from 1 on, in any order.'
})

export const completeMultipartUpload = operation({
  route: { method: 'POST', url: '/multipart-uploads/complete', bodyLimit: BODY_LIMIT },
  docs: {
    tag: 'Multipart uploads',
    summary: 'Complete a multipart upload',
    description: 'Makes one object of the parts listed or, without `parts`, of those that have arrived, from part 1 ' +
      'to the first gap. Safe to repeat: the answer is the same. Parts that total more than was declared or is ' +
      'accepted abort the upload; with less, it can be continued.'
  },
  input: Type.Object({ ...UploadReference, parts: Type.Optional(PartListSchema) }, {
    $id: 'Completion',
    description: 'The parts that make the object.',
    additionalProperties: false,
    examples: [{ key: EXAMPLE_MULTIPART_KEY, uploadId: EXAMPLE_UPLOAD_ID }]
  }),
  output: Type.Object({
    key: UploadReference.key,
    size: Type.Integer({ minimum: 0, description: 'Size of the object in bytes.', examples: [15_000_000_000] }),
    etag: Type.String({ ...Etag, examples: ['"9b2cf535f27731c974343645a3985328-1789"'] }),
    partCount: Type.Integer({ minimum: 1, description: 'Number of parts of the object.', examples: [1789] }),
    omittedParts: Type.Optional(Type.Array(PartNumber, {
      description: 'Parts that had arrived behind a gap, and are not in the object.'
    }))
  }, { $id: 'CompletedUpload', description: 'The object that the parts have become.', additionalProperties: false }),
  errors: [
    'FST_UPLOAD_NOT_FOUND', 'FST_UPLOAD_INVALID_PARTS', 'FST_UPLOAD_INCOMPLETE', 'FST_UPLOAD_CONFLICT',
    'FST_UPLOAD_TOO_LARGE', 'FST_UPLOAD_TOO_SMALL', 'FST_UPLOAD_NOT_PROCESSED', ...STORE_ERRORS
  ],

  async run (services, { parts, ...input }, { owner, signal }) {
    const { upload, layout } = findUpload(services, owner, input)
    const completed = await completeOnce(services, upload, layout, parts && sortParts(parts), signal)
    await announceUpload(services, upload, 'request', signal)
    return completed
  }
})

async function completeOnce (
  services: Services, upload: OwnedUpload, layout: PartLayout, requested: PartList | undefined, signal: AbortSignal
): Promise<CompletedObject & { readonly omittedParts?: number[] }> {
  try {
    return await complete(services, upload, layout, requested, signal)
  } catch (error) {
    if (!mayBeCompleted(error)) throw error
    const completed = await findCompleted(services.store, upload, requested, signal)
    if (completed === undefined) throw error
    return completed
  }
}

// The upload is gone, or an object is there, or an answer is missing: this request or an earlier one may have
// completed it.
function mayBeCompleted (error: unknown): boolean {
  return [
    errors.FST_UPLOAD_NOT_FOUND, errors.FST_UPLOAD_CONFLICT,
    errors.FST_UPLOAD_STORE_UNAVAILABLE, errors.FST_UPLOAD_STORE_TIMEOUT
  ].some(ErrorClass => error instanceof ErrorClass)
}

async function complete (
  services: Services, upload: OwnedUpload, layout: PartLayout, requested: PartList | undefined, signal: AbortSignal
) {
  const { options, store } = services
  const uploaded = await store.listParts(upload, { signal })
  const parts = requested === undefined ? partsUpToGap(uploaded) : verifyParts(requested, uploaded)
  if (requested !== undefined && layout.size === undefined) assertAllListed(requested, uploaded)
  const size = await abortUnlessInBounds(services, upload, layout, parts)
  const completed = await store.completeMultipartUpload(upload, parts, {
    size, ...options.singleUse && { ifNoneMatch: '*' }
  })
  const etag = completed.etag ?? (await store.head(upload, { signal }))?.etag
  if (etag === undefined) throw retryLater(new errors.FST_UPLOAD_STORE_UNAVAILABLE())
  const omittedParts = requested === undefined ? uploaded.slice(parts.length).map(({ partNumber }) => partNumber) : []
  return {
    key: upload.key,
    size,
    etag: `"${unquote(etag)}"`,
    partCount: parts.length,
    ...omittedParts.length > 0 && { omittedParts }
  }
}

/**
 * Compares the total of the parts with what was declared and what is accepted; over that, aborts the upload.
 *
 * @returns the total in bytes
 * @throws FST_UPLOAD_TOO_LARGE once the upload is aborted; FST_UPLOAD_INCOMPLETE, FST_UPLOAD_TOO_SMALL
 */
export async function abortUnlessInBounds (
  services: Services, upload: OwnedUpload, layout: PartLayout, parts: readonly Part[]
): Promise<number> {
  const total = totalSize(parts)
  const excess = excessOf(services, layout, total, ': the upload is aborted')
  if (excess) {
    await services.store.abortMultipartUpload(upload)
    throw excess
  }
  if (layout.size !== undefined && total < layout.size) throw new errors.FST_UPLOAD_INCOMPLETE(total, layout.size)
  const [min] = totalSizeRange(services.options, layout)
  if (total < min) {
    throw new errors.FST_UPLOAD_TOO_SMALL('the total of the parts', total, `at least ${min} are required`)
  }
  return total
}

/**
 * The error where parts total more than was declared or is accepted.
 *
 * @param total in bytes
 * @param consequence the end of its message
 */
export function excessOf (
  { options }: Services, layout: PartLayout, total: number, consequence = ''
): Error | undefined {
  const [, limit] = totalSizeRange(options, layout)
  if (total <= limit) return undefined
  const reason = limit === layout.size ? `${limit} were declared` : `at most ${limit} are accepted`
  return new errors.FST_UPLOAD_TOO_LARGE('the total of the parts', total, `${reason}${consequence}`)
}
