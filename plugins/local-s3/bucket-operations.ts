import { configureBucket, createBucket as create, deleteBucket as remove, readBucket } from './buckets.js'
import { readCorsRules } from './cors.js'
import { S3Error } from './errors.js'
import { readLifecycleRules } from './lifecycle.js'
import { refuseAcl } from './object-headers.js'
import type { Operation, OperationContext } from './operation.js'
import { xmlReply } from './reply.js'
import type { Reply } from './reply.js'
import { readExpectedBody, receiveText } from './request-body.js'
import { header } from './s3-request.js'
import { childText, readXml } from './xml.js'

/** CreateBucket. */
export const createBucket: Operation = async ({ request, signature, settings, storage }) => {
  refuseAcl(header(request, 'x-amz-acl'))
  const document = await receiveText(readExpectedBody(request, signature, settings))
  const region = document === ''
    ? undefined
    : childText(readXml(document, 'CreateBucketConfiguration'), 'LocationConstraint')
  if (region !== undefined && region !== settings.region) {
    throw new S3Error(
      'InvalidArgument',
      `The location constraint is not this store's region, ${settings.region}.`,
      { ArgumentName: 'LocationConstraint', ArgumentValue: region }
    )
  }
  await create(storage, request.bucket, settings.now())
  return { status: 200, headers: { location: `/${request.bucket}` } }
}

/** DeleteBucket. */
export const deleteBucket: Operation = async ({ request, storage }) => {
  await remove(storage, request.bucket)
  return { status: 204 }
}

/** HeadBucket. */
export const headBucket: Operation = async ({ settings }) =>
  ({ status: 200, headers: { 'x-amz-bucket-region': settings.region } })

/** GetBucketLocation: us-east-1 is written as nothing at all. */
export const getBucketLocation: Operation = async ({ settings }) =>
  xmlReply('LocationConstraint', settings.region === 'us-east-1' ? '' : settings.region)

/** PutBucketCors. */
export const putBucketCors: Operation = async (context) => {
  const cors = await receiveConfiguration(context)
  readCorsRules(cors)
  await configureBucket(context.storage, context.request.bucket, { cors })
  return { status: 200 }
}

/** GetBucketCors. */
export const getBucketCors: Operation = async ({ request, storage }) => {
  const { cors } = await readBucket(storage, request.bucket)
  if (cors === undefined) {
    throw new S3Error(
      'NoSuchCORSConfiguration', 'The CORS configuration does not exist', { BucketName: request.bucket }
    )
  }
  return documentReply(cors)
}

/** DeleteBucketCors. */
export const deleteBucketCors: Operation = async ({ request, storage }) => {
  await configureBucket(storage, request.bucket, { cors: undefined })
  return { status: 204 }
}

/** PutBucketLifecycleConfiguration. */
export const putBucketLifecycleConfiguration: Operation = async (context) => {
  const lifecycle = await receiveConfiguration(context)
  readLifecycleRules(lifecycle)
  await configureBucket(context.storage, context.request.bucket, { lifecycle })
  return { status: 200 }
}

/** GetBucketLifecycleConfiguration. */
export const getBucketLifecycleConfiguration: Operation = async ({ request, storage }) => {
  const { lifecycle } = await readBucket(storage, request.bucket)
  if (lifecycle === undefined) {
    throw new S3Error(
      'NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist', { BucketName: request.bucket }
    )
  }
  return documentReply(lifecycle)
}

/** DeleteBucketLifecycle. */
export const deleteBucketLifecycle: Operation = async ({ request, storage }) => {
  await configureBucket(storage, request.bucket, { lifecycle: undefined })
  return { status: 204 }
}

const receiveConfiguration = async ({ request, signature, settings }: OperationContext): Promise<string> =>
  await receiveText(readExpectedBody(request, signature, settings))

const documentReply = (document: string): Reply =>
  ({ status: 200, headers: { 'content-type': 'application/xml' }, body: document })
