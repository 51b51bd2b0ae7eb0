import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3'
import type { Context } from '../context.js'
import { objectKey } from '../object-key.js'
import { admitMultipart } from '../policy.js'
import type { MultipartDeclaration, MultipartUpload } from './schemas.js'
import { callAboutUpload } from './store-answers.js'
import { partCount, planUpload, withPlan, type UploadPlan } from './upload-plan.js'

/** A multipart upload that the policy admits and that the store has not heard of yet. */
export interface PlannedUpload {
  readonly key: string
  readonly plan: UploadPlan
  /** Everything bound to the object, as request headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Starts a multipart upload: type, metadata and encryption are settled now, size and part size written into the key.
 *
 * @param owner under whose prefix the object will be
 * @param partSize in bytes, where the client has its own idea of it
 * @throws as {@link planMultipartUpload} and {@link callAboutUpload}
 */
export async function createMultipartUpload (context: Context, owner: string, declaration: MultipartDeclaration, partSize?: number): Promise<MultipartUpload> {
  const { key, plan, headers } = planMultipartUpload(context, owner, declaration, partSize)
  const { UploadId: uploadId, AbortDate: abortDate } = await callAboutUpload(abortSignal =>
    context.client.send(withHeaders(new CreateMultipartUploadCommand({ Bucket: context.options.bucket, Key: key }), headers), { abortSignal }))
  const count = partCount(plan)
  return {
    key,
    uploadId: uploadId!,
    partSize: plan.partSize,
    ...count !== undefined && { partCount: count },
    ...abortDate !== undefined && { expiresAt: abortDate.toISOString() }
  }
}

/**
 * Decides on a multipart upload, and chooses its key.
 *
 * @throws what {@link admitMultipart} and {@link planUpload} throw; FST_UPLOAD_INVALID_OWNER
 */
export function planMultipartUpload ({ options }: Context, owner: string, declaration: MultipartDeclaration, partSize?: number): PlannedUpload {
  const { extension, headers, size } = admitMultipart(options, declaration)
  const plan = planUpload(size, partSize)
  return { key: objectKey(options.keyPrefix, owner, withPlan(options.createId(), plan), extension), plan, headers }
}

function withHeaders (command: CreateMultipartUploadCommand, headers: Readonly<Record<string, string>>): CreateMultipartUploadCommand {
  command.middlewareStack.add(next => args => {
    Object.assign((args.request as { headers: object }).headers, headers)
    return next(args)
  }, { step: 'build', name: 'declaredHeaders', priority: 'low' })
  return command
}
