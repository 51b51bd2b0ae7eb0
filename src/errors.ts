import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import createError from '@fastify/error'
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify'

const RouteNotFoundError = createError('FST_ROUTE_NOT_FOUND', 'There is no %s %s: see /docs for what there is', 404)

const MALFORMED = { statusCode: 400, code: 'FST_MALFORMED_REQUEST', message: 'These bytes are no HTTP/1.1 request' }
const BROKEN: Readonly<Record<string, typeof MALFORMED>> = {
  HPE_HEADER_OVERFLOW: { statusCode: 431, code: 'FST_HEADERS_TOO_LARGE', message: 'The headers are too large: send fewer, or shorter ones' },
  ERR_HTTP_REQUEST_TIMEOUT: { statusCode: 408, code: 'FST_REQUEST_TIMEOUT', message: 'The request did not arrive in time: send it again, and faster' }
}

/** Answers errors as Fastify does, but keeps to the log what an unforeseen one says of our insides. */
export function hideInternalErrors (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const isForeseen = (error.statusCode ?? 500) < 500 || error.code?.startsWith('FST_')
  if (isForeseen) {
    reply.send(error)
    return
  }
  request.log.error({ err: error }, 'unforeseen error')
  reply.code(500).send({ statusCode: 500, code: 'FST_INTERNAL', error: STATUS_CODES[500], message: `Something went wrong here: quote request ${request.id} when you report it` })
}

/** Answers a path or method that no route serves. */
export function answerUnknownRoutes (request: FastifyRequest): never {
  throw new RouteNotFoundError(request.method, request.url.split('?', 1)[0])
}

/** Answers what never became a request, and hangs up. */
export function answerBrokenRequests (error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const { statusCode, code, message } = BROKEN[error.code] ?? MALFORMED
  const body = JSON.stringify({ statusCode, code, error: STATUS_CODES[statusCode], message })
  if (socket.writable) {
    socket.write(`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
  }
  socket.destroy(error)
}
