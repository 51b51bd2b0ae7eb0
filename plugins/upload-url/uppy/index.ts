import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { UploadErrorSchema } from '../error-schema.js'
import { errors } from '../errors.js'
import { isolateScope } from '../isolate-scope.js'
import type { Scope } from '../resource.js'
import { createValidation } from '../validation.js'
import { Companion } from './companion.js'
import { requireOwner } from './identity.js'
import { withoutToken } from './log.js'
import { resolveUppyOptions, type UppyOptions } from './options.js'
import { uppyRoutes } from './routes.js'
import { UPPY_COMPONENTS, type UppyToken } from './schemas.js'
import { tokenRoutes } from './token-routes.js'
import { createTokens } from './tokens.js'

/** `app.uppy`: what routes of the host's own may need. */
export interface Uppy {
  /**
   * A path that stands for its owner for a while, to give to Uppy as `companionEndpoint` after the origin of the service.
   *
   * @throws FST_UPLOAD_INVALID_OPTIONS without the option `tokenSecret`, or where the owner's name is too long for a path
   */
  createToken (owner: string): UppyToken
}

declare module 'fastify' {
  interface FastifySchema {
    /** Whether the route stays out of the document, for @fastify/swagger. */
    hide?: boolean
  }
  interface FastifyInstance {
    /** Uppy's protocol over `app.uploads`. */
    uppy: Uppy
  }
}

const COMPONENTS = [UploadErrorSchema, ...UPPY_COMPONENTS]

async function registerUppy (fastify: FastifyInstance, options: UppyOptions): Promise<void> {
  const resolved = resolveUppyOptions(options)
  const { uploads } = fastify
  const companion = new Companion(uploads, resolved)
  const { owner, authorize } = uploads.identity
  const { identified } = resolved
  const validation = createValidation(COMPONENTS)
  const base = `${fastify.prefix}${resolved.prefix}/uppy/`
  const tokens = createTokens({ secrets: resolved.secrets, life: resolved.tokenLife, longest: longestParameter(fastify), clock: resolved.clock })

  const uppy: Uppy = {
    createToken (owner) {
      const { token, ...life } = tokens.create(owner)
      return { companionEndpoint: base + token, ...life }
    }
  }
  fastify.decorate('uppy', Object.freeze(uppy))

  await fastify.register(async (scope: Scope) => {
    isolateScope(scope, validation, COMPONENTS)
    const perform = requireOwner(scope, { owner: resolved.owner ?? owner, authorize, identified }, 'send the credentials this service asks for')
    uppyRoutes(scope, { uploads, companion, perform, isByToken: false })
  }, { prefix: `${resolved.prefix}/uppy` })

  if (resolved.secrets.length === 0) return

  await fastify.register(async (scope: Scope) => {
    isolateScope(scope, validation, COMPONENTS)
    tokenRoutes(scope, uppy, requireOwner(scope, { owner, authorize, identified }, 'send the credentials this service asks for'))
  }, { prefix: resolved.prefix })

  await fastify.register(async (scope: Scope) => {
    isolateScope(scope, validation, COMPONENTS)
    const { childLoggerFactory } = scope
    scope.setChildLoggerFactory((logger, bindings, options, request) =>
      childLoggerFactory.call(scope, logger, bindings, { ...options, serializers: { ...options.serializers, req: withoutToken(base) } }, request))
    const ofToken = (params: unknown) => tokens.read((params as { readonly token: string }).token)
    const perform = requireOwner(scope, { owner: request => ofToken(request.params), authorize, identified }, 'this path has ended or is not ours: ask for another')
    uppyRoutes(scope, { uploads, companion, perform, isByToken: true })
    // Fastify's own answer to a path it does not know repeats it, and so does its log.
    for (const path of ['/', '/*']) {
      scope.all(path, { schema: { hide: true } }, async () => { throw new errors.FST_UPLOAD_NOT_FOUND() })
    }
  }, { prefix: `${resolved.prefix}/uppy/:token` })
}

// Fastify takes the option under two names, and shows its default under the one that was not used.
function longestParameter ({ initialConfig: { maxParamLength = 100, routerOptions } }: FastifyInstance): number {
  return maxParamLength === 100 ? routerOptions?.maxParamLength ?? 100 : maxParamLength
}

/**
 * Speaks Uppy's S3 protocol over `app.uploads`: Companion's `/uppy/s3/*` for `companionEndpoint`, and `/uppy/s3/sign`
 * for `signRequest`. With the option `tokenSecret`, the same below `/uppy/{token}` for pages that can send no header,
 * and `POST /uppy-tokens` to get such a path.
 */
export default fp(registerUppy, { name: 'uppy', fastify: '^5.3.0', dependencies: ['fastify-upload-url'] })

export type { UppyOptions } from './options.js'
export type { UppyToken } from './schemas.js'
