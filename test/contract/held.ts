// Loaded before every test file: holds whatever Fastify answers there to the OpenAPI document.
import { subscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { committed, type Document } from './document.js'
import { Validator } from './validate.js'

const ofCommitted = new Validator(committed)
const validators = new WeakMap<FastifyInstance, Validator>()
const exempt = new WeakSet<FastifyInstance>()

subscribe('fastify.initialization', message => hold((message as { readonly fastify: FastifyInstance }).fastify))

/** Lets an app answer what no document has, such as the errors of a host's own. */
export function notHeldToContract (app: FastifyInstance): void {
  exempt.add(app)
}

// The first of all hooks, so that it sees what routes answer, and nothing that others make of it.
function hold (app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { operationId } = (request.routeOptions.schema ?? {}) as { readonly operationId?: string }
    // A client that has hung up hears nothing of it.
    if (operationId === undefined || exempt.has(app) || request.raw.socket?.destroyed) return
    for (const problem of problemsOf(app, operationId, request, reply, payload)) fail(`${request.method} ${request.url}: ${problem}`)
  })
}

function problemsOf (app: FastifyInstance, operationId: string, { method }: FastifyRequest, reply: FastifyReply, payload: unknown): string[] {
  const body = typeof payload === 'string' || Buffer.isBuffer(payload) ? String(payload) : ''
  return validatorFor(app).problemsOfReply(operationId, { statusCode: reply.statusCode, headers: reply.getHeaders(), body, isHead: method === 'HEAD' })
}

// An app with a document of its own is held to that one: the committed one has everything that can be configured.
function validatorFor (app: FastifyInstance): Validator {
  if (!('swagger' in app)) return ofCommitted
  const known = validators.get(app) ?? new Validator(app.swagger() as unknown as Document)
  validators.set(app, known)
  return known
}

function fail (problem: string): void {
  process.exitCode = 1
  process.stderr.write(`Against the contract: ${problem}\n`)
}
