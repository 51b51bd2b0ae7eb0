import { errors, retryLater } from './errors.js'
import type { Owned, OwnedObject } from './object-key.js'
import { encryptionHeaders } from './policy.js'
import type { StoredObject } from './s3/index.js'
import type { Services } from './services.js'
import { CLAIMED_TAG, UNCLAIMED_TAG } from './unclaimed-tag.js'

/** How often a copy is tried of an object that keeps being replaced. */
const MAX_ATTEMPTS = 3

/**
 * Keeps an upload that would expire: its tag is replaced, or it is copied to where nothing expires. Claiming again does
 * nothing.
 *
 * @throws FST_UPLOAD_NOT_FOUND where there is no upload, or it has expired; the errors of the store
 */
export async function claim (services: Services, { owner, key }: Owned, signal: AbortSignal): Promise<void> {
  const object = services.keys.find(owner, key)
  const { unclaimed } = services.options
  if (unclaimed?.by === 'prefix') await claimByCopy(services, object, signal)
  else if (unclaimed !== undefined) await claimByTag(services, object, signal)
  else if (await services.store.head(object, { signal }) === undefined) throw new errors.FST_UPLOAD_NOT_FOUND()
}

/** Looks for an object where it is said to be and, where a claim copies, in the other place that it may be in. */
export async function findStored (
  { keys, store }: Services, object: OwnedObject, signal: AbortSignal
): Promise<{ readonly object: OwnedObject, readonly stored: StoredObject } | undefined> {
  const stored = await store.head(object, { signal })
  if (stored !== undefined) return { object, stored }
  const other = object.isUnclaimed ? keys.find(object.owner, object.key) : object.unclaimed
  if (other.storeKey === object.storeKey) return undefined
  const storedThere = await store.head(other, { signal })
  return storedThere && { object: other, stored: storedThere }
}

async function claimByTag ({ store }: Services, object: OwnedObject, signal: AbortSignal): Promise<void> {
  const tags = await store.getTags(object, { signal })
  if (tags === undefined) throw new errors.FST_UPLOAD_NOT_FOUND()
  const [name, unclaimed] = UNCLAIMED_TAG
  if (tags.get(name) !== unclaimed) return
  const isThere = await store.putTags(object, new Map([...tags, CLAIMED_TAG]), { signal })
  // The rule may have been about to delete it.
  if (!isThere || await store.head(object, { signal }) === undefined) throw new errors.FST_UPLOAD_NOT_FOUND()
}

async function claimByCopy (services: Services, object: OwnedObject, signal: AbortSignal): Promise<void> {
  const encryption = encryptionHeaders(services.options)
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const found = await findStored(services, object, signal)
    if (found === undefined) throw new errors.FST_UPLOAD_NOT_FOUND()
    if (!found.object.isUnclaimed) return
    if (await services.store.copy(found.object, object, { etag: found.stored.etag, encryption, signal })) return
  }
  throw retryLater(new errors.FST_UPLOAD_STORE_UNAVAILABLE())
}
