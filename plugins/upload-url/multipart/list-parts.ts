import type { Context } from '../context.js'
import { errors } from '../errors.js'
import type { OwnedUpload } from '../object-key.js'
import type { Parts, UploadReference } from './schemas.js'
import { readPlan, type UploadPlan } from './upload-plan.js'

/**
 * Lists the parts that have arrived, all of them, in order.
 *
 * @throws FST_UPLOAD_NOT_FOUND for an upload that is not there, or not the owner's; the errors of the store
 */
export async function listParts (context: Context, owner: string, reference: UploadReference): Promise<Parts> {
  return { parts: await context.store.listParts(findUpload(context, owner, reference).upload) }
}

/**
 * An upload under the owner's prefix, and its plan.
 *
 * @throws FST_UPLOAD_NOT_FOUND for any other key
 */
export function findUpload ({ keys }: Context, owner: string, { key, uploadId }: UploadReference): { upload: OwnedUpload, plan: UploadPlan } {
  const object = keys.find(owner, key)
  const plan = readPlan(key)
  if (plan === undefined) throw new errors.FST_UPLOAD_NOT_FOUND()
  return { upload: object.upload(uploadId), plan }
}
