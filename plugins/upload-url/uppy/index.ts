import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import {
  authenticate, authorizer, createValidation, errors, internalsOf, isolateScope, ownerOf, UploadErrorSchema, type Scope
} from '../internals.js'
import { resolveUppyOptions, type UppyOptions } from './options.js'
import { serveUppy } from './routes.js'
import { TokenSchema, type UppyToken } from './schemas.js'
import { createTokens, redactTokens } from './tokens.js'

/** `app.uppy`: what routes of the host's own may need. */
export interface Uppy {
  /**
   * A path that stands for its owner for a while: `companionEndpoint` of Uppy, after the origin of the service.
   *
   * @throws FST_UPLOAD_INVALID_OPTIONS without the option `tokenSecret`, or where the owner's name is too long
   */
  createToken (owner: string): UppyToken
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Uppy's protocol over `app.uploads`. */
    uppy: Uppy
  }
  interface FastifySchema {
    /** Whether the route stays out of the document, for @fastify/swagger. */
    hide?: boolean
  }
}

async function registerUppy (fastify: FastifyInstance, options: UppyOptions): Promise<void> {
  const resolved = resolveUppyOptions(options)
  const { prefix, secrets, identified } = resolved
  const { uploads } = fastify
  const { options: uploadOptions } = internalsOf(uploads)
  const authorize = authorizer(uploadOptions)
  const validation = createValidation([UploadErrorSchema])
  const base = `${fastify.prefix}${prefix}/uppy/`
  const tokens = createTokens({ ...resolved, life: resolved.tokenLife, maxLength: maxParamLengthOf(fastify) })

  const uppy: Uppy = {
    createToken (owner) {
      const { token, ...expiry } = tokens.create(owner)
      return { companionEndpoint: base + token, ...expiry }
    }
  }
  fastify.decorate('uppy', Object.freeze(uppy))

  const open = (scope: Scope, owner: (request: FastifyRequest) => unknown, hint?: string): void => {
    isolateScope(scope, validation, [UploadErrorSchema])
    authenticate(scope, { ...uploadOptions, owner, identified }, hint)
  }

  await fastify.register(async (scope: Scope) => {
    open(scope, resolved.owner ?? uploadOptions.owner)
    serveUppy(scope, uploads, resolved)
  }, { prefix: `${prefix}/uppy` })

  if (secrets.length === 0) return

  await fastify.register(async (scope: Scope) => {
    open(scope, uploadOptions.owner)
    scope.post('/uppy-tokens', { schema: { hide: true, response: { 201: TokenSchema } } }, async (request, reply) => {
      const owner = ownerOf(request)
      await authorize(request, { owner, operation: 'createUppyToken', input: {} })
      reply.code(201)
      return uppy.createToken(owner)
    })
  }, { prefix })

  await fastify.register(async (scope: Scope) => {
    const { childLoggerFactory } = scope
    scope.setChildLoggerFactory((logger, bindings, options, request) => {
      const serializers = { ...options.serializers, req: describeRequest }
      return childLoggerFactory.call(scope, logger, bindings, { ...options, serializers }, request)
    })
    const ownerOfToken = ({ params }: FastifyRequest) => tokens.read((params as { readonly token: string }).token)
    open(scope, ownerOfToken, 'this path has expired or is unknown: request another')
    serveUppy(scope, uploads, resolved)
    // Fastify's own answer to a path it does not know repeats it, and so does its log.
    for (const path of ['/', '/*']) {
      scope.all(path, { schema: { hide: true } }, async () => { throw new errors.FST_UPLOAD_NOT_FOUND() })
    }
  }, { prefix: `${prefix}/uppy/:token` })
}

// As Fastify does it, but without the token.
function describeRequest ({ method, url, host, ip, socket }: FastifyRequest): Record<string, unknown> {
  return { method, url: redactTokens(url), host, remoteAddress: ip, remotePort: socket.remotePort }
}

// Fastify takes the option under two names, and shows its default under the one that was not used.
function maxParamLengthOf ({ initialConfig: { maxParamLength = 100, routerOptions } }: FastifyInstance): number {
  return maxParamLength === 100 ? routerOptions?.maxParamLength ?? 100 : maxParamLength
}

/**
 * Speaks Uppy's S3 protocol over `app.uploads`: Companion's `/uppy/s3/*` for `companionEndpoint`, and `/uppy/s3/sign`
 * for `signRequest`. With the option `tokenSecret`, the same below `/uppy/{token}` for pages that can send no header,
 * and `POST /uppy-tokens` to get such a path.
 */
export default fp(registerUppy, { name: 'uppy', fastify: '>=5.3.0 <6', dependencies: ['fastify-upload-url'] })

export type { UppyOptions } from './options.js'
export type { UppyToken } from './schemas.js'
export { redactTokens } from './tokens.js'
