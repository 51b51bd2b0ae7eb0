import type { Context } from '../context.js'
import type { OwnedObject } from '../object-key.js'
import { admitMultipart } from '../policy.js'
import type { MultipartDeclaration, MultipartUpload } from './schemas.js'
import { partCount, planUpload, withPlan, type UploadPlan } from './upload-plan.js'

/** A multipart upload that the policy admits and that the store has not heard of yet. */
export interface PlannedUpload {
  readonly object: OwnedObject
  readonly plan: UploadPlan
  /** Everything bound to the object, as request headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Starts a multipart upload: type, metadata and encryption are settled now, size and part size written into the key.
 *
 * @param owner under whose prefix the object will be
 * @param partSize in bytes, where the client has its own idea of it
 * @throws as {@link planMultipartUpload}; the errors of the store
 */
export async function createMultipartUpload (context: Context, owner: string, declaration: MultipartDeclaration, partSize?: number): Promise<MultipartUpload> {
  const { object, plan, headers } = planMultipartUpload(context, owner, declaration, partSize)
  const { uploadId, expiresAt } = await context.store.createMultipartUpload(object, headers)
  const count = partCount(plan)
  return {
    key: object.key,
    uploadId,
    partSize: plan.partSize,
    ...count !== undefined && { partCount: count },
    ...expiresAt !== undefined && { expiresAt: expiresAt.toISOString() }
  }
}

/**
 * Decides on a multipart upload, and chooses its key.
 *
 * @throws what {@link admitMultipart} and {@link planUpload} throw; FST_UPLOAD_INVALID_OWNER
 */
export function planMultipartUpload ({ options, keys }: Context, owner: string, declaration: MultipartDeclaration, partSize?: number): PlannedUpload {
  const { extension, headers, size } = admitMultipart(options, declaration)
  const plan = planUpload(size, partSize)
  return { object: keys.create(owner, withPlan(options.createId(), plan), extension), plan, headers }
}
