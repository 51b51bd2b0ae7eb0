import { createHash } from 'node:crypto'
import { errors, retryLater } from './errors.js'
import type { Owned } from './object-key.js'
import type { UploadStatus } from './upload-status.js'

/** An upload that is there, as its status says. */
export type Upload = Exclude<UploadStatus, { status: 'pending' }>

/** Whose upload it is, and which. */
export interface UploadEvent {
  readonly owner: string
  /**
   * The same whenever this version of this object is told of, and a UUID: fit for the id of a job, so that it is done
   * once.
   */
  readonly id: string
  /**
   * Who noticed it, and repeats it where the hook throws: the `store`, by an event; or a `request`, which completed the
   * upload or asked for its inspected status, or `salvage`.
   */
  readonly noticedBy: 'store' | 'request'
}

/** A result that is there, such as the transcript of a recording. */
export interface UploadedResult {
  /** Of the recording. */
  readonly key: string
  /** As in `transcript.json`. */
  readonly name: string
  /** In bytes. */
  readonly size: number
  readonly etag: string
  readonly contentType?: string
  /** ISO 8601. */
  readonly lastModified?: string
}

/** What is to be done about uploads. */
export interface UploadedHook {
  readonly onUploaded: (upload: Upload, event: UploadEvent) => unknown
  readonly onResult: (result: UploadedResult, event: UploadEvent) => unknown
  /** Whether uploads are inspected before. */
  readonly inspect: boolean
  /** Whether uploads are claimed afterwards. */
  readonly claim: boolean
}

/** Holds the hook, and who reads the messages of stores for it, once a plugin has registered them. */
export interface UploadedHooks {
  hook?: UploadedHook
  handle?: (body: unknown) => Promise<void>
}

/**
 * Tells the hook of an upload.
 *
 * @throws FST_UPLOAD_NOT_PROCESSED, with what the hook threw as its cause
 */
export async function runUploadedHook (
  { onUploaded }: UploadedHook, { owner, key }: Owned, upload: Upload, noticedBy: UploadEvent['noticedBy']
): Promise<void> {
  await run(async () => await onUploaded(upload, { owner, id: eventId(key, upload.etag), noticedBy }))
}

/**
 * Tells the hook of a result, which a store has noticed.
 *
 * @throws FST_UPLOAD_NOT_PROCESSED, with what the hook threw as its cause
 */
export async function runResultHook (
  { onResult }: UploadedHook, { owner, key }: Owned, result: UploadedResult
): Promise<void> {
  await run(async () => await onResult(result, { owner, id: eventId(key, result.etag), noticedBy: 'store' }))
}

async function run (hook: () => Promise<unknown>): Promise<void> {
  try {
    await hook()
  } catch (cause) {
    throw retryLater(Object.assign(new errors.FST_UPLOAD_NOT_PROCESSED(), { cause }))
  }
}

/** A UUID of key and ETag (RFC 9562, version 8). */
function eventId (key: string, etag: string): string {
  const hex = createHash('sha256').update(`${key}\n${etag}`).digest('hex')
  const variant = (parseInt(hex[16]!, 16) & 0x3 | 0x8).toString(16)
  return [
    hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, variant + hex.slice(17, 20), hex.slice(20, 32)
  ].join('-')
}
