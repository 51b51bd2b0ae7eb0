import { CompleteMultipartUploadCommand } from '@aws-sdk/client-s3'
import type { Context } from '../context.js'
import { errors, retryLater } from '../errors.js'
import { dropParts } from './abort-multipart-upload.js'
import { assertAllListed, bareEtag, inOrder, matchParts } from './check-parts.js'
import { findCompleted } from './completed-object.js'
import { planOf, readParts } from './list-parts.js'
import type { CompletedUpload, Completion, Part, UploadReference } from './schemas.js'
import { callAboutUpload, storeCode } from './store-answers.js'
import type { UploadPlan } from './upload-plan.js'

/** Putting ten thousand parts together takes S3 its time ("Completing a multipart upload": several minutes at worst). */
const PATIENCE_MS = 120_000

/**
 * Makes one object of the parts. Safe to repeat, by many at once too, and when the store's answer was lost: whoever
 * comes after the first gets the same answer from the object itself.
 *
 * @throws FST_UPLOAD_INVALID_PARTS for gaps, doubles, wrong ETags or parts that never arrived; FST_UPLOAD_INCOMPLETE
 * for less than was declared; FST_UPLOAD_TOO_LARGE for more than was declared or is accepted, in which case the upload
 * is aborted; FST_UPLOAD_NOT_FOUND for an upload that is not there, or not the owner's; the errors of the store
 */
export async function completeMultipartUpload (context: Context, owner: string, { key, uploadId, parts }: Completion): Promise<CompletedUpload> {
  const upload = { key, uploadId }
  const plan = planOf(context, owner, upload)
  const listed = inOrder(parts)
  let failure: unknown
  try {
    const arrived = await readParts(context, upload)
    const matched = matchParts(listed, arrived)
    if (plan.size === undefined) assertAllListed(listed, arrived)
    await admitSum(context, upload, plan, sumOf(matched))
    const etag = await join(context, upload, matched)
    if (etag) return { key, size: sumOf(matched), etag: `"${bareEtag(etag)}"` }
  } catch (error) {
    if (storeCode(error) === undefined) throw error
    failure = error
  }
  const completed = await findCompleted(context, key, listed)
  if (completed === undefined) throw explain(failure)
  return completed
}

/**
 * Holds the sum of the parts against what was declared and what is accepted.
 *
 * @param sum in bytes
 * @throws FST_UPLOAD_TOO_LARGE once the upload is aborted, FST_UPLOAD_INCOMPLETE
 */
export async function admitSum (context: Context, upload: UploadReference, { size }: UploadPlan, sum: number): Promise<void> {
  const limit = Math.min(size ?? Infinity, context.options.maxSize ?? Infinity)
  if (sum > limit) {
    await dropParts(context, upload)
    throw new errors.FST_UPLOAD_TOO_LARGE('the sum of the parts', sum, `${limit === size ? `${size} were declared` : `at most ${limit} are accepted`}: the upload is aborted`)
  }
  if (size !== undefined && sum < size) throw new errors.FST_UPLOAD_INCOMPLETE(sum, size)
}

/** The size of an object made of these parts, in bytes. */
export function sumOf (parts: readonly Part[]): number {
  return parts.reduce((sum, { size }) => sum + size, 0)
}

// Ceph answers without an ETag, or without its quotes.
async function join ({ client, options }: Context, { key, uploadId }: UploadReference, parts: readonly Part[]): Promise<string | undefined> {
  const { ETag } = await callAboutUpload(abortSignal => client.send(new CompleteMultipartUploadCommand({
    Bucket: options.bucket,
    Key: key,
    UploadId: uploadId,
    MultipartUpload: { Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })) },
    ...options.singleUse && { IfNoneMatch: '*' }
  }), { abortSignal }), PATIENCE_MS)
  return ETag
}

function explain (failure: unknown): unknown {
  switch (storeCode(failure)) {
    case undefined: return retryLater(new errors.FST_UPLOAD_STORE_UNAVAILABLE())
    case 'EntityTooSmall': return new errors.FST_UPLOAD_INVALID_PARTS('a part but the last is smaller than the store accepts, which is 5 MiB as a rule: upload larger parts')
    case 'InvalidPart': return new errors.FST_UPLOAD_INVALID_PARTS('a part has been replaced meanwhile: list the parts, then complete again')
    case 'EntityTooLarge': return new errors.FST_UPLOAD_INVALID_PARTS('the object would be larger than the store accepts')
    case 'PreconditionFailed': return new errors.FST_UPLOAD_CONFLICT()
    case 'ConditionalRequestConflict': return retryLater(new errors.FST_UPLOAD_STORE_UNAVAILABLE())
    default: return failure
  }
}
