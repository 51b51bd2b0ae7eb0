import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, GetObjectCommand,
  HeadObjectCommand, ListPartsCommand, type HeadObjectCommandOutput, type ListPartsCommandOutput, type S3Client
} from '@aws-sdk/client-s3'
import { errors, retryLater } from '../errors.js'
import type { OwnedObject, OwnedUpload } from '../object-key.js'
import { answerOf, isCredentialsProblem, type Answers } from './answers.js'
import { S3_LIMITS } from './limits.js'

/** An object as S3 describes it. */
export interface StoredObject {
  /** Size in bytes. */
  readonly size: number
  readonly contentType: string | undefined
  readonly etag: string | undefined
  /** SHA-256 of the bytes in hex, where S3 verified one. */
  readonly sha256: string | undefined
  readonly lastModified: Date | undefined
  readonly metadata: Readonly<Record<string, string>>
  /** Server-side encryption: `AES256`, `aws:kms`, … */
  readonly encryption: string | undefined
}

/** A part as S3 lists it. */
export interface StoredPart {
  readonly partNumber: number
  /** Size in bytes. */
  readonly size: number
  readonly etag: string
  /** SHA-256 in base64, where the part has one. */
  readonly sha256?: string | undefined
}

/** The object was replaced or deleted since it was looked at. */
export class ObjectChangedError extends Error {
  override readonly name = 'ObjectChangedError'
}

interface CallOptions {
  /** Ends the call when nobody waits for it any more. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The calls to S3, each about an object of its owner. All of them end in time, and throw FST_UPLOAD_STORE_REFUSED,
 * FST_UPLOAD_STORE_UNAVAILABLE, FST_UPLOAD_STORE_TIMEOUT or FST_UPLOAD_NO_CREDENTIALS.
 */
export interface Store {
  /** The object; undefined where there is none. */
  head (object: OwnedObject, options?: CallOptions): Promise<StoredObject | undefined>
  /**
   * The bytes [start, end) of an object.
   *
   * @param etag that the object must still have
   * @throws ObjectChangedError where it has another, or is gone
   */
  read (
    object: OwnedObject, range: { readonly start: number, readonly end: number, readonly etag: string | undefined },
    signal: AbortSignal
  ): Promise<Uint8Array>
  /** @param headers bound to the object, by lower-case name */
  createMultipartUpload (
    object: OwnedObject, headers: Readonly<Record<string, string>>, options?: CallOptions
  ): Promise<{ readonly uploadId: string, readonly expiresAt: Date | undefined }>
  /** All uploaded parts, in order. @throws FST_UPLOAD_NOT_FOUND for an upload that is not in progress */
  listParts (upload: OwnedUpload, options?: CallOptions): Promise<StoredPart[]>
  /** @throws FST_UPLOAD_NOT_FOUND for an upload that is not in progress */
  assertInProgress (upload: OwnedUpload, options?: CallOptions): Promise<void>
  /**
   * Goes on when the client hangs up, since S3 does so too.
   *
   * @param parts in order
   * @param options whether there must not be an object yet, and the size it will have in bytes
   * @returns the ETag, without its quotes on some S3 servers, and missing on others
   * @throws FST_UPLOAD_NOT_FOUND, FST_UPLOAD_INVALID_PARTS; FST_UPLOAD_CONFLICT where there is an object already
   */
  completeMultipartUpload (
    upload: OwnedUpload, parts: readonly StoredPart[], options: { readonly ifNoneMatch: boolean, readonly size: number }
  ): Promise<{ readonly etag: string | undefined }>
  /** Safe to repeat. */
  abortMultipartUpload (upload: OwnedUpload, options?: CallOptions): Promise<void>
  /** Whether the bucket is there and takes our credentials. It need not grant more. */
  checkBucket (): Promise<void>
}

const TIMEOUT_MS = 2_500
/** Putting ten thousand parts together takes S3 minutes at worst ("Completing a multipart upload", S3 user guide). */
const COMPLETE_TIMEOUT_MS = 120_000
/** Nobody's object: no owner's prefix is empty. */
const CHECK_KEY = '/readiness-check'

const notFound = () => new errors.FST_UPLOAD_NOT_FOUND()
const changed = () => new ObjectChangedError('The object has changed')
const invalidParts = (problem: string) => () => new errors.FST_UPLOAD_INVALID_PARTS(problem)

const OF_READ: Answers = { 404: changed, 412: changed, 416: changed }
const OF_UPLOAD: Answers = { NoSuchUpload: notFound, NoSuchKey: notFound }
const OF_COMPLETION: Answers = {
  ...OF_UPLOAD,
  EntityTooSmall: invalidParts('a part but the last is smaller than S3 accepts, mostly 5 MiB: upload larger parts'),
  InvalidPart: invalidParts('a part has been replaced meanwhile: list the parts, then complete again'),
  EntityTooLarge: invalidParts('the object would be larger than S3 accepts'),
  PreconditionFailed: () => new errors.FST_UPLOAD_CONFLICT(),
  ConditionalRequestConflict: () => retryLater(new errors.FST_UPLOAD_STORE_UNAVAILABLE())
}

/**
 * @param client is used as it is
 * @param keyPrefix first part of every object key
 * @param refused is told that S3 refuses our credentials
 */
export function createStore (
  client: S3Client, bucket: string, keyPrefix: string, refused: (error: Error) => void
): Store {
  async function call<T> (
    send: (abortSignal: AbortSignal) => Promise<T>, exceptions?: Answers, signal?: AbortSignal, timeout = TIMEOUT_MS
  ): Promise<T> {
    const timeUp = AbortSignal.timeout(timeout)
    try {
      return await send(signal === undefined ? timeUp : AbortSignal.any([signal, timeUp]))
    } catch (error) {
      const answer = answerOf(error, exceptions)
      if (isCredentialsProblem(answer)) refused(answer)
      throw answer
    }
  }

  const target = ({ key }: OwnedObject) => ({ Bucket: bucket, Key: key })
  const uploadTarget = (upload: OwnedUpload) => ({ ...target(upload), UploadId: upload.uploadId })

  function getRange (key: string, Range: string, IfMatch: string | undefined, exceptions: Answers, signal?: AbortSignal) {
    return call(
      abortSignal => client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range, IfMatch }), { abortSignal }),
      exceptions, signal
    )
  }

  // A HEAD has no body to say whether it was the credentials or a permission, so a GET asks again.
  async function isMerelyForbidden (key: string, signal?: AbortSignal): Promise<boolean> {
    const permission = new errors.FST_UPLOAD_STORE_REFUSED('permission')
    try {
      const { Body } = await getRange(key, 'bytes=0-0', undefined, { AccessDenied: () => permission, NoSuchKey: () => permission }, signal)
      discard(Body)
      return false
    } catch (error) {
      if (error === permission) return true
      throw error
    }
  }

  function listPage (
    upload: OwnedUpload, page: { MaxParts?: number, PartNumberMarker?: string | undefined }, signal?: AbortSignal
  ): Promise<ListPartsCommandOutput> {
    return call(
      abortSignal => client.send(new ListPartsCommand({ ...uploadTarget(upload), ...page }), { abortSignal }), OF_UPLOAD, signal
    )
  }

  return {
    async head (object, { signal } = {}) {
      const forbidden = new errors.FST_UPLOAD_STORE_REFUSED('the service lacks a permission it needs')
      const missing = new ObjectChangedError('missing')
      try {
        return describe(await call(
          abortSignal => client.send(new HeadObjectCommand({ ...target(object), ChecksumMode: 'ENABLED' }), { abortSignal }),
          { 403: () => forbidden, 404: () => missing }, signal
        ))
      } catch (error) {
        if (error === missing) return undefined
        // Without the permission to list the bucket, which this service does not need, S3 answers 403 for a missing object.
        if (error === forbidden && await isMerelyForbidden(object.key, signal)) return undefined
        throw error
      }
    },

    async read (object, { start, end, etag }, signal) {
      const { Body, ContentLength } = await getRange(object.key, `bytes=${start}-${end - 1}`, etag, OF_READ, signal)
      if (Body === undefined || ContentLength !== end - start) {
        discard(Body)
        throw new errors.FST_UPLOAD_STORE_REFUSED('it does not answer with the range asked for')
      }
      return call(() => Body.transformToByteArray(), OF_READ, signal)
    },

    async createMultipartUpload (object, headers, { signal } = {}) {
      const command = new CreateMultipartUploadCommand(target(object))
      command.middlewareStack.add(next => args => {
        Object.assign((args.request as { headers: object }).headers, headers)
        return next(args)
      }, { step: 'build', name: 'boundHeaders', priority: 'low' })
      const { UploadId, AbortDate } = await call(abortSignal => client.send(command, { abortSignal }), undefined, signal)
      if (UploadId === undefined) throw new errors.FST_UPLOAD_STORE_REFUSED('it names no upload id')
      return { uploadId: UploadId, expiresAt: AbortDate }
    },

    async listParts (upload, { signal } = {}) {
      const parts: StoredPart[] = []
      let PartNumberMarker: string | undefined
      do {
        const page = await listPage(upload, { PartNumberMarker }, signal)
        for (const part of page.Parts ?? []) {
          const partNumber = part.PartNumber ?? 0
          // Whatever S3 says, this ends: the numbers of parts rise, and there are no more than 10 000.
          if (partNumber <= (parts.at(-1)?.partNumber ?? 0) || partNumber > S3_LIMITS.maxParts) {
            throw new errors.FST_UPLOAD_STORE_REFUSED('it lists parts out of order')
          }
          parts.push({ partNumber, size: part.Size ?? 0, etag: part.ETag ?? '', sha256: part.ChecksumSHA256 })
        }
        PartNumberMarker = page.IsTruncated === true && page.Parts?.length ? page.NextPartNumberMarker : undefined
      } while (PartNumberMarker !== undefined)
      return parts
    },

    async assertInProgress (upload, { signal } = {}) {
      await listPage(upload, { MaxParts: 1 }, signal)
    },

    async completeMultipartUpload (upload, parts, { ifNoneMatch, size }) {
      const Parts = parts.map(({ partNumber, etag, sha256 }) =>
        ({ PartNumber: partNumber, ETag: etag, ...sha256 !== undefined && { ChecksumSHA256: sha256 } }))
      const command = new CompleteMultipartUploadCommand({
        ...uploadTarget(upload),
        MultipartUpload: { Parts },
        MpuObjectSize: size,
        ...ifNoneMatch && { IfNoneMatch: '*' }
      })
      const { ETag } = await call(
        abortSignal => client.send(command, { abortSignal }), OF_COMPLETION, undefined, COMPLETE_TIMEOUT_MS
      )
      return { etag: ETag }
    },

    async abortMultipartUpload (upload, { signal } = {}) {
      const gone = new errors.FST_UPLOAD_NOT_FOUND()
      try {
        await call(
          abortSignal => client.send(new AbortMultipartUploadCommand(uploadTarget(upload)), { abortSignal }),
          { NoSuchUpload: () => gone, NoSuchKey: () => gone }, signal
        )
      } catch (error) {
        if (error !== gone) throw error
      }
    },

    async checkBucket () {
      if (!await isMerelyForbidden(`${keyPrefix}${CHECK_KEY}`)) {
        throw new errors.FST_UPLOAD_STORE_REFUSED('it has an object at a key that is nobody’s')
      }
    }
  }
}

function describe (head: HeadObjectCommandOutput): StoredObject {
  const { ContentLength = 0, ContentType, ETag, ChecksumSHA256, ChecksumType, LastModified, Metadata = {} } = head
  const isOfWhole = ChecksumSHA256 !== undefined && ChecksumType !== 'COMPOSITE'
  return {
    size: ContentLength,
    contentType: ContentType,
    etag: ETag,
    sha256: isOfWhole ? Buffer.from(ChecksumSHA256, 'base64').toString('hex') : undefined,
    lastModified: LastModified,
    metadata: Metadata,
    encryption: head.ServerSideEncryption
  }
}

// What is not read would keep the connection.
function discard (body: unknown): void {
  (body as { destroy? (): void } | undefined)?.destroy?.()
}
