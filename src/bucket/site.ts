import { randomUUID } from 'node:crypto'
import { S3Client } from '@aws-sdk/client-s3'
import Fastify from 'fastify'
import type { Config } from '../../plugins/config.js'
import uploadUrl, { type Uploads } from '../../plugins/upload-url/index.js'
import { storeClient } from '../store-client.js'

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

/** Makes a site of a configuration that names a bucket. @param now the time of this machine */
export async function openSite (config: Config, bucket: string, now: () => Date = () => new Date()): Promise<Site> {
  const app = Fastify()
  await app.register(uploadUrl, {
    bucket,
    client: storeClient(config),
    keyPrefix: config.KEY_PREFIX,
    owner: () => SCRATCH_OWNER,
    ...config.S3_PUBLIC_ENDPOINT !== undefined && { publicEndpoint: config.S3_PUBLIC_ENDPOINT }
  })
  return {
    bucket,
    prefix: config.KEY_PREFIX,
    origins: config.corsOrigins,
    client: new S3Client({ ...storeClient(config), requestChecksumCalculation: 'WHEN_REQUIRED', requestHandler: PATIENCE, maxAttempts: 2 }),
    uploads: app.uploads,
    now,
    made: new Set(),
    strangeKey: `${SCRATCH_OWNER}-${randomUUID()}`
  }
}
