import { randomUUID } from 'node:crypto'
import { S3Client } from '@aws-sdk/client-s3'
import Fastify from 'fastify'
import uploadUrl, { type Uploads } from '../index.js'
import { ConfigError, type BucketSettings } from './environment.js'
import type { Unclaimed } from './rules.js'

const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 15_000 }

/** The owner of the objects that a check uploads. */
export const CHECK_OWNER = 'fastify-upload-url-check'

/** What a check examines, and with what. */
export interface BucketCheckContext {
  readonly bucket: string
  /** First part of every object key. */
  readonly keyPrefix: string
  /** Seconds until a URL expires. */
  readonly expiresIn: number
  /** What the service is asked to do besides, which takes more permissions. Default: nothing. */
  readonly listUploads?: boolean
  readonly deleteUploads?: boolean
  readonly results?: boolean
  /** The option `unclaimed`. */
  readonly unclaimed?: Unclaimed
  /** Origins whose pages upload. */
  readonly corsOrigins: readonly string[]
  /** Talks to the store as the service does. */
  readonly client: S3Client
  /** Signs URLs as the service does, and as uploaders will use them. */
  readonly uploads: Uploads
  readonly now: () => Date
  /** Keys of the objects created so far, to be deleted at the end where that is allowed. */
  readonly createdKeys: Set<string>
  /** A key outside of the prefix. */
  readonly keyOutsidePrefix: string
  /** Closes the connections to the store. */
  close (): Promise<void>
}

/** One thing to try. */
export interface Check {
  /** What should be the case. */
  readonly title: string
  /** Whether no other check makes sense when this one fails. */
  readonly isVital?: boolean
  /** The permissions that it takes, for a sentence. Default: all that the service needs. */
  readonly permissions?: string
  /** Tries it. @returns a detail worth telling @throws CheckError, CheckWarning, or an error of the SDK */
  readonly run: (context: BucketCheckContext) => Promise<string | undefined | void>
}

/**
 * Prepares a check.
 *
 * @param settings with a bucket
 * @param now the time of this machine
 * @throws ConfigError where no region is known
 */
export async function createCheckContext (
  settings: BucketSettings & { readonly bucket: string },
  now: () => Date = () => new Date()
): Promise<BucketCheckContext> {
  const { bucket, client: config, keyPrefix, corsOrigins, publicEndpoint, ...features } = settings
  const client = new S3Client({
    ...config, requestChecksumCalculation: 'WHEN_REQUIRED', requestHandler: TIMEOUTS, maxAttempts: 2
  })
  await client.config.region().catch(() => {
    throw new ConfigError(['AWS_REGION is not set: set it to the region of the bucket, as in eu-central-1'])
  })
  const app = Fastify()
  await app.register(uploadUrl, {
    bucket,
    client: config,
    keyPrefix,
    ...features,
    owner: () => CHECK_OWNER,
    ...publicEndpoint !== undefined && { publicEndpoint }
  })
  return {
    bucket,
    keyPrefix,
    ...features,
    corsOrigins,
    client,
    uploads: app.uploads,
    now,
    createdKeys: new Set(),
    keyOutsidePrefix: `${CHECK_OWNER}-${randomUUID()}`,
    async close () {
      client.destroy()
      await app.close()
    }
  }
}
