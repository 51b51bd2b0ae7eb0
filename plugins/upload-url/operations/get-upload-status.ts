import { Type } from '@sinclair/typebox'
import { declaredDuration, rejectionReasons } from '../accept.js'
import { claim, findStored } from '../claim.js'
import { compareType } from '../compare-type.js'
import { STORE_ERRORS } from '../errors.js'
import { decodeMetadata } from '../metadata.js'
import type { OwnedObject, OwnedResult } from '../object-key.js'
import { operation } from '../operation.js'
import { ObjectChangedError, storeTimeout, type StoredObject } from '../s3/index.js'
import { Key } from '../schemas.js'
import type { Services } from '../services.js'
import { runResultHook, runUploadedHook, type UploadEvent } from '../uploaded-hook.js'
import {
  AudioSchema, PendingUploadSchema, RejectedObjectSchema, UploadedObjectSchema, UploadStatusSchema,
  type RejectionReason, type UploadedStatus, type UploadStatus
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
      'audio, or not what was declared, or not what the service accepts, is `rejected`.'
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
  policy: false,
  errors: ['FST_UPLOAD_NOT_FOUND', 'FST_UPLOAD_NOT_PROCESSED', ...STORE_ERRORS],

  async run (services, { key, inspect = false }, { owner, signal }) {
    const object = services.keys.find(owner, key)
    const status = await statusOf(services, object, inspect, signal)
    if (inspect) await announceStatus(services, object, status, 'request', signal)
    return status
  }
})

/** What there is at a key. @throws the errors of the store */
export async function statusOf (
  services: Services, object: OwnedObject, inspect: boolean, signal: AbortSignal
): Promise<UploadStatus> {
  const { key } = object
  // An object that is replaced while it is read is inspected anew.
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const found = await findStored(services, object, signal)
    if (found === undefined) break
    const uploaded = { ...describeObject(key, found.stored), ...await describeResults(services, object, signal) }
    const status = inspect ? await inspectObject(services, found.object, uploaded, signal) : uploaded
    if (status !== undefined) return status
  }
  return { status: 'pending', key }
}

/**
 * Tells the hook of uploads of an object, where there are both.
 *
 * @throws the errors of the store; FST_UPLOAD_NOT_PROCESSED
 */
export async function announceUpload (
  services: Services, object: OwnedObject, noticedBy: UploadEvent['noticedBy'], signal: AbortSignal
): Promise<void> {
  const { hook } = services.hooks
  if (hook === undefined) return
  const status = await statusOf(services, object, hook.inspect, signal)
  await announceStatus(services, object, status, noticedBy, signal)
}

// What the hook has taken is claimed where that is asked for, unless its content is not accepted.
async function announceStatus (
  services: Services, object: OwnedObject, status: UploadStatus, noticedBy: UploadEvent['noticedBy'],
  signal: AbortSignal
): Promise<void> {
  const { hook } = services.hooks
  if (hook === undefined || status.status === 'pending') return
  await runUploadedHook(hook, object, status, noticedBy)
  if (hook.claim && status.status === 'uploaded') await claim(services, object, signal)
}

/**
 * Tells the hook of results of one, where there are both.
 *
 * @throws the errors of the store; FST_UPLOAD_NOT_PROCESSED
 */
export async function announceResult (
  { hooks: { hook }, store }: Services, result: OwnedResult, signal: AbortSignal
): Promise<void> {
  if (hook === undefined) return
  const stored = await store.head(result, { signal })
  if (stored === undefined) return
  const { recording: { key }, name } = result
  const { size, etag, contentType, lastModified } = stored
  await runResultHook(hook, result, {
    key,
    name,
    size,
    etag,
    ...contentType !== undefined && { contentType },
    ...lastModified !== undefined && { lastModified: lastModified.toISOString() }
  })
}

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
  const { etag, size, contentType, metadata } = uploaded
  try {
    const audio = await inspectAudio({
      size,
      read: (start, end, timeUp) => store.read(object, { start, end, etag }, AbortSignal.any([signal, timeUp]))
    }, INSPECTION_LIMITS)
    const result = compareType(audio, contentType, options.formats)
    const reasons = rejectionReasons(audio, options.accept, metadata)
    if ('reason' in result) {
      reasons.unshift({ code: 'contentType', limit: contentType!, found: audio.container, message: result.reason })
    }
    return reasons.length === 0 ? { ...uploaded, ...result } : reject(uploaded, reasons)
  } catch (error) {
    if (error instanceof NotAudioError) return reject(uploaded, [{ code: 'notAudio', message: error.message }])
    if (isTimeout(error)) throw storeTimeout(error)
    if (error instanceof ObjectChangedError) return undefined
    throw error
  }
}

function reject (uploaded: UploadedStatus, reasons: RejectionReason[]): UploadStatus {
  const duration = declaredDuration(uploaded.metadata)
  return {
    ...uploaded,
    status: 'rejected',
    reason: reasons.map(({ message }) => message).join('; '),
    reasons,
    ...duration !== undefined && { declaredDuration: duration }
  }
}

// Of all reads together; a single one that takes too long is an error of the store already.
function isTimeout (error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}
