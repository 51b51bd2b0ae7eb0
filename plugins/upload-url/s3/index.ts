import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { errors } from '../errors.js'
import { createClients } from './client.js'
import { createCredentialSource } from './credentials.js'
import { createPresigner, type Presigner } from './presigner.js'
import { createStore, type Store } from './store.js'

export { invalidResponse, storeTimeout } from './answers.js'
export { OPERATIONS, type ObjectRequest, type Operation } from './object-request.js'
export type { PostPolicy, SignedForm } from './post-policy.js'
export type { Presigner } from './presigner.js'
export type { SigningContext } from './signing-context.js'
export { encode } from './sigv4.js'
export { ObjectChangedError, type Store } from './store.js'
export type { StoredObject, StoredPart } from './stored-object.js'

/** What {@link openBucket} needs to know. */
export interface BucketOptions {
  readonly client: S3Client | S3ClientConfig
  readonly bucket: string
  /** The origin uploaders reach, when it differs from the one this process talks to. */
  readonly publicEndpoint?: string | undefined
  /** The time. Default: the system clock with the SDK's correction for skew. */
  readonly clock?: (() => Date) | undefined
  /** Is told what an operator should know, each once. */
  readonly warn: (message: string) => void
}

/** One bucket: signs for it, and talks to it. */
export interface Bucket {
  readonly presigner: Presigner
  readonly store: Store
  /** The time in milliseconds since the epoch, as the store has it. */
  now (): number
  /** Whether objects have tags there, as far as it is known without asking. */
  readonly hasTags: boolean
  /** Closes the connections that we opened; those of a host's client are the host's to close. */
  close (): void
}

/** Cloudflare R2 and Backblaze B2, by what their makers say of the S3 API (November 2026). */
const WITHOUT_TAGS = /\.(?:r2\.cloudflarestorage|backblazeb2)\.com$/

/**
 * Decides how the bucket is signed for. Needs neither credentials nor the store.
 *
 * @throws FST_UPLOAD_INVALID_OPTIONS when no region is known, or the client can't sign for the bucket
 */
export async function openBucket (options: BucketOptions): Promise<Bucket> {
  const { bucket, clock, warn } = options
  const { client, internal, signing, close } = createClients(options.client, options.publicEndpoint)
  await client.config.region().catch(() => {
    throw new errors.FST_UPLOAD_INVALID_OPTIONS(
      'no region is known: set client.region, or AWS_REGION in the environment')
  })
  const now = () => clock?.().getTime() ?? Date.now() + client.config.systemClockOffset
  const credentials = createCredentialSource(client, now)
  return {
    presigner: await createPresigner({ client: signing, credentials, bucket, now, warn }),
    store: createStore({ client: internal, credentials, bucket, warn }),
    now,
    hasTags: !WITHOUT_TAGS.test((await client.config.endpoint?.())?.hostname ?? ''),
    close
  }
}
