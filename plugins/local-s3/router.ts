import * as buckets from './bucket-operations.js'
import { completeMultipartUpload } from './complete-upload.js'
import { S3Error, notImplemented } from './errors.js'
import { deleteObject, getObject, getObjectTagging } from './get-object.js'
import { listObjectsV2 } from './list-objects.js'
import { abortMultipartUpload, createMultipartUpload, listMultipartUploads, listParts, uploadPart } from './multipart.js'
import type { Operation } from './operation.js'
import { putObject } from './put-object.js'
import type { S3Request } from './s3-request.js'

/** Query parameters that make a request another operation; those without a line below are refused. */
const SUBRESOURCES = [
  'uploads', 'uploadId', 'location', 'cors', 'lifecycle', 'tagging', 'list-type',
  'accelerate', 'acl', 'analytics', 'attributes', 'delete', 'encryption', 'intelligent-tiering', 'inventory', 'legal-hold', 'logging', 'metrics',
  'notification', 'object-lock', 'ownershipControls', 'policy', 'policyStatus', 'publicAccessBlock', 'renameObject', 'replication', 'requestPayment',
  'restore', 'retention', 'select', 'session', 'torrent', 'versionId', 'versioning', 'versions', 'website'
]

/** Every operation of this store, by method, what it works on, and subresource. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'PUT bucket': buckets.createBucket,
  'DELETE bucket': buckets.deleteBucket,
  'HEAD bucket': buckets.headBucket,
  'GET bucket?list-type': listObjectsV2,
  'GET bucket?location': buckets.getBucketLocation,
  'GET bucket?uploads': listMultipartUploads,
  'PUT bucket?cors': buckets.putBucketCors,
  'GET bucket?cors': buckets.getBucketCors,
  'DELETE bucket?cors': buckets.deleteBucketCors,
  'PUT bucket?lifecycle': buckets.putBucketLifecycle,
  'GET bucket?lifecycle': buckets.getBucketLifecycle,
  'DELETE bucket?lifecycle': buckets.deleteBucketLifecycle,
  'PUT object': putObject,
  'GET object': getObject,
  'HEAD object': getObject,
  'DELETE object': deleteObject,
  'GET object?tagging': getObjectTagging,
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
  const name = [`${request.method} ${target}`, ...subresources].join('?')
  if (Object.hasOwn(OPERATIONS, name)) return OPERATIONS[name]!
  if (subresources.length > 0 || name === 'GET bucket') throw notImplemented(name)
  throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', { Method: request.method, ResourceType: target.toUpperCase() })
}

/** Whether an operation presupposes its bucket: all but the one that creates it. */
export const needsBucket = (operation: Operation): boolean => operation !== buckets.createBucket
