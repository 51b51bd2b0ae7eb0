import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import createError from '@fastify/error'
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { redactSecrets } from '../plugins/redact-secrets.js'
import { SECURITY_HEADERS } from '../plugins/security-headers.js'

const InternalError = createError('FST_INTERNAL', 'Internal error: quote request %s when you report it', 500)
const RouteNotFoundError = createError('FST_ROUTE_NOT_FOUND', 'Route not found: %s', 404)

const MALFORMED_REQUEST = { statusCode: 400, code: 'FST_MALFORMED_REQUEST', message: 'Malformed request' }
const CLIENT_ERRORS: Readonly<Record<string, typeof MALFORMED_REQUEST>> = {
  HPE_HEADER_OVERFLOW: { statusCode: 431, code: 'FST_HEADERS_TOO_LARGE', message: 'Request headers too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { statusCode: 408, code: 'FST_REQUEST_TIMEOUT', message: 'Request timeout' }
}

/** Answers errors as Fastify does, without secrets, and without what an unexpected one says of our internals. */
export function errorHandler (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const isExpected = (error.statusCode ?? 500) < 500 || error.code?.startsWith('FST_')
  if (isExpected) {
    error.message = redactSecrets(error.message)
    reply.send(error)
    return
  }
  reply.send(Object.assign(new InternalError(request.id), { cause: error }))
}

/** Answers a path or a method that no route serves, without repeating the path, which may contain a token. */
export function notFoundHandler (request: FastifyRequest): never {
  throw new RouteNotFoundError(request.method)
}

/** Answers a path that the router cannot read, without repeating it. No hook runs for it. */
export function frameworkErrors (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode = 400 } = error
  const answer = { statusCode, code: error.code, error: STATUS_CODES[statusCode], message: 'The path is invalid' }
  request.log.info({ method: request.method, address: request.ip, statusCode, code: error.code }, 'request completed')
  reply.code(statusCode).headers(SECURITY_HEADERS).header('x-request-id', request.id).send(answer)
}

/** Answers what never became an HTTP request, and closes the connection. */
export function clientErrorHandler (error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const { statusCode, code, message } = CLIENT_ERRORS[error.code] ?? MALFORMED_REQUEST
  const body = JSON.stringify({ statusCode, code, error: STATUS_CODES[statusCode], message })
  if (socket.writable) {
    socket.write([
      `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body
    ].join('\r\n'))
  }
  socket.destroy(error)
}
