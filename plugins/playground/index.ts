import { createRequire } from 'node:module'
import type { FastifyInstance } from 'fastify'
import type { Format } from 'fastify-upload-url'
import fp from 'fastify-plugin'
import { loadAssets } from './assets.js'
import { contentSecurityPolicy } from './content-security-policy.js'

/** Options of the plugin. */
export interface PlaygroundOptions {
  /** First part of every object key, as `fastify-upload-url` has it. */
  readonly keyPrefix: string
  /** The formats that the service accepts: the page takes no other file. */
  readonly formats: readonly Format[]
  /** Bytes. The largest file that the service accepts. Default: no limit. */
  readonly maxSize?: number | undefined
  /** An API key for the page to use from the start: one that everybody may know. Default: the page asks for one. */
  readonly apiKey?: string | undefined
}

const OWNER = 'playground'
const HIDDEN = { schema: { hide: true }, config: { rateLimit: false } }

async function playground (fastify: FastifyInstance, options: PlaygroundOptions): Promise<void> {
  const { keyPrefix, formats, maxSize = null, apiKey = null } = options
  const { page, files } = await loadAssets(createRequire(import.meta.url))

  // A link to nothing tells where the store is, as browsers reach it.
  const storeOrigin = async () => {
    const { url } = await fastify.uploads.createDownloadUrl({ key: `${keyPrefix}/${OWNER}/nothing` }, { owner: OWNER })
    return new URL(url).origin
  }

  fastify.get('/', HIDDEN, async (_request, reply) => reply
    .headers({
      'content-security-policy': contentSecurityPolicy(await storeOrigin()),
      'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store'
    })
    .type(page.type)
    .send(page.bytes))

  for (const [name, { type, bytes }] of files) {
    fastify.get(`/playground/${name}`, HIDDEN, (_request, reply) => reply
      .header('cache-control', 'no-cache').type(type).send(bytes))
  }

  const settings = {
    apiKey,
    maxSize,
    formats: formats.map(({ name, extensions, contentType, aliases }) => (
      { name, extensions, types: [contentType, ...aliases] }))
  }
  fastify.get('/playground/settings', HIDDEN, (_request, reply) => reply
    .header('cache-control', 'no-store').send(settings))
}

/**
 * Serves a page at `/` on which recordings are made and uploaded, for development, by `fastify-upload-url-client`.
 * Everything comes from this service and the store, nothing from anywhere else.
 */
export default fp(playground, { name: 'playground', fastify: '5.x', dependencies: ['fastify-upload-url'] })
