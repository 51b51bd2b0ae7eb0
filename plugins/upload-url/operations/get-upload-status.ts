import { Type } from '@sinclair/typebox'
import { compareType } from '../compare-type.js'
import { STORE_ERRORS } from '../errors.js'
import { decodeMetadata } from '../metadata.js'
import type { OwnedObject } from '../object-key.js'
import { operation } from '../operation.js'
import { ObjectChangedError, storeTimeout, type StoredObject } from '../s3/index.js'
import { Key } from '../schemas.js'
import type { Services } from '../services.js'
import {
  AudioSchema, PendingUploadSchema, RejectedObjectSchema, UploadedObjectSchema, UploadStatusSchema, type UploadedStatus,
  type UploadStatus
} from '../upload-status.js'

/** How much one inspection may read, and for how many seconds. */
const INSPECTION_LIMITS = { maxRequests: 20, maxBytes: 2 * 1024 ** 2, timeout: 10 }

/** How often an object is inspected that keeps being replaced. */
const MAX_ATTEMPTS = 3

export const getUploadStatus = operation({
  route: { method: 'GET', url: '/upload-status' },
  docs: {
    tag: 'Objects',
    summary: 'Get the status of an upload',
    description: 'Whether the object is there, as S3 has it. With `inspect`, its bytes are examined, and what is not ' +
      'audio, or not what was declared, is `rejected`.'
  },
  input: Type.Object({
    key: Key,
    inspect: Type.Optional(Type.Boolean({
      description: 'Whether to examine the bytes: container, codec, duration. Costs a few ranged reads of the object.',
      default: false
    }))
  }, { additionalProperties: false }),
  output: UploadStatusSchema,
  components: [AudioSchema, PendingUploadSchema, UploadedObjectSchema, RejectedObjectSchema],
  errors: ['FST_UPLOAD_NOT_FOUND', ...STORE_ERRORS],

  async run (services, { key, inspect = false }, { owner, signal }) {
    const object = services.keys.find(owner, key)
    // An object that is replaced while it is read is inspected anew.
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const stored = await services.store.head(object, { signal })
      if (stored === undefined) break
      const uploaded = { ...describeObject(key, stored), ...await describeResults(services, object, signal) }
      if (!inspect) return uploaded
      const status = await inspectObject(services, object, uploaded, signal)
      if (status === undefined) continue
      await services.options.onInspected(status, { owner })
      return status
    }
    return { status: 'pending' as const, key }
  }
})

function describeObject (key: string, stored: StoredObject): UploadedStatus {
  const { size, contentType, etag, sha256, lastModified, metadata } = stored
  return {
    status: 'uploaded',
    key,
    size,
    ...contentType !== undefined && { contentType },
    etag,
    ...sha256 !== undefined && { sha256 },
    ...lastModified !== undefined && { lastModified: lastModified.toISOString() },
    metadata: decodeMetadata(metadata)
  }
}

async function describeResults ({ options, store }: Services, object: OwnedObject, signal: AbortSignal) {
  if (!options.results) return {}
  const results = await store.listResults(object, { signal })
  return {
    results: results.map(({ lastModified, ...result }) => ({ ...result, lastModified: lastModified.toISOString() }))
  }
}

/** @returns undefined where the object was replaced meanwhile */
async function inspectObject (
  { options, store }: Services, object: OwnedObject, uploaded: UploadedStatus, signal: AbortSignal
): Promise<UploadStatus | undefined> {
  const { inspectAudio, NotAudioError } = await import('../audio/index.js')
  const { etag, size, contentType } = uploaded
  try {
    const audio = await inspectAudio({
      size,
      read: (start, end, timeUp) => store.read(object, { start, end, etag }, AbortSignal.any([signal, timeUp]))
    }, INSPECTION_LIMITS)
    const result = compareType(audio, contentType, options.formats)
    return 'reason' in result ? { ...uploaded, status: 'rejected', ...result } : { ...uploaded, ...result }
  } catch (error) {
    if (error instanceof NotAudioError) return { ...uploaded, status: 'rejected', reason: error.message }
    if (isTimeout(error)) throw storeTimeout(error)
    if (error instanceof ObjectChangedError) return undefined
    throw error
  }
}

// Of all reads together; a single one that takes too long is an error of the store already.
function isTimeout (error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}
