import type { Context } from '../context.js'
import { errors } from '../errors.js'
import type { OwnedUpload } from '../object-key.js'
import type { ObjectRequest } from '../s3/index.js'
import { findUpload } from './list-parts.js'
import type { PartUrls, PartUrlsRequest } from './schemas.js'
import { partCount, sizeOfPart, type UploadPlan } from './upload-plan.js'

/**
 * Creates URLs to PUT parts to, one, some, or all 10 000. Where the size of the object was declared, the exact size
 * of each part is signed, so that nobody can park more bytes than were promised.
 *
 * @throws FST_UPLOAD_INVALID_PARTS; FST_UPLOAD_NOT_FOUND for an upload that is not in progress, or not the owner's;
 * the errors of the store; FST_UPLOAD_NO_CREDENTIALS
 */
export async function createPartUrls (context: Context, owner: string, request: PartUrlsRequest): Promise<PartUrls> {
  const { upload, plan } = findUpload(context, owner, request)
  const partNumbers = wantedParts(request)
  for (const partNumber of partNumbers) assertPlanned(plan, partNumber)
  const { store, presigner } = context
  await store.assertInProgress(upload)
  const signing = await presigner.signingContext()
  const urls = await Promise.all(partNumbers.map(partNumber => presigner.presign(putPart(upload, plan, partNumber), signing)))
  return {
    parts: partNumbers.map((partNumber, index) => ({ partNumber, url: urls[index]! })),
    expiresIn: signing.expiresIn,
    expiresAt: signing.expiresAt
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

function putPart (upload: OwnedUpload, plan: UploadPlan, partNumber: number): ObjectRequest {
  const size = sizeOfPart(plan, partNumber)
  return {
    operation: 'UploadPart',
    object: upload,
    parameters: { partNumber: String(partNumber), uploadId: upload.uploadId },
    ...size !== undefined && { headers: { 'content-length': String(size) } }
  }
}
