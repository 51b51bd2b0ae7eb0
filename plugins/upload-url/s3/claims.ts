import {
  CopyObjectCommand, GetObjectTaggingCommand, PutObjectTaggingCommand, type S3Client, type ServerSideEncryption
} from '@aws-sdk/client-s3'
import { errors } from '../errors.js'
import type { Owned, OwnedObject } from '../object-key.js'
import type { Call, CallOptions, Exceptions } from './call.js'
import { encode } from './sigv4.js'
import type { StoredObject } from './stored-object.js'

/** Tags of an object, by name. */
export type Tags = ReadonlyMap<string, string>

interface CopyOptions extends CallOptions {
  /** Of the source, which must not be another meanwhile. */
  readonly etag: string
  /** How the copy is to be encrypted, by lower-case name of the header: that is not copied with an object. */
  readonly encryption: Readonly<Record<string, string>>
}

/** The calls that claims take. */
export interface Claims {
  /** @returns undefined where there is no object @throws FST_UPLOAD_STORE_REFUSED, naming the permission that lacks */
  getTags (object: Owned, options?: CallOptions): Promise<Tags | undefined>
  /**
   * Replaces all tags of an object.
   *
   * @returns whether there is one
   * @throws FST_UPLOAD_STORE_REFUSED, naming the permission that lacks
   */
  putTags (object: Owned, tags: Tags, options?: CallOptions): Promise<boolean>
  /**
   * Copies an object of up to 5 GiB to where there is none.
   *
   * @returns whether it has been copied: not where the source is gone, or another, or there is an object already
   */
  copy (source: OwnedObject, target: OwnedObject, options: CopyOptions): Promise<boolean>
}

/** Milliseconds for 5 GiB, which S3 copies by itself. */
const COPY_TIMEOUT_MS = 120_000

/** What {@link createClaims} needs to know. */
interface ClaimsOptions {
  readonly client: S3Client
  readonly bucket: string
  readonly call: Call
  head (object: Owned, options: CallOptions): Promise<StoredObject | undefined>
}

export function createClaims ({ client, bucket, call, head }: ClaimsOptions): Claims {
  // Without the right to list the bucket, S3 denies access to what is not there.
  function absent (
    object: Owned, permission: string, signal: AbortSignal | undefined
  ): Exceptions<undefined | Promise<undefined>> {
    const nothing = () => undefined
    const denied = async () => {
      if (await head(object, { signal }) === undefined) return undefined
      throw new errors.FST_UPLOAD_STORE_REFUSED(`it denies ${permission}, which claims need (AccessDenied)`)
    }
    return { NoSuchKey: nothing, 404: nothing, AccessDenied: denied }
  }

  async function copy (
    source: OwnedObject, target: OwnedObject, { etag, encryption, signal }: CopyOptions, onlyIfNew = true
  ): Promise<boolean> {
    const command = new CopyObjectCommand({
      Bucket: bucket,
      Key: target.storeKey,
      CopySource: copySource(bucket, source.storeKey),
      CopySourceIfMatch: etag,
      ServerSideEncryption: encryption['x-amz-server-side-encryption'] as ServerSideEncryption | undefined,
      SSEKMSKeyId: encryption['x-amz-server-side-encryption-aws-kms-key-id'],
      ...onlyIfNew && { IfNoneMatch: '*' }
    })
    const no = async () => false
    // Stores without such a condition on a copy say so. Whoever is first then, the bytes are the same.
    const unconditionally = () => copy(source, target, { etag, encryption, signal }, false)
    const output = await call('CopyObject', options => client.send(command, options), {
      signal,
      timeout: COPY_TIMEOUT_MS,
      exceptions: {
        NoSuchKey: no,
        404: no,
        PreconditionFailed: no,
        412: no,
        ...onlyIfNew && { NotImplemented: unconditionally, 501: unconditionally }
      }
    })
    return output !== false
  }

  return {
    async getTags (object, { signal } = {}) {
      const command = new GetObjectTaggingCommand({ Bucket: bucket, Key: object.storeKey })
      const output = await call('GetObjectTagging', options => client.send(command, options), {
        signal, exceptions: absent(object, 's3:GetObjectTagging', signal)
      })
      return output && new Map((output.TagSet ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))
    },

    async putTags (object, tags, { signal } = {}) {
      const TagSet = Array.from(tags, ([Key, Value]) => ({ Key, Value }))
      const command = new PutObjectTaggingCommand({ Bucket: bucket, Key: object.storeKey, Tagging: { TagSet } })
      const output = await call('PutObjectTagging', options => client.send(command, options), {
        signal, exceptions: absent(object, 's3:PutObjectTagging', signal)
      })
      return output !== undefined
    },

    copy
  }
}

// Amazon S3 API reference, CopyObject: an access point stands before the key by its ARN.
function copySource (bucket: string, key: string): string {
  const path = key.split('/').map(encode).join('/')
  return bucket.startsWith('arn:') ? `${bucket}/object/${path}` : `${bucket}/${path}`
}
