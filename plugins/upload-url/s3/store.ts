import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, DeleteObjectCommand,
  GetObjectCommand, HeadBucketCommand, HeadObjectCommand, ListObjectsV2Command, ListPartsCommand,
  type ListPartsCommandOutput, type S3Client
} from '@aws-sdk/client-s3'
import { errors } from '../errors.js'
import type { Owned, OwnedObject, OwnedUpload } from '../object-key.js'
import { invalidResponse, toStoreError } from './answers.js'
import { createCall, type CallOptions, type Exceptions, type SendOptions } from './call.js'
import { createClaims, type Claims } from './claims.js'
import type { CredentialSource } from './credentials.js'
import { createListings, type Listings } from './listings.js'
import { toStoredObject, toStoredPart, type StoredObject, type StoredPart } from './stored-object.js'

/** A piece of one version of an object. */
export interface ByteRange {
  /** First byte. */
  readonly start: number
  /** The byte after the last. */
  readonly end: number
  /** Of the object as it was when its status was asked for. */
  readonly etag: string
}

interface CompletionOptions extends CallOptions {
  /** `*` so as not to overwrite an object. */
  readonly ifNoneMatch?: '*' | undefined
  /** Of the object in bytes, where the store is to hold the parts to it. */
  readonly size?: number | undefined
}

/**
 * The calls to the store, about objects of which it is known whose they are. Each ends within a time of its own, and
 * rejects with FST_UPLOAD_STORE_UNAVAILABLE, FST_UPLOAD_STORE_TIMEOUT, FST_UPLOAD_STORE_REFUSED or
 * FST_UPLOAD_NO_CREDENTIALS whatever goes wrong, beside what is said here.
 */
export interface Store extends Listings, Claims {
  /** @returns undefined where there is nothing, or nothing that may be read */
  head (object: Owned, options?: CallOptions): Promise<StoredObject | undefined>
  /**
   * @returns exactly the bytes of the range
   * @throws ObjectChangedError where the object is gone or another by now
   */
  read (object: OwnedObject, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array>
  /** @param headers what is bound to the object, by lower-case name */
  createMultipartUpload (
    object: OwnedObject, headers: Readonly<Record<string, string>>, options?: CallOptions
  ): Promise<{ readonly uploadId: string, readonly expiresAt?: Date }>
  /** @returns every part, in order @throws FST_UPLOAD_NOT_FOUND for an upload that is not in progress */
  listParts (upload: OwnedUpload, options?: CallOptions): Promise<StoredPart[]>
  /** @throws FST_UPLOAD_NOT_FOUND for an upload that is not in progress, or not to this object */
  assertInProgress (upload: OwnedUpload, options?: CallOptions): Promise<void>
  /**
   * @param parts in order
   * @returns the ETag, where the store says it
   * @throws FST_UPLOAD_NOT_FOUND, FST_UPLOAD_INVALID_PARTS, FST_UPLOAD_CONFLICT
   */
  completeMultipartUpload (
    upload: OwnedUpload, parts: readonly StoredPart[], options?: CompletionOptions
  ): Promise<{ readonly etag: string | undefined }>
  /** Frees the parts, unless the upload has ended one way or the other. */
  abortMultipartUpload (upload: OwnedUpload, options?: CallOptions): Promise<void>
  /** Deletes an object, where there is one. On a versioned bucket its versions stay, below a delete marker. */
  deleteObject (object: Owned, options?: CallOptions): Promise<void>
  /** Asks whether the bucket is there and accepts who we are; rights that this service does not need may lack. */
  checkBucket (): Promise<void>
}

/** An object is gone, or has been replaced, since its status was asked for. */
export class ObjectChangedError extends Error {}

/** Putting 10 000 parts together takes S3 its time ("Completing a multipart upload": several minutes at worst). */
const COMPLETION_TIMEOUT_MS = 120_000
/** S3 gives 1 000 parts a page; a store that gives fewer gets as many requests, and no more. */
const MAX_PAGES = 100

/** What {@link createStore} needs to know. */
export interface StoreOptions {
  readonly client: S3Client
  readonly credentials: CredentialSource
  readonly bucket: string
  /** Is told once where the store does not accept who we are. */
  readonly warn: (message: string) => void
}

export function createStore ({ client, credentials, bucket, warn }: StoreOptions): Store {
  const call = createCall(credentials, warn)

  async function head (object: Owned, { signal }: CallOptions = {}): Promise<StoredObject | undefined> {
    const command = new HeadObjectCommand({ Bucket: bucket, Key: object.storeKey, ChecksumMode: 'ENABLED' })
    const output = await call('HeadObject', options => client.send(command, options), {
      signal, exceptions: withoutBody(() => explainHead(object, signal))
    })
    return output === undefined ? undefined : toStoredObject(output)
  }

  // A HEAD has no body to say in whether there is no object, no bucket, no permission, or no such access key. Without
  // the right to list the bucket, which this service does not want, S3 denies access to what is not there.
  async function explainHead (object: Owned, signal: AbortSignal | undefined): Promise<undefined> {
    const command = new GetObjectCommand({ Bucket: bucket, Key: object.storeKey, Range: 'bytes=0-0' })
    const nothing = () => undefined
    await call('GetObject', async options => await (await client.send(command, options)).Body?.transformToByteArray(), {
      signal,
      exceptions: { NoSuchKey: nothing, 404: nothing, AccessDenied: nothing, InvalidRange: nothing, 416: nothing }
    })
    return undefined
  }

  async function read (
    object: OwnedObject, { start, end, etag }: ByteRange, signal?: AbortSignal
  ): Promise<Uint8Array> {
    const target = { Bucket: bucket, Key: object.storeKey }
    const command = new GetObjectCommand({ ...target, Range: `bytes=${start}-${end - 1}`, IfMatch: etag })
    const changed = () => { throw new ObjectChangedError(`${object.key} is no longer what it was`) }
    const denied = async () => {
      if (await head(object, { signal }) === undefined) return changed()
      throw toStoreError({ Code: 'AccessDenied' })
    }
    const { bytes, range } = await call('GetObject', async options => {
      const { Body, ContentRange } = await client.send(command, options)
      return { bytes: await Body!.transformToByteArray(), range: ContentRange }
    }, {
      signal,
      exceptions: {
        PreconditionFailed: changed,
        412: changed,
        NoSuchKey: changed,
        404: changed,
        InvalidRange: changed,
        416: changed,
        AccessDenied: denied
      }
    })
    const isAsked = range === undefined ? start === 0 : range.startsWith(`bytes ${start}-${end - 1}/`)
    if (!isAsked || bytes.length !== end - start) throw invalidResponse('other bytes than were asked for')
    return bytes
  }

  async function createMultipartUpload (
    object: OwnedObject, headers: Readonly<Record<string, string>>, { signal }: CallOptions = {}
  ) {
    const command = withHeaders(new CreateMultipartUploadCommand({ Bucket: bucket, Key: object.storeKey }), headers)
    const send = (options: SendOptions) => client.send(command, options)
    const { UploadId, AbortDate } = await call('CreateMultipartUpload', send, { signal })
    if (UploadId === undefined || UploadId === '') throw invalidResponse('no UploadId')
    return { uploadId: UploadId, ...AbortDate !== undefined && { expiresAt: AbortDate } }
  }

  function listPage (
    upload: OwnedUpload, page: { MaxParts?: number, PartNumberMarker?: string }, { signal }: CallOptions
  ): Promise<ListPartsCommandOutput> {
    const command = new ListPartsCommand({ Bucket: bucket, Key: upload.storeKey, UploadId: upload.uploadId, ...page })
    return call('ListParts', options => client.send(command, options), { signal, exceptions: { 404: notFound } })
  }

  async function listParts (upload: OwnedUpload, options: CallOptions = {}): Promise<StoredPart[]> {
    const parts: StoredPart[] = []
    for (let pages = 1; pages <= MAX_PAGES; pages += 1) {
      const last = parts.at(-1)?.partNumber
      const page = await listPage(upload, last === undefined ? {} : { PartNumberMarker: String(last) }, options)
      for (const part of page.Parts ?? []) parts.push(toStoredPart(part, parts.at(-1)?.partNumber))
      if (page.IsTruncated !== true) return parts
      if (parts.at(-1)?.partNumber === last) break
    }
    throw invalidResponse('a list of parts without an end')
  }

  async function completeMultipartUpload (
    upload: OwnedUpload, parts: readonly StoredPart[], { ifNoneMatch, size, signal }: CompletionOptions = {}
  ) {
    const command = new CompleteMultipartUploadCommand({
      Bucket: bucket,
      Key: upload.storeKey,
      UploadId: upload.uploadId,
      MultipartUpload: { Parts: parts.map(toCompletedPart) },
      IfNoneMatch: ifNoneMatch,
      MpuObjectSize: size
    })
    const { ETag } = await call('CompleteMultipartUpload', options => client.send(command, options), {
      signal, timeout: COMPLETION_TIMEOUT_MS, exceptions: COMPLETION_EXCEPTIONS
    })
    // RGW 16.2 leaves it empty.
    return { etag: ETag || undefined }
  }

  async function abortMultipartUpload (upload: OwnedUpload, { signal }: CallOptions = {}): Promise<void> {
    const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: upload.storeKey, UploadId: upload.uploadId })
    const done = () => undefined
    await call('AbortMultipartUpload', options => client.send(command, options), {
      signal, exceptions: { NoSuchUpload: done, NoSuchKey: done, 404: done }
    })
  }

  async function deleteObject (object: Owned, { signal }: CallOptions = {}): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: object.storeKey })
    const done = () => undefined
    await call('DeleteObject', options => client.send(command, options), {
      signal, exceptions: { NoSuchKey: done, 404: done }
    })
  }

  async function checkBucket (): Promise<void> {
    const command = new HeadBucketCommand({ Bucket: bucket })
    await call('HeadBucket', options => client.send(command, options), { exceptions: withoutBody(explainHeadBucket) })
  }

  async function explainHeadBucket (): Promise<void> {
    const command = new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 })
    await call('ListObjectsV2', options => client.send(command, options), {
      exceptions: { AccessDenied: () => undefined }
    })
  }

  return {
    head,
    read,
    createMultipartUpload,
    listParts,
    assertInProgress: async (upload, options = {}) => { await listPage(upload, { MaxParts: 1 }, options) },
    completeMultipartUpload,
    abortMultipartUpload,
    deleteObject,
    checkBucket,
    ...createListings(client, bucket, call),
    ...createClaims({ client, bucket, call, head })
  }
}

const notFound = () => { throw new errors.FST_UPLOAD_NOT_FOUND() }
const conflict = () => { throw new errors.FST_UPLOAD_CONFLICT() }
const invalidParts = (problem: string) => () => { throw new errors.FST_UPLOAD_INVALID_PARTS(problem) }

const COMPLETION_EXCEPTIONS: Exceptions<never> = {
  EntityTooSmall: invalidParts(
    'a part but the last is smaller than the store accepts, which is 5 MiB as a rule: upload larger parts'),
  EntityTooLarge: invalidParts('the object would be larger than the store accepts'),
  InvalidPart: invalidParts('a part has been replaced meanwhile: list the parts, then complete again'),
  PreconditionFailed: conflict,
  412: conflict,
  404: notFound
}

/** The answers to a HEAD that another request has to explain. */
function withoutBody<E> (explain: () => E): Exceptions<E> {
  return { 301: explain, 307: explain, 400: explain, 403: explain, 404: explain }
}

function toCompletedPart ({ partNumber, etag, sha256 }: StoredPart) {
  return { PartNumber: partNumber, ETag: etag, ...sha256 !== undefined && { ChecksumSHA256: sha256 } }
}

function withHeaders (
  command: CreateMultipartUploadCommand, headers: Readonly<Record<string, string>>
): CreateMultipartUploadCommand {
  command.middlewareStack.add(next => args => {
    Object.assign((args.request as { headers: object }).headers, headers)
    return next(args)
  }, { step: 'build', name: 'requestHeaders', priority: 'low' })
  return command
}
