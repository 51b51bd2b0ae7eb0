import { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose request this turned out to be, for logs and limits; empty as long as no route has wanted to know. */
    caller: string
  }
}

const SIGNATURE = /\b(X-Amz-(?:Signature|Security-Token|Credential)(?:=|%3D))[^&\s"'<>\\]+/gi
const BEARER = /\b(Bearer\s+)[\w.~+/-]+=*/gi

/** Logs one line for each request, when it is over, with its id, its owner, and how it went. */
export class AccessLog extends LogController {
  override incomingRequest (): void {}

  override routeNotFound (): void {}

  override requestCompleted (error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const line = { ...describeRequest(request), statusCode: reply.statusCode, milliseconds: Math.round(reply.elapsedTime * 10) / 10 }
    if (error) request.log.error({ ...line, err: error }, 'request broke off')
    else request.log.info(line, 'request completed')
  }
}

/**
 * How log lines are written, for pino: no header, no query, no token of any request, of errors what they say and where
 * they come from, and no signature, whoever writes the line.
 */
export const logOptions = {
  serializers: { req: describeRequest, err: describeError },
  hooks: { streamWrite: scrub }
}

// By route where there is one, since the paths of some hold tokens, and in any spelling.
function describeRequest ({ caller, method, ip, url, routeOptions }: FastifyRequest): Record<string, unknown> {
  return {
    method,
    ...routeOptions.url === undefined ? { path: url.split('?', 1)[0] } : { route: routeOptions.url },
    address: ip,
    ...caller !== '' && { owner: caller }
  }
}

function describeError (error: Error & { readonly code?: string, readonly statusCode?: number }): { type: string, message: string, stack: string } {
  // What is thrown need not be an error.
  if (!(error instanceof Error)) return { type: typeof error, message: String(error), stack: '' }
  const { name, message, stack = '', code, statusCode, cause } = error
  return {
    type: name,
    message,
    stack,
    ...code !== undefined && { code },
    ...statusCode !== undefined && { statusCode },
    ...cause instanceof Error && { cause: describeError(cause) }
  }
}

function scrub (line: string): string {
  return line.replace(SIGNATURE, '$1[secret]').replace(BEARER, '$1[secret]')
}

async function accessLog (fastify: FastifyInstance): Promise<void> {
  fastify.decorateRequest('caller', '')
  fastify.addHook('onRequest', async (request, reply) => { reply.header('x-request-id', request.id) })
}

/** Gives requests a `caller` for {@link AccessLog} to name, and states their id in the reply's `X-Request-Id`. */
export default fp(accessLog, { name: 'access-log', fastify: '5.x' })
