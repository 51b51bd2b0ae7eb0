import type { Context } from '../context.js'
import { findUpload } from './list-parts.js'
import type { UploadReference } from './schemas.js'

/**
 * Ends a multipart upload and frees its parts. Safe to repeat: of an upload that has ended, one way or the other,
 * nothing is left to abort, and a completed object stays.
 *
 * @throws FST_UPLOAD_NOT_FOUND for a key that is not the owner's; the errors of the store
 */
export async function abortMultipartUpload (context: Context, owner: string, reference: UploadReference): Promise<void> {
  await context.store.abortMultipartUpload(findUpload(context, owner, reference).upload)
}
