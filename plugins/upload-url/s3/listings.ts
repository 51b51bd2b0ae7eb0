import {
  ListMultipartUploadsCommand, ListObjectsV2Command, type MultipartUpload, type S3Client, type _Object
} from '@aws-sdk/client-s3'
import { errors } from '../errors.js'
import type { Folder, OwnedObject } from '../object-key.js'
import { isResultName } from '../result-name.js'
import { invalidResponse } from './answers.js'
import type { Call, CallOptions } from './call.js'
import { toStoredResult, type StoredResult } from './stored-object.js'

/** An object in a list. */
export interface ListedObject {
  readonly key: string
  /** In bytes. */
  readonly size: number
  /** With its quotes. */
  readonly etag: string
  readonly lastModified: Date
}

/** A multipart upload in progress. */
export interface ListedUpload {
  readonly key: string
  readonly uploadId: string
  readonly started: Date
}

/** Which page of a list. */
export interface PageOptions extends CallOptions {
  /** Entries of a page: 1 to 1 000. */
  readonly limit: number
  /** Of the page before; undefined for the first page. */
  readonly cursor?: string | undefined
}

/** A page of a list. */
export interface Page<Entry> {
  readonly entries: readonly Entry[]
  /** Of the next page, where there is one. */
  readonly cursor: string | undefined
}

/** The lists of the store, in pages. A cursor opens no other folder than the one it is used with. */
export interface Listings {
  /**
   * @returns the results of a recording, by name; the first 1 000 of them
   * @throws FST_UPLOAD_STORE_REFUSED where the service must not list the bucket
   */
  listResults (object: OwnedObject, options?: CallOptions): Promise<StoredResult[]>
  /** The objects of a folder, without those of folders in it, in the order of their keys. */
  listObjects (folder: Folder, page: PageOptions): Promise<Page<ListedObject>>
  /** The multipart uploads in progress in a folder, or to one object, in the order of their keys. */
  listMultipartUploads (where: Folder | OwnedObject, page: PageOptions): Promise<Page<ListedUpload>>
}

const invalidCursor = () => {
  throw new errors.FST_UPLOAD_INVALID_INPUT('cursor is invalid: pass the one of the page before')
}

/** What becomes of a list that is refused: most services may not list, and whoever reads the log shall know why. */
function exceptions (permission: string, cursor?: string) {
  return {
    AccessDenied: () => {
      throw new errors.FST_UPLOAD_STORE_REFUSED(`it denies ${permission}, which this list needs (AccessDenied)`)
    },
    // What stores say of a cursor that is none of theirs.
    ...cursor !== undefined && { InvalidArgument: invalidCursor, 400: invalidCursor }
  }
}

export function createListings (client: S3Client, bucket: string, call: Call): Listings {
  return {
    async listResults ({ resultsPrefix }, { signal } = {}) {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: resultsPrefix })
      const { Contents = [] } = await call('ListObjectsV2', options => client.send(command, options), {
        signal, exceptions: exceptions('s3:ListBucket')
      })
      return Contents.map(object => toStoredResult(object, resultsPrefix)).filter(({ name }) => isResultName(name))
    },

    async listObjects ({ prefix }, { limit, cursor, signal }) {
      const command = new ListObjectsV2Command({
        Bucket: bucket, Prefix: prefix, Delimiter: '/', MaxKeys: limit, ContinuationToken: cursor
      })
      const { Contents = [], IsTruncated, NextContinuationToken } = await call(
        'ListObjectsV2', options => client.send(command, options),
        { signal, exceptions: exceptions('s3:ListBucket', cursor) }
      )
      if (IsTruncated && !NextContinuationToken) throw invalidResponse('a list without its continuation')
      return { entries: Contents.map(toListedObject), cursor: IsTruncated ? NextContinuationToken : undefined }
    },

    async listMultipartUploads (where, { limit, cursor, signal }) {
      const [KeyMarker, UploadIdMarker] = cursor === undefined ? [] : readCursor(cursor)
      const command = new ListMultipartUploadsCommand({
        Bucket: bucket,
        Prefix: 'prefix' in where ? where.prefix : where.storeKey,
        MaxUploads: limit,
        KeyMarker,
        UploadIdMarker
      })
      const { Uploads = [], IsTruncated, NextKeyMarker, NextUploadIdMarker } = await call(
        'ListMultipartUploads', options => client.send(command, options),
        { signal, exceptions: exceptions('s3:ListBucketMultipartUploads', cursor) }
      )
      if (IsTruncated && !NextKeyMarker) throw invalidResponse('a list without its continuation')
      return {
        entries: Uploads.map(toListedUpload),
        cursor: IsTruncated ? writeCursor(NextKeyMarker!, NextUploadIdMarker ?? '') : undefined
      }
    }
  }
}

function toListedObject ({ Key, Size, ETag, LastModified }: _Object): ListedObject {
  if (!Key || Size === undefined || !ETag || !LastModified) throw invalidResponse('a list of invalid objects')
  return { key: Key, size: Size, etag: ETag, lastModified: LastModified }
}

function toListedUpload ({ Key, UploadId, Initiated }: MultipartUpload): ListedUpload {
  if (!Key || !UploadId || !Initiated) throw invalidResponse('a list of invalid uploads')
  return { key: Key, uploadId: UploadId, started: Initiated }
}

function writeCursor (key: string, uploadId: string): string {
  return Buffer.from(`${key}\n${uploadId}`).toString('base64url')
}

// Wherever a cursor points, the store lists nothing outside of the folder.
function readCursor (cursor: string): Array<string | undefined> {
  const [key, uploadId] = Buffer.from(cursor, 'base64url').toString().split('\n')
  return [key || undefined, uploadId || undefined]
}
