import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { LocalS3Options } from './options.js'
import { createLocalS3 } from './server.js'
import type { LocalS3 } from './server.js'

export { createLocalS3 } from './server.js'
export type { LocalS3Server, LocalS3 } from './server.js'
export type { EventMessage } from './event-queue.js'
export type { Credentials, LocalS3Options } from './options.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Address and credentials of the embedded S3 store. */
    readonly localS3: LocalS3
  }
}

/**
 * Runs an S3 store inside the application, for development and tests. It listens before the plugin has finished
 * registering, and stops when the application closes.
 */
async function localS3 (app: FastifyInstance, options: LocalS3Options): Promise<void> {
  const store = createLocalS3({ onError: (error) => app.log.error(error, 'local-s3 failed'), ...options })
  app.decorate('localS3', await store.start())
  app.addHook('onClose', async () => await store.close())
}

export default fp(localS3, { name: 'local-s3', fastify: '>=5.3.0 <6' })
