import { GetObjectCommand, HeadObjectCommand, S3ServiceException, type HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { Context } from '../context.js'
import { errors } from '../errors.js'
import type { Format } from '../formats.js'
import { decodeMetadata } from '../metadata.js'
import { assertOwnKey } from '../object-key.js'
import { asStoreWork, callStore } from '../store.js'
import type { AudioFile, InspectionLimits, ReadRange } from '../audio/index.js'
import { compareType, type InspectionResult } from './compare-type.js'
import type { UploadStatus } from './schemas.js'

const INSPECTION_LIMITS: InspectionLimits = { maxRequests: 20, maxBytes: 2 * 1024 ** 2, timeout: 10 }

/** What a caller wants to know besides whether the upload arrived. */
export interface StatusQuery {
  /** Whether to look at the bytes themselves. Default: false. */
  readonly inspect?: boolean | undefined
}

/**
 * Asks the store what was uploaded under a key of the owner's, and on request what its bytes are: with at most
 * 20 ranged reads of 2 MB together, within ten seconds, whatever the object.
 *
 * @throws FST_UPLOAD_NOT_FOUND for a key that is not the owner's; FST_UPLOAD_STORE_UNAVAILABLE,
 * FST_UPLOAD_STORE_TIMEOUT, FST_UPLOAD_STORE_REFUSED or FST_UPLOAD_NO_CREDENTIALS
 */
export async function getUploadStatus (context: Context, owner: string, key: string, { inspect = false }: StatusQuery = {}): Promise<UploadStatus> {
  assertOwnKey(context.options.keyPrefix, owner, key)
  const head = await headObject(context, key)
  if (head === undefined) return { key, status: 'pending' }
  const uploaded = describe(key, head)
  if (!inspect) return uploaded
  const inspected = await inspectUpload(context, uploaded)
  await context.options.onInspected(inspected, { owner })
  return inspected
}

async function inspectUpload (context: Context, uploaded: UploadStatus): Promise<UploadStatus> {
  const { key, etag, size = 0, contentType } = uploaded
  const file = { size, read: reader(context, key, etag) }
  const result = await asStoreWork(() => inspectFile(file, contentType, context.options.formats))
  return 'reason' in result ? { ...uploaded, status: 'rejected', ...result } : { ...uploaded, ...result }
}

// The inspector is loaded when it is first needed: most processes that sign never inspect.
async function inspectFile (file: AudioFile, contentType: string | undefined, formats: readonly Format[]): Promise<InspectionResult> {
  const { inspectAudio, NotAudioError } = await import('../audio/index.js')
  try {
    return compareType(await inspectAudio(file, INSPECTION_LIMITS), contentType, formats)
  } catch (error) {
    if (error instanceof NotAudioError) return { reason: error.message }
    throw error
  }
}

async function headObject ({ client, options }: Context, key: string): Promise<HeadObjectCommandOutput | undefined> {
  try {
    const command = new HeadObjectCommand({ Bucket: options.bucket, Key: key, ChecksumMode: 'ENABLED' })
    return await callStore(abortSignal => client.send(command, { abortSignal }))
  } catch (error) {
    // Without the right to list the bucket, which this service does not want, S3 answers 403 for what is not there.
    if (error instanceof errors.FST_UPLOAD_STORE_REFUSED || isNotFound(error)) return undefined
    throw error
  }
}

function describe (key: string, head: HeadObjectCommandOutput): UploadStatus {
  return {
    key,
    status: 'uploaded',
    size: head.ContentLength ?? 0,
    ...(head.ContentType !== undefined && { contentType: head.ContentType }),
    ...(head.ETag !== undefined && { etag: head.ETag }),
    ...(head.ChecksumSHA256 !== undefined && head.ChecksumType !== 'COMPOSITE' && { sha256: Buffer.from(head.ChecksumSHA256, 'base64').toString('hex') }),
    ...(head.LastModified !== undefined && { lastModified: head.LastModified.toISOString() }),
    metadata: decodeMetadata(head.Metadata ?? {})
  }
}

// Every read asks for the object as it was when its status was, so that no result is put together of two.
function reader ({ client, options }: Context, key: string, etag: string | undefined): ReadRange {
  return (start, end, signal) => callStore(async timeout => {
    const command = new GetObjectCommand({ Bucket: options.bucket, Key: key, Range: `bytes=${start}-${end - 1}`, IfMatch: etag })
    const { Body } = await client.send(command, { abortSignal: AbortSignal.any([signal, timeout]) })
    return Body!.transformToByteArray()
  })
}

function isNotFound (error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404
}
