import type { Context } from '../context.js'
import { errors } from '../errors.js'
import type { ObjectRequest } from '../signing/operations.js'
import { assertInProgress, planOf } from './list-parts.js'
import type { PartUrls, PartUrlsRequest, UploadReference } from './schemas.js'
import { partCount, sizeOfPart, type UploadPlan } from './upload-plan.js'

/**
 * Creates URLs to PUT parts to, one, some, or all 10 000. Where the size of the object was declared, the exact size
 * of each part is signed, so that nobody can park more bytes than were promised.
 *
 * @throws FST_UPLOAD_INVALID_PARTS; FST_UPLOAD_NOT_FOUND for an upload that is not in progress, or not the owner's;
 * the errors of the store; FST_UPLOAD_NO_CREDENTIALS
 */
export async function createPartUrls (context: Context, owner: string, request: PartUrlsRequest): Promise<PartUrls> {
  const plan = planOf(context, owner, request)
  const partNumbers = wantedParts(request)
  for (const partNumber of partNumbers) assertPlanned(plan, partNumber)
  await assertInProgress(context, request)
  const { presigner } = context
  const lease = await presigner.lease()
  const urls = await presigner.presignAll(partNumbers.map(partNumber => putPart(request, plan, partNumber)), lease)
  return {
    parts: partNumbers.map((partNumber, index) => ({ partNumber, url: urls[index]! })),
    expiresIn: lease.expiresIn,
    expiresAt: lease.expiresAt
  }
}

function wantedParts ({ partNumbers, from, to }: PartUrlsRequest): readonly number[] {
  if (partNumbers !== undefined && from === undefined && to === undefined) return partNumbers
  if (partNumbers !== undefined || from === undefined || to === undefined) {
    throw new errors.FST_UPLOAD_INVALID_PARTS('give either partNumbers, or both from and to')
  }
  if (from > to) throw new errors.FST_UPLOAD_INVALID_PARTS(`from is ${from}, which is after to, ${to}`)
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

function assertPlanned (plan: UploadPlan, partNumber: number): void {
  const count = partCount(plan)
  if (count === undefined || partNumber <= count) return
  throw new errors.FST_UPLOAD_INVALID_PARTS(`part ${partNumber} does not exist: ${plan.size} bytes in parts of ${plan.partSize} make ${count}`)
}

function putPart ({ key, uploadId }: UploadReference, plan: UploadPlan, partNumber: number): ObjectRequest {
  const size = sizeOfPart(plan, partNumber)
  return {
    operation: 'UploadPart',
    key,
    parameters: { partNumber: String(partNumber), uploadId },
    ...size !== undefined && { headers: { 'content-length': String(size) } }
  }
}
