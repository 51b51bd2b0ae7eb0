import type { Context } from '../context.js'
import { decodeMetadata } from '../metadata.js'
import type { OwnedObject } from '../object-key.js'
import { ObjectChangedError, storeTimeout, type StoredObject } from '../s3/index.js'
import { inspectAudio, type InspectionBounds } from './inspection/inspect-audio.js'
import type { UploadStatus } from './schemas.js'

const BOUNDS: InspectionBounds = { maxRequests: 20, maxBytes: 2 * 1024 ** 2, timeout: 10 }
/** An object that is replaced over and over is told as pending after so many inspections. */
const MAX_INSPECTIONS = 3

/** What a caller wants to know besides whether the upload arrived. */
export interface StatusQuery {
  /** Whether to look at the bytes themselves. Default: false. */
  readonly inspect?: boolean | undefined
}

/**
 * Asks the store what landed under a key of the owner's, and on request what its bytes are: with at most
 * 20 ranged reads of 2 MB together, within ten seconds, whatever the object.
 *
 * @throws FST_UPLOAD_NOT_FOUND for a key that is not the owner's; FST_UPLOAD_STORE_UNAVAILABLE,
 * FST_UPLOAD_STORE_TIMEOUT, FST_UPLOAD_STORE_REFUSED or FST_UPLOAD_NO_CREDENTIALS
 */
export async function getUploadStatus (context: Context, owner: string, key: string, { inspect = false }: StatusQuery = {}): Promise<UploadStatus> {
  const object = context.keys.find(owner, key)
  if (!inspect) {
    const found = await context.store.head(object)
    return found === undefined ? { key, status: 'pending' } : toStatus(key, found)
  }
  const status = await inspectObject(context, object)
  if (status.status !== 'pending') await context.options.onInspected(status, { owner })
  return status
}

// All reads are of the object whose status is told: one that is replaced meanwhile is looked at anew.
async function inspectObject (context: Context, object: OwnedObject): Promise<UploadStatus> {
  for (let inspections = 0; inspections < MAX_INSPECTIONS; inspections += 1) {
    const found = await context.store.head(object)
    if (found === undefined) break
    try {
      return await inspectVersion(context, object, found)
    } catch (error) {
      if (error instanceof DOMException && error.name === 'TimeoutError') throw storeTimeout(error)
      if (!(error instanceof ObjectChangedError)) throw error
    }
  }
  return { key: object.key, status: 'pending' }
}

async function inspectVersion ({ store, options }: Context, object: OwnedObject, { size, contentType, etag, ...found }: StoredObject): Promise<UploadStatus> {
  const verdict = await inspectAudio({
    size,
    contentType,
    read: (start, end, signal) => store.read(object, { start, end, etag }, signal)
  }, BOUNDS, options.formats)
  const status = toStatus(object.key, { size, etag, ...contentType !== undefined && { contentType }, ...found })
  return verdict.verdict === 'audio'
    ? { ...status, audio: verdict.audio }
    : { ...status, status: 'rejected', reason: verdict.reason }
}

function toStatus (key: string, { size, contentType, etag, sha256, lastModified, metadata }: StoredObject): UploadStatus {
  return {
    key,
    status: 'uploaded',
    size,
    ...contentType !== undefined && { contentType },
    etag,
    ...sha256 !== undefined && { sha256 },
    ...lastModified !== undefined && { lastModified: lastModified.toISOString() },
    metadata: decodeMetadata(metadata)
  }
}
