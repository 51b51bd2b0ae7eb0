import { ListPartsCommand, type ListPartsCommandOutput } from '@aws-sdk/client-s3'
import type { Context } from '../context.js'
import { errors } from '../errors.js'
import { assertOwnKey } from '../object-key.js'
import type { Part, Parts, UploadReference } from './schemas.js'
import { callAboutUpload } from './store-answers.js'
import { readPlan, type UploadPlan } from './upload-plan.js'

/**
 * Lists the parts that have arrived, all of them, in order.
 *
 * @throws FST_UPLOAD_NOT_FOUND for an upload that is not there, or not the owner's; as {@link callAboutUpload}
 */
export async function listParts (context: Context, owner: string, upload: UploadReference): Promise<Parts> {
  planOf(context, owner, upload)
  return { parts: await readParts(context, upload) }
}

/**
 * The plan of an upload under the owner's prefix.
 *
 * @throws FST_UPLOAD_NOT_FOUND for any other key
 */
export function planOf ({ options }: Context, owner: string, { key }: UploadReference): UploadPlan {
  assertOwnKey(options.keyPrefix, owner, key)
  const plan = readPlan(key)
  if (plan === undefined) throw new errors.FST_UPLOAD_NOT_FOUND()
  return plan
}

/**
 * Makes sure that an upload is in progress, and that of this very key.
 *
 * @throws as {@link listParts}
 */
export async function assertInProgress (context: Context, upload: UploadReference): Promise<void> {
  await readPage(context, upload, { MaxParts: 1 })
}

/** Every part of an upload whose key is known to be the owner's. @throws as {@link callAboutUpload} */
export async function readParts (context: Context, upload: UploadReference): Promise<Part[]> {
  const parts: Part[] = []
  let marker: string | undefined
  do {
    const { Parts = [], IsTruncated, NextPartNumberMarker } = await readPage(context, upload, { PartNumberMarker: marker })
    for (const { PartNumber, Size, ETag } of Parts) parts.push({ partNumber: PartNumber!, size: Size!, etag: ETag! })
    marker = IsTruncated === true ? NextPartNumberMarker : undefined
  } while (marker !== undefined)
  return parts
}

function readPage ({ client, options }: Context, { key, uploadId }: UploadReference, page: { MaxParts?: number, PartNumberMarker?: string | undefined }): Promise<ListPartsCommandOutput> {
  return callAboutUpload(abortSignal => client.send(new ListPartsCommand({ Bucket: options.bucket, Key: key, UploadId: uploadId, ...page }), { abortSignal }))
}
