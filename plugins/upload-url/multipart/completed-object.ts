import { createHash } from 'node:crypto'
import type { OwnedObject } from '../object-key.js'
import type { StoredObject, Store } from '../s3/index.js'
import { decodeLayout } from './part-layout.js'
import { unquote, type PartList } from './parts.js'

/** The object that a multipart upload has become. */
export interface CompletedObject {
  readonly key: string
  /** Size in bytes. */
  readonly size: number
  readonly etag: string
  readonly partCount: number
}

/**
 * Looks whether a multipart upload has been completed already.
 *
 * @param parts that it has to consist of, sorted; undefined for any
 * @returns undefined where there is no object, or one made of other parts
 * @throws the errors of the store
 */
export async function findCompleted (
  store: Store, object: OwnedObject, parts: PartList | undefined, signal: AbortSignal
): Promise<CompletedObject | undefined> {
  const stored = await store.head(object, { signal })
  if (stored?.etag === undefined || (parts !== undefined && !consistsOf(stored, object.key, parts))) return undefined
  return { key: object.key, size: stored.size, etag: stored.etag, partCount: parts?.length ?? partCountOf(stored.etag) }
}

/**
 * The ETag of an object that came in parts is the MD5 of their MD5s, and their number. Under SSE-KMS ETags are no
 * MD5s, and there the number and the declared size have to do.
 */
function consistsOf ({ etag = '', size, encryption }: StoredObject, key: string, parts: PartList): boolean {
  if (encryption?.startsWith('aws:kms')) {
    return partCountOf(etag) === parts.length && (decodeLayout(key)?.size ?? size) === size
  }
  const md5s = parts.map(part => Buffer.from(unquote(part.etag), 'hex'))
  const md5 = createHash('md5').update(Buffer.concat(md5s)).digest('hex')
  return unquote(etag) === `${md5}-${parts.length}`
}

function partCountOf (etag: string): number {
  return Number(unquote(etag).split('-')[1] ?? 1)
}
