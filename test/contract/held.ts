// Loaded before every test file: holds whatever Fastify answers there to the OpenAPI document, and what is not in the
// document to the schemas of its route.
import { subscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { committed, type Document, type JsonObject } from './document.js'
import { Validator } from './validate.js'

interface HeldSchema {
  readonly operationId?: string
  readonly hide?: boolean
  readonly response?: Readonly<Record<number, JsonObject>>
}

const ERROR = { $ref: '#/components/schemas/UploadError' }
const ofCommitted = new Validator(committed)
const validators = new WeakMap<FastifyInstance, Validator>()
const validatorsByText = new Map<string, Validator>()
const exempt = new WeakSet<FastifyInstance>()

subscribe('fastify.initialization', message => hold((message as { readonly fastify: FastifyInstance }).fastify))

/** Lets an app answer what no document has, such as the errors of a host's own. */
export function notHeldToContract (app: FastifyInstance): void {
  exempt.add(app)
}

// The first of all hooks, so that it sees what routes answer, and nothing that others make of it.
function hold (app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { operationId, hide, response } = (request.routeOptions.schema ?? {}) as HeldSchema
    // Preflights are answered by @fastify/cors, in plain text; a client that has hung up hears nothing of it.
    if (exempt.has(app) || request.method === 'OPTIONS' || request.raw.socket?.destroyed) return
    const problems =
      hide === true
        ? problemsOfHidden(response ?? {}, reply, payload)
        : operationId === undefined
          ? []
          : problemsOf(app, operationId, request, reply, payload)
    for (const problem of problems) fail(`${request.method} ${request.url}: ${problem}`)
  })
}

function problemsOf (
  app: FastifyInstance,
  operationId: string,
  { method }: FastifyRequest,
  reply: FastifyReply,
  payload: unknown
): string[] {
  const body = typeof payload === 'string' || Buffer.isBuffer(payload) ? String(payload) : ''
  return validatorFor(app).problemsOfReply(operationId, {
    statusCode: reply.statusCode,
    headers: reply.getHeaders(),
    body,
    isHead: method === 'HEAD'
  })
}

function problemsOfHidden (
  response: NonNullable<HeldSchema['response']>,
  { statusCode }: FastifyReply,
  payload: unknown
): string[] {
  const schema = statusCode < 400 ? response[statusCode] : ERROR
  if (schema === undefined) { return Object.keys(response).length === 0 ? [] : [`${statusCode} is not in the schema of the route`] }
  // Text of other types than JSON is described by its content.
  if ('content' in schema || typeof payload !== 'string' || payload === '') return []
  return ofCommitted
    .problemsOfValue(schema, JSON.parse(payload))
    .map(problem => `${statusCode}: ${problem} in ${payload}`)
}

// An app with a document of its own is held to that one: the committed one has everything that can be configured.
function validatorFor (app: FastifyInstance): Validator {
  if (!('swagger' in app)) return ofCommitted
  const known = validators.get(app)
  if (known !== undefined) return known
  const document = app.swagger() as unknown as Document
  const text = JSON.stringify(document)
  const validator = validatorsByText.get(text) ?? new Validator(document)
  validatorsByText.set(text, validator)
  validators.set(app, validator)
  return validator
}

function fail (problem: string): void {
  process.exitCode = 1
  process.stderr.write(`Against the contract: ${problem}\n`)
}
