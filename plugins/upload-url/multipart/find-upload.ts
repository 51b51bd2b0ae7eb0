import { errors } from '../errors.js'
import type { OwnedUpload } from '../object-key.js'
import type { Services } from '../services.js'
import { decodeLayout, type PartLayout } from './part-layout.js'

/** A multipart upload as a request names it. */
export interface UploadReference {
  readonly key: string
  readonly uploadId: string
}

/**
 * Finds a multipart upload of an owner, and its layout. Whether it is in progress, only S3 knows.
 *
 * @throws FST_UPLOAD_NOT_FOUND for a key that is not the owner's, or not that of a multipart upload
 */
export function findUpload (
  { keys }: Services, owner: string, { key, uploadId }: UploadReference
): { readonly upload: OwnedUpload, readonly layout: PartLayout } {
  const layout = decodeLayout(key)
  if (layout === undefined) throw new errors.FST_UPLOAD_NOT_FOUND()
  return { upload: keys.find(owner, key).unclaimed.upload(uploadId), layout }
}
