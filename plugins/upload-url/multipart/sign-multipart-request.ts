import type { Context } from '../context.js'
import { errors } from '../errors.js'
import type { OwnedUpload } from '../object-key.js'
import { OPERATIONS, type ObjectRequest } from '../s3/index.js'
import { admitSum, sumOf } from './complete-multipart-upload.js'
import { planMultipartUpload } from './create-multipart-upload.js'
import { findUpload } from './list-parts.js'
import type { MultipartDeclaration, UploadReference } from './schemas.js'
import type { UploadPlan } from './upload-plan.js'

/** A request about an upload in progress that the client wants to send to the store itself. */
export interface MultipartRequest extends UploadReference {
  readonly operation: 'ListParts' | 'CompleteMultipartUpload' | 'AbortMultipartUpload'
}

/** A presigned request. */
export interface SignedMultipartRequest {
  readonly url: string
  readonly key: string
  readonly method: string
  /** The headers to send, exactly these. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Signs CreateMultipartUpload: type, metadata and encryption are bound, and the key is ours.
 *
 * @param partSize in bytes, where the client has its own idea of it
 * @throws as {@link planMultipartUpload}; FST_UPLOAD_NO_CREDENTIALS
 */
export async function signMultipartCreation (context: Context, owner: string, declaration: MultipartDeclaration, partSize?: number): Promise<SignedMultipartRequest> {
  const { object, headers } = planMultipartUpload(context, owner, declaration, partSize)
  return sign(context, { operation: 'CreateMultipartUpload', object, headers })
}

/**
 * Signs ListParts, AbortMultipartUpload or CompleteMultipartUpload. What the client sends to complete does not pass
 * through here, so it has to be bounded beforehand: by the declared size, which the URL of every part and the request
 * itself carry. Under a limit and with nothing declared it cannot be, and is refused.
 *
 * @throws FST_UPLOAD_NOT_FOUND; FST_UPLOAD_FIELD_REQUIRED; as {@link admitSum}; the errors of the store;
 * FST_UPLOAD_NO_CREDENTIALS
 */
export async function signMultipartRequest (context: Context, owner: string, { operation, ...reference }: MultipartRequest): Promise<SignedMultipartRequest> {
  const { upload, plan } = findUpload(context, owner, reference)
  const headers = operation === 'CompleteMultipartUpload' ? await completionHeaders(context, upload, plan) : {}
  if (operation === 'ListParts') await context.store.assertInProgress(upload)
  return sign(context, { operation, object: upload, parameters: { uploadId: upload.uploadId }, headers })
}

async function completionHeaders (context: Context, upload: OwnedUpload, plan: UploadPlan): Promise<Record<string, string>> {
  const { maxSize, singleUse } = context.options
  if (plan.size === undefined && maxSize !== undefined) {
    throw new errors.FST_UPLOAD_FIELD_REQUIRED('size', `an upload that the client completes by itself has to declare its size when it starts, at most ${maxSize}`)
  }
  await admitSum(context, upload, plan, sumOf(await context.store.listParts(upload)))
  return {
    'content-type': 'application/xml',
    ...plan.size !== undefined && { 'x-amz-mp-object-size': String(plan.size) },
    ...singleUse && { 'if-none-match': '*' }
  }
}

async function sign ({ presigner }: Context, request: ObjectRequest): Promise<SignedMultipartRequest> {
  const url = await presigner.presign(request, await presigner.signingContext())
  return { url, key: request.object.key, method: OPERATIONS[request.operation].method, headers: request.headers ?? {} }
}
