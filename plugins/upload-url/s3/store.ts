import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, GetObjectCommand,
  HeadBucketCommand, HeadObjectCommand, ListObjectsV2Command, ListPartsCommand,
  type ListPartsCommandOutput, type S3Client
} from '@aws-sdk/client-s3'
import { channels, instrumented } from './diagnostics.js'
import { errors } from '../errors.js'
import type { Owned, OwnedObject, OwnedUpload } from '../object-key.js'
import { isResultName } from '../result-name.js'
import { codeOf, invalidResponse, toStoreError, whySignatureRefused } from './answers.js'
import type { CredentialSource } from './credentials.js'
import {
  toStoredObject, toStoredPart, toStoredResult, type StoredObject, type StoredPart, type StoredResult
} from './stored-object.js'
import { withTimeout } from './timeout.js'

/** A piece of one version of an object. */
export interface ByteRange {
  /** First byte. */
  readonly start: number
  /** The byte after the last. */
  readonly end: number
  /** Of the object as it was when its status was asked for. */
  readonly etag: string
}

interface CallOptions {
  /** Aborts when nobody wants the answer any more; the call then rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** What becomes of an answer in one place, by its code, instead of what becomes of it everywhere. */
type Exceptions<E> = Readonly<Record<string, () => E>>

interface SendOptions {
  readonly abortSignal: AbortSignal
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
export interface Store {
  /** @returns undefined where there is nothing, or nothing that may be read */
  head (object: Owned, options?: CallOptions): Promise<StoredObject | undefined>
  /**
   * @returns exactly the bytes of the range
   * @throws ObjectChangedError where the object is gone or another by now
   */
  read (object: OwnedObject, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array>
  /**
   * @returns the results of a recording, by name; the first 1000 of them
   * @throws FST_UPLOAD_STORE_REFUSED where the service must not list the bucket
   */
  listResults (object: OwnedObject, options?: CallOptions): Promise<StoredResult[]>
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
  /** Asks whether the bucket is there and accepts who we are; rights that this service does not need may lack. */
  checkBucket (): Promise<void>
}

/** An object is gone, or has been replaced, since its status was asked for. */
export class ObjectChangedError extends Error {}

const TIMEOUT_MS = 2_500
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
  const warned = new Set<string>()

  async function call<T, E = never> (
    operation: string, send: (options: SendOptions) => Promise<T>,
    { signal, timeout = TIMEOUT_MS, exceptions = {} }: CallOptions & {
      readonly timeout?: number
      readonly exceptions?: Exceptions<E>
    } = {}
  ): Promise<T | Awaited<E>> {
    await credentials(0)
    try {
      return await instrumented(channels.store, operation, () =>
        withTimeout(timeout, abortSignal => send({ abortSignal }), signal))
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      const exception = exceptions[codeOf(error) ?? '']
      if (exception !== undefined) return await exception()
      warnOnce(whySignatureRefused(error))
      throw toStoreError(error)
    }
  }

  function warnOnce (reason: string | undefined): void {
    if (reason === undefined || warned.has(reason)) return
    warned.add(reason)
    warn(`The store does not accept the credentials of this service: ${reason}`)
  }

  async function head (object: Owned, { signal }: CallOptions = {}): Promise<StoredObject | undefined> {
    const command = new HeadObjectCommand({ Bucket: bucket, Key: object.key, ChecksumMode: 'ENABLED' })
    const output = await call('HeadObject', options => client.send(command, options), {
      signal, exceptions: withoutBody(() => explainHead(object, signal))
    })
    return output === undefined ? undefined : toStoredObject(output)
  }

  // A HEAD has no body to say in whether there is no object, no bucket, no permission, or no such access key. Without
  // the right to list the bucket, which this service does not want, S3 denies access to what is not there.
  async function explainHead (object: Owned, signal: AbortSignal | undefined): Promise<undefined> {
    const command = new GetObjectCommand({ Bucket: bucket, Key: object.key, Range: 'bytes=0-0' })
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
    const target = { Bucket: bucket, Key: object.key }
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

  async function listResults ({ resultsPrefix }: OwnedObject, { signal }: CallOptions = {}): Promise<StoredResult[]> {
    const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: resultsPrefix })
    const { Contents = [] } = await call('ListObjectsV2', options => client.send(command, options), {
      signal, exceptions: { AccessDenied: listDenied }
    })
    return Contents.map(object => toStoredResult(object, resultsPrefix)).filter(({ name }) => isResultName(name))
  }

  async function createMultipartUpload (
    object: OwnedObject, headers: Readonly<Record<string, string>>, { signal }: CallOptions = {}
  ) {
    const command = withHeaders(new CreateMultipartUploadCommand({ Bucket: bucket, Key: object.key }), headers)
    const send = (options: SendOptions) => client.send(command, options)
    const { UploadId, AbortDate } = await call('CreateMultipartUpload', send, { signal })
    if (UploadId === undefined || UploadId === '') throw invalidResponse('no UploadId')
    return { uploadId: UploadId, ...AbortDate !== undefined && { expiresAt: AbortDate } }
  }

  function listPage (
    upload: OwnedUpload, page: { MaxParts?: number, PartNumberMarker?: string }, { signal }: CallOptions
  ): Promise<ListPartsCommandOutput> {
    const command = new ListPartsCommand({ Bucket: bucket, Key: upload.key, UploadId: upload.uploadId, ...page })
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
      Key: upload.key,
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
    const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: upload.key, UploadId: upload.uploadId })
    const done = () => undefined
    await call('AbortMultipartUpload', options => client.send(command, options), {
      signal, exceptions: { NoSuchUpload: done, NoSuchKey: done, 404: done }
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
    listResults,
    createMultipartUpload,
    listParts,
    assertInProgress: async (upload, options = {}) => { await listPage(upload, { MaxParts: 1 }, options) },
    completeMultipartUpload,
    abortMultipartUpload,
    checkBucket
  }
}

const notFound = () => { throw new errors.FST_UPLOAD_NOT_FOUND() }
const listDenied = () => {
  throw new errors.FST_UPLOAD_STORE_REFUSED('it denies s3:ListBucket, which listing results needs (AccessDenied)')
}
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
