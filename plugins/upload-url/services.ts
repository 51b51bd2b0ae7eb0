import type { FastifyBaseLogger } from 'fastify'
import { errors } from './errors.js'
import { createObjectKeys, type ObjectKeys } from './object-key.js'
import type { ResolvedOptions } from './options.js'
import { createClients } from './s3/client.js'
import { instrumentedClient } from './s3/diagnostics.js'
import { createPresigner, type Presigner } from './s3/presigner.js'
import { createStore, type Store } from './s3/store.js'

/** What every operation works with. */
export interface Services {
  readonly options: ResolvedOptions
  readonly keys: ObjectKeys
  readonly store: Store
  readonly presigner: Presigner
  /** Closes what was opened. */
  close (): void
}

/**
 * Makes the services that the options ask for.
 *
 * @throws FST_UPLOAD_INVALID_OPTIONS where no region is known, or the AWS SDK cannot sign
 */
export async function createServices (options: ResolvedOptions, log: FastifyBaseLogger): Promise<Services> {
  const { bucket, client, publicEndpoint, expiresIn, keyPrefix } = options
  const clients = createClients(client, publicEndpoint)
  const { internal } = clients
  await internal.config.region().catch(() => {
    throw new errors.FST_UPLOAD_INVALID_OPTIONS('no region is known: set client.region, or AWS_REGION in the environment')
  })
  const clock = options.clock ?? (() => new Date(Date.now() + internal.config.systemClockOffset))
  const warn = (message: string) => log.warn(`fastify-upload-url: ${message}`)
  let isRefused = false
  const refused = (error: Error) => {
    if (!isRefused) log.error({ err: error }, 'fastify-upload-url: S3 refuses the credentials of the service')
    isRefused = true
  }
  return {
    options,
    keys: createObjectKeys(keyPrefix),
    store: createStore(instrumentedClient(internal), bucket, keyPrefix, refused),
    presigner: await createPresigner({ clients, bucket, expiresIn, clock, warn }),
    close: clients.close
  }
}
