import type { Context } from '../context.js'
import { errors, retryLater } from '../errors.js'
import type { OwnedUpload } from '../object-key.js'
import type { StoredPart } from '../s3/index.js'
import { assertAllListed, bareEtag, inOrder, matchParts } from './check-parts.js'
import { findCompleted } from './completed-object.js'
import { findUpload } from './list-parts.js'
import type { CompletedUpload, Completion, Part } from './schemas.js'
import type { UploadPlan } from './upload-plan.js'

/**
 * Makes one object of the parts. Safe to repeat, by many at once too, and when the store's answer was lost: whoever
 * comes after the first gets the same answer from the object itself.
 *
 * @throws FST_UPLOAD_INVALID_PARTS for gaps, doubles, wrong ETags or parts that never arrived; FST_UPLOAD_INCOMPLETE
 * for less than was declared; FST_UPLOAD_TOO_LARGE for more than was declared or is accepted, in which case the upload
 * is aborted; FST_UPLOAD_NOT_FOUND for an upload that is not there, or not the owner's; the errors of the store
 */
export async function completeMultipartUpload (context: Context, owner: string, { parts, ...reference }: Completion): Promise<CompletedUpload> {
  const { store, options } = context
  const { upload, plan } = findUpload(context, owner, reference)
  const listed = inOrder(parts)
  const completedBefore = async (failure: unknown): Promise<CompletedUpload> => {
    const completed = await findCompleted(context, upload, listed)
    if (completed === undefined) throw failure
    return completed
  }

  let arrived: StoredPart[]
  try {
    arrived = await store.listParts(upload)
  } catch (error) {
    return await completedBefore(error)
  }
  const matched = matchParts(listed, arrived)
  if (plan.size === undefined) assertAllListed(listed, arrived)
  await admitSum(context, upload, plan, sumOf(matched))
  try {
    const { etag } = await store.completeMultipartUpload(upload, matched, { ifNoneMatch: options.singleUse ? '*' : undefined })
    if (etag) return { key: upload.key, size: sumOf(matched), etag: `"${bareEtag(etag)}"` }
  } catch (error) {
    return await completedBefore(error)
  }
  // Ceph answers without an ETag.
  return await completedBefore(retryLater(new errors.FST_UPLOAD_STORE_UNAVAILABLE()))
}

/**
 * Holds the sum of the parts against what was declared and what is accepted.
 *
 * @param sum in bytes
 * @throws FST_UPLOAD_TOO_LARGE once the upload is aborted, FST_UPLOAD_INCOMPLETE
 */
export async function admitSum ({ store, options }: Context, upload: OwnedUpload, { size }: UploadPlan, sum: number): Promise<void> {
  const limit = Math.min(size ?? Infinity, options.maxSize ?? Infinity)
  if (sum > limit) {
    await store.abortMultipartUpload(upload)
    throw new errors.FST_UPLOAD_TOO_LARGE('the sum of the parts', sum, `${limit === size ? `${size} were declared` : `at most ${limit} are accepted`}: the upload is aborted`)
  }
  if (size !== undefined && sum < size) throw new errors.FST_UPLOAD_INCOMPLETE(sum, size)
}

/** The size of an object made of these parts, in bytes. */
export function sumOf (parts: readonly Part[]): number {
  return parts.reduce((sum, { size }) => sum + size, 0)
}
