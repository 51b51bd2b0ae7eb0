import type { FastifyBaseLogger } from 'fastify'
import { errors } from './errors.js'
import { createObjectKeys, type ObjectKeys } from './object-key.js'
import type { ResolvedOptions } from './options.js'
import { openBucket, type Bucket } from './s3/index.js'
import type { UploadedHooks } from './uploaded-hook.js'

/** What every operation works with. */
export interface Services extends Bucket {
  readonly options: ResolvedOptions
  readonly keys: ObjectKeys
  /** What is to be done about uploads, once `fastify-upload-url/events` is registered. */
  readonly hooks: UploadedHooks
}

/**
 * Makes the services that the options ask for.
 *
 * @throws FST_UPLOAD_INVALID_OPTIONS where no region is known, the AWS SDK cannot sign for the bucket, or the store
 * lacks what an option needs
 */
export async function createServices (options: ResolvedOptions, log: FastifyBaseLogger): Promise<Services> {
  const warn = (message: string) => log.warn(`fastify-upload-url: ${message}`)
  const bucket = await openBucket({ ...options, warn })
  const claimsCopy = options.unclaimed?.by === 'prefix'
  if (options.unclaimed !== undefined && !claimsCopy && !bucket.hasTags) {
    throw new errors.FST_UPLOAD_INVALID_OPTIONS(
      "options.unclaimed must be by: 'prefix': this S3 server has no object tags"
    )
  }
  const keys = createObjectKeys(options.keyPrefix, claimsCopy)
  return { ...bucket, options, keys, hooks: {} }
}
