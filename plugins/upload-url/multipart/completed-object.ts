import { createHash } from 'node:crypto'
import { HeadObjectCommand, S3ServiceException, type HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { Context } from '../context.js'
import { errors } from '../errors.js'
import { callStore } from '../store.js'
import { bareEtag } from './check-parts.js'
import type { CompletedUpload, PartList } from './schemas.js'
import { readPlan } from './upload-plan.js'

/**
 * Looks whether an upload has become an object already, made of just these parts.
 *
 * @param parts in order
 * @returns the answer to its completion; undefined where there is no object, or another
 * @throws as {@link callStore}
 */
export async function findCompleted (context: Context, key: string, parts: PartList): Promise<CompletedUpload | undefined> {
  const object = await head(context, key)
  if (object === undefined || !isMadeOf(object, key, parts)) return undefined
  return { key, size: object.ContentLength!, etag: object.ETag! }
}

// Without the right to list the bucket, S3 answers 403 where there is no object.
async function head ({ client, options }: Context, key: string): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await callStore(abortSignal => client.send(new HeadObjectCommand({ Bucket: options.bucket, Key: key }), { abortSignal }))
  } catch (error) {
    if (error instanceof errors.FST_UPLOAD_STORE_REFUSED || error instanceof S3ServiceException) return undefined
    throw error
  }
}

/**
 * The ETag of an object that came in parts is the MD5 of their MD5s, and their number. Under SSE-KMS ETags are no
 * MD5s, and there the number and the declared size have to do.
 */
function isMadeOf ({ ETag = '', ContentLength, ServerSideEncryption }: HeadObjectCommandOutput, key: string, parts: PartList): boolean {
  if (ServerSideEncryption?.startsWith('aws:kms')) {
    const size = readPlan(key)?.size
    return bareEtag(ETag).endsWith(`-${parts.length}`) && (size === undefined || size === ContentLength)
  }
  const md5s = parts.map(({ etag }) => Buffer.from(bareEtag(etag), 'hex'))
  const md5 = createHash('md5').update(Buffer.concat(md5s)).digest('hex')
  return bareEtag(ETag) === `${md5}-${parts.length}`
}
