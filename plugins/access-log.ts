import { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { redactSecrets } from './redact-secrets.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The owner whose request this is, for logs and limits; empty until a route has identified them. */
    caller: string
    /** Why the request was refused, or failed, for its log line. */
    failure: (Error & { readonly code?: string }) | null
  }
}

const COMPLETED = 'request completed'
const COMPLETED_LINE_END = `"msg":"${COMPLETED}"}\n`
/** A word of a path that cannot be a secret: shorter than an API key, and without digits. */
const PLAIN_WORD = /^[a-z._-]{0,15}$/i

/** Logs one line for each request, when it is over, with its id, its owner, and how it went. */
export class AccessLog extends LogController {
  override incomingRequest (): void {}

  override routeNotFound (): void {}

  override defaultErrorLog (error: Error, request: FastifyRequest): void {
    request.failure = error
  }

  override requestCompleted (error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const { failure, log } = request
    const line = describeRequest(request)
    line['statusCode'] = reply.statusCode
    line['milliseconds'] = Math.round(reply.elapsedTime * 10) / 10
    if (error) log.error({ ...line, err: error }, 'request aborted')
    else if (failure && reply.statusCode >= 500) log.error({ ...line, err: failure }, 'request failed')
    else if (failure) log.info({ ...line, code: failure.code }, COMPLETED)
    else log.info(line, COMPLETED)
  }
}

/**
 * How pino writes log lines: requests without headers, query and tokens, errors with their message and stack, and
 * nothing that has the form of a secret, whoever writes the line.
 */
export const logOptions = {
  serializers: { req: describeRequest, err: describeError },
  hooks: { streamWrite: redactLine }
}

// By route where there is one, since the paths of some contain tokens.
function describeRequest (request: FastifyRequest): Record<string, unknown> {
  const { caller, method, ip, routeOptions: { url: route } } = request
  const line: Record<string, unknown> = { method }
  if (route === undefined) line['path'] = describePath(request.url)
  else line['route'] = route
  line['address'] = ip
  if (caller !== '') line['owner'] = caller
  return line
}

function describePath (url: string): string {
  const [path = ''] = url.split('?', 1)
  return path.split('/').map(word => PLAIN_WORD.test(word) ? word : '*').join('/')
}

function describeError (error: Error & { readonly code?: string, readonly statusCode?: number }): LoggedError {
  // What is thrown need not be an error.
  if (!(error instanceof Error)) return { type: typeof error, message: String(error), stack: '' }
  const { name, message, stack = '', code, statusCode, cause } = error
  return {
    type: name,
    message,
    stack,
    ...code !== undefined && { code },
    ...statusCode !== undefined && { statusCode },
    ...cause !== undefined && { cause: describeError(cause as Error) }
  }
}

type LoggedError = { type: string, message: string, stack: string }

// The lines of AccessLog are most of all lines, and are made of what holds no secret.
function redactLine (line: string): string {
  return line.endsWith(COMPLETED_LINE_END) ? line : redactSecrets(line)
}

async function accessLog (fastify: FastifyInstance): Promise<void> {
  fastify.decorateRequest('caller', '')
  fastify.decorateRequest('failure', null)
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
}

/** Gives requests a `caller` for {@link AccessLog} to name, and states their id in the reply’s `X-Request-Id`. */
export default fp(accessLog, { name: 'access-log', fastify: '5.x' })
