import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3'
import type { Context } from '../context.js'
import { errors } from '../errors.js'
import { planOf } from './list-parts.js'
import type { UploadReference } from './schemas.js'
import { callAboutUpload } from './store-answers.js'

/**
 * Ends a multipart upload and frees its parts. Safe to repeat: of an upload that has ended, one way or the other,
 * nothing is left to abort, and a completed object stays.
 *
 * @throws FST_UPLOAD_NOT_FOUND for a key that is not the owner's; as {@link callAboutUpload}
 */
export async function abortMultipartUpload (context: Context, owner: string, upload: UploadReference): Promise<void> {
  planOf(context, owner, upload)
  await dropParts(context, upload)
}

/** Frees the parts of an upload whose key is known to be the owner's. @throws as {@link callAboutUpload} */
export async function dropParts ({ client, options }: Context, { key, uploadId }: UploadReference): Promise<void> {
  try {
    await callAboutUpload(abortSignal => client.send(new AbortMultipartUploadCommand({ Bucket: options.bucket, Key: key, UploadId: uploadId }), { abortSignal }))
  } catch (error) {
    if (!(error instanceof errors.FST_UPLOAD_NOT_FOUND)) throw error
  }
}
