import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { errorResponses, errors, retryLater, STORE_ERRORS, type Scope } from '../internals.js'
import type { HttpOptions } from './options.js'

/** Bytes: SQS and SNS hold 256 KiB, and a batch of EventBridge is no larger. */
const BODY_LIMIT = 1024 ** 2
const SCHEMA = {
  hide: true,
  response: {
    204: { type: 'null' },
    ...errorResponses([
      'FST_UPLOAD_UNAUTHENTICATED', 'FST_ERR_CTP_BODY_TOO_LARGE', 'FST_UPLOAD_BUSY', 'FST_UPLOAD_NOT_PROCESSED',
      ...STORE_ERRORS
    ])
  }
}

/**
 * Serves the route for stores that push: `POST` takes a message, `GET` and `HEAD` tell a store that probes it that
 * somebody is there. It answers when the hook has finished.
 */
export function serveStoreEvents (
  scope: Scope, { secret, path, concurrency }: Required<HttpOptions>, handle: (body: unknown) => Promise<void>
): void {
  const expected = digest(secret)
  let handling = 0

  async function receive (request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (handling >= concurrency) throw retryLater(new errors.FST_UPLOAD_BUSY())
    handling += 1
    try {
      await handle(request.body)
      reply.code(204)
    } finally {
      handling -= 1
    }
  }

  function authenticate (request: FastifyRequest, reply: FastifyReply): void {
    if (secretsOf(request).some(given => timingSafeEqual(digest(given), expected))) return
    reply.header('www-authenticate', 'Bearer')
    throw new errors.FST_UPLOAD_UNAUTHENTICATED('send the secret of this route')
  }

  // Whatever a store says it is: SNS sends JSON as text.
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: BODY_LIMIT }, (_request, body, done) => {
    done(null, body)
  })
  // A secret may contain slashes, and be longer than Fastify lets a parameter be.
  for (const url of [path, `${path}/*`]) {
    scope.post(url, {
      schema: SCHEMA,
      bodyLimit: BODY_LIMIT,
      onRequest: async (request, reply) => authenticate(request, reply)
    }, async (request, reply) => {
      await receive(request, reply)
      return reply.send()
    })
    scope.get(url, { schema: SCHEMA, exposeHeadRoute: true }, async (_request, reply) => reply.code(204).send())
  }
}

/** Everything in a request that may be the secret. */
function secretsOf ({ headers: { authorization = '' }, params }: FastifyRequest): string[] {
  const [, scheme, credentials = ''] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? []
  const { '*': inPath = '' } = params as { readonly '*'?: string }
  const inHeader = scheme?.toLowerCase() === 'basic' ? passwordOf(credentials) : credentials
  return [inHeader, inPath].filter(given => given !== '')
}

function passwordOf (credentials: string): string {
  const text = Buffer.from(credentials, 'base64').toString()
  return text.slice(text.indexOf(':') + 1)
}

function digest (text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
