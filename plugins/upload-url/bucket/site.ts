import { randomUUID } from 'node:crypto'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import Fastify from 'fastify'
import uploadUrl, { type Uploads } from '../index.js'

const PATIENCE = { connectionTimeout: 5_000, requestTimeout: 15_000 }

/** Whose objects the doctor's are: a prefix of its own below the configured one. */
export const SCRATCH_OWNER = 'fastify-upload-url-check'

/** What the doctor examines, and with what. */
export interface Site {
  readonly bucket: string
  readonly prefix: string
  /** Origins whose pages upload. */
  readonly origins: readonly string[]
  /** Talks to the store as the service does. */
  readonly client: S3Client
  /** Signs URLs as the service does, and as uploaders will use them. */
  readonly uploads: Uploads
  readonly now: () => Date
  /** Keys of the objects made so far, to be removed at the end where that is allowed. */
  readonly made: Set<string>
  /** A key outside of the prefix. */
  readonly strangeKey: string
}

/** Where the bucket is, and how it is used. */
export interface SiteOptions {
  readonly bucket: string
  readonly client: S3ClientConfig
  readonly keyPrefix: string
  /** Origins whose pages upload. */
  readonly origins: readonly string[]
  /** Origin of the store as uploaders reach it, where it differs. */
  readonly publicEndpoint?: string | undefined
}

/** Makes a site. @param now the time of this machine */
export async function openSite ({ bucket, client, keyPrefix, origins, publicEndpoint }: SiteOptions, now: () => Date = () => new Date()): Promise<Site> {
  const app = Fastify()
  await app.register(uploadUrl, { bucket, client, keyPrefix, owner: () => SCRATCH_OWNER, ...publicEndpoint !== undefined && { publicEndpoint } })
  return {
    bucket,
    prefix: keyPrefix,
    origins,
    client: new S3Client({ ...client, requestChecksumCalculation: 'WHEN_REQUIRED', requestHandler: PATIENCE, maxAttempts: 2 }),
    uploads: app.uploads,
    now,
    made: new Set(),
    strangeKey: `${SCRATCH_OWNER}-${randomUUID()}`
  }
}
