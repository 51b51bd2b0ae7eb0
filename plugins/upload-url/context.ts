import { observedClient } from './diagnostics.js'
import { errors } from './errors.js'
import type { ResolvedOptions } from './options.js'
import { createClients, type Clients } from './signing/clients.js'
import { createPresigner, type Presigner } from './signing/presigner.js'

/** What every operation works with. */
export interface Context {
  readonly options: ResolvedOptions
  readonly client: Clients['internal']
  readonly presigner: Presigner
}

/**
 * Builds the clients and the presigner that the options ask for.
 *
 * @param warn is told what an operator should know
 * @throws FST_UPLOAD_INVALID_OPTIONS when nothing says which region the bucket is in
 */
export async function createContext (options: ResolvedOptions, warn: (message: string) => void): Promise<Context> {
  const clients = createClients(options.client, options.publicEndpoint)
  await clients.internal.config.region().catch(() => {
    throw new errors.FST_UPLOAD_INVALID_OPTIONS('no region is known: set client.region, or AWS_REGION in the environment')
  })
  const clock = options.clock ?? (() => new Date(Date.now() + clients.internal.config.systemClockOffset))
  return {
    options,
    client: observedClient(clients.internal),
    presigner: createPresigner({ clients, bucket: options.bucket, expiresIn: options.expiresIn, clock, warn })
  }
}
