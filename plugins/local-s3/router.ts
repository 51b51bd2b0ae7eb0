import * as buckets from './bucket-operations.js'
import { completeMultipartUpload } from './complete-upload.js'
import { copyObject } from './copy-object.js'
import { deleteObject, deleteObjects } from './delete-object.js'
import { S3Error, notImplemented } from './errors.js'
import { getObject } from './get-object.js'
import { listObjectsV2 } from './list-objects.js'
import {
  abortMultipartUpload, createMultipartUpload, listMultipartUploads, listParts, uploadPart
} from './multipart.js'
import { COPY_SOURCE } from './object-headers.js'
import type { Operation } from './operation.js'
import { putObject } from './put-object.js'
import { headerNames } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './tagging.js'

/** Query parameters that make a request another operation; those without a line below are refused. */
const SUBRESOURCES = [
  'uploads', 'uploadId', 'location', 'cors', 'lifecycle', 'tagging', 'list-type', 'delete',
  'accelerate', 'acl', 'analytics', 'attributes', 'encryption', 'intelligent-tiering', 'inventory', 'legal-hold',
  'logging', 'metrics', 'notification', 'object-lock', 'ownershipControls', 'policy', 'policyStatus',
  'publicAccessBlock', 'renameObject', 'replication', 'requestPayment', 'restore', 'retention', 'select', 'session',
  'torrent', 'versionId', 'versioning', 'versions', 'website'
]

/**
 * Every operation of this store, by method, resource and subresource; the header that makes a PUT a copy counts as one.
 */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'PUT bucket': buckets.createBucket,
  'DELETE bucket': buckets.deleteBucket,
  'HEAD bucket': buckets.headBucket,
  'GET bucket?list-type': listObjectsV2,
  'GET bucket?location': buckets.getBucketLocation,
  'GET bucket?uploads': listMultipartUploads,
  'PUT bucket?cors': buckets.putBucketCors,
  'GET bucket?cors': buckets.getBucketCors,
  'DELETE bucket?cors': buckets.deleteBucketCors,
  'PUT bucket?lifecycle': buckets.putBucketLifecycleConfiguration,
  'GET bucket?lifecycle': buckets.getBucketLifecycleConfiguration,
  'DELETE bucket?lifecycle': buckets.deleteBucketLifecycle,
  'POST bucket?delete': deleteObjects,
  'PUT object': putObject,
  'GET object': getObject,
  'HEAD object': getObject,
  'DELETE object': deleteObject,
  'PUT object?x-amz-copy-source': copyObject,
  'PUT object?tagging': putObjectTagging,
  'GET object?tagging': getObjectTagging,
  'DELETE object?tagging': deleteObjectTagging,
  'POST object?uploads': createMultipartUpload,
  'PUT object?uploadId': uploadPart,
  'GET object?uploadId': listParts,
  'POST object?uploadId': completeMultipartUpload,
  'DELETE object?uploadId': abortMultipartUpload
}

/**
 * Finds the operation that a request asks for.
 *
 * @throws S3Error NotImplemented for what S3 has and this store has not, MethodNotAllowed
 */
export function findOperation (request: S3Request): Operation {
  if (request.bucket === '') throw notImplemented('operations without a bucket')
  const subresources = SUBRESOURCES.filter((name) => request.query.has(name))
  const target = request.key === '' ? 'bucket' : 'object'
  if (headerNames(request).includes(COPY_SOURCE)) subresources.push(COPY_SOURCE)
  const name = [`${request.method} ${target}`, ...subresources].join('?')
  if (Object.hasOwn(OPERATIONS, name)) return OPERATIONS[name]!
  if (subresources.length > 0 || name === 'GET bucket') throw notImplemented(name)
  throw new S3Error(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    { Method: request.method, ResourceType: target.toUpperCase() }
  )
}

/** Whether an operation needs its bucket to exist: all but the one that creates it. */
export const needsBucket = (operation: Operation): boolean => operation !== buckets.createBucket
