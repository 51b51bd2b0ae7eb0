import { STATUS_CODES } from 'node:http'
import createError from '@fastify/error'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'

const RouteNotFoundError = createError('FST_ROUTE_NOT_FOUND', 'There is no %s %s: see /docs for what there is', 404)

/** Answers errors as Fastify does, but keeps to the log what an unforeseen one says of our insides. */
export function hideInternalErrors (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const isForeseen = (error.statusCode ?? 500) < 500 || error.code?.startsWith('FST_')
  if (isForeseen) {
    if ((error.statusCode ?? 500) >= 500) request.log.error({ err: error }, error.message)
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
