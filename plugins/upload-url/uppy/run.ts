import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OperationId, OperationInput, OperationOutput, Uploads } from '../index.js'
import { internalsOf } from '../internals.js'

/** Runs operations of `fastify-upload-url` for one request of Uppy's. */
export type Run = <Id extends OperationId>(
  id: Id, input: OperationInput<Id>, authorizeAs?: string
) => Promise<OperationOutput<Id>>

/** Runs operations for a request: each is validated and authorized under its name, as by a route of its own. */
export function runFor (uploads: Uploads, request: FastifyRequest, reply: FastifyReply): Run {
  const { run } = internalsOf(uploads)
  return ((id, input, authorizeAs) => run(request, reply, id, input as never, authorizeAs)) as Run
}
