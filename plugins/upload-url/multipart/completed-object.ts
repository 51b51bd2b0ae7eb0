import { createHash } from 'node:crypto'
import type { Context } from '../context.js'
import { errors } from '../errors.js'
import type { OwnedObject } from '../object-key.js'
import type { StoredObject } from '../s3/index.js'
import { bareEtag } from './check-parts.js'
import type { CompletedUpload, PartList } from './schemas.js'
import { readPlan } from './upload-plan.js'

/**
 * Looks whether an upload has become an object already, made of just these parts.
 *
 * @param parts in order
 * @returns the answer to its completion; undefined where there is no object, or another
 * @throws the errors of the store
 */
export async function findCompleted ({ store }: Context, object: OwnedObject, parts: PartList): Promise<CompletedUpload | undefined> {
  const stored = await store.head(object).catch(error => {
    if (error instanceof errors.FST_UPLOAD_STORE_REFUSED) return undefined
    throw error
  })
  if (stored === undefined || !isMadeOf(stored, object.key, parts)) return undefined
  return { key: object.key, size: stored.size, etag: stored.etag }
}

/**
 * The ETag of an object that came in parts is the MD5 of their MD5s, and their number. Under SSE-KMS ETags are no
 * MD5s, and there the number and the declared size have to do.
 */
function isMadeOf ({ etag, size, encryption }: StoredObject, key: string, parts: PartList): boolean {
  if (encryption?.startsWith('aws:kms')) {
    const declared = readPlan(key)?.size
    return bareEtag(etag).endsWith(`-${parts.length}`) && (declared === undefined || declared === size)
  }
  const md5s = parts.map(({ etag }) => Buffer.from(bareEtag(etag), 'hex'))
  const md5 = createHash('md5').update(Buffer.concat(md5s)).digest('hex')
  return bareEtag(etag) === `${md5}-${parts.length}`
}
