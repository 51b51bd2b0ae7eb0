import type { Static, TSchema } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { ownerOf, type Authorize } from './authentication.js'
import { errorResponses, ref, successResponse } from './document.js'
import { BODY_ERRORS, CALLER_ERRORS, type ErrorCode } from './errors.js'
import type { Scope } from './isolate-scope.js'
import { narrowOptions } from './narrow-options.js'
import { toOwner } from './object-key.js'
import type { ResolvedOptions } from './options.js'
import type { RequestPolicy } from './request-policy.js'
import { onResponseEnd } from './response-end.js'
import type { Services } from './services.js'
import { urlsInFlight } from './urls-in-flight.js'
import type { AllowUndefined, Validation } from './validation.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How many URLs a valid request asks for: what it should cost in a rate limit. Undefined for one. */
    signedUrls?: (request: FastifyRequest) => number
  }
  interface FastifySchema {
    operationId?: string
    tags?: readonly string[]
    summary?: string
    description?: string
  }
}

/** For whom an operation runs, and until when. */
export interface Call {
  /** Who uploads. */
  readonly owner: string
  /** Aborts when nobody waits for the result any more. */
  readonly signal: AbortSignal
}

/** One operation, defined once: routes, `app.uploads` and the OpenAPI document derive from this. */
export interface Operation<Input extends TSchema = TSchema, Output extends TSchema = TSchema> {
  /** Where it is served. Without a route, it is one of `app.uploads` alone. */
  readonly route?: {
    readonly method: 'GET' | 'POST' | 'DELETE'
    readonly url: string
    /** Other URLs of the same operation, by their operationId. */
    readonly aliases?: Readonly<Record<string, string>>
    /** Status of success. Default: 200. */
    readonly status?: 201 | 204
    /** What of the input a query can carry, where that is not all. */
    readonly query?: TSchema
    /** Largest body in bytes. Default: 1 MiB. */
    readonly bodyLimit?: number
    /** The option that has to be given, or `true`, for it to be served. Default: it is always served. */
    readonly option?: keyof ResolvedOptions
  }
  readonly docs: { readonly tag: string, readonly summary: string, readonly description: string }
  /** The query of a GET or DELETE, the body of a POST. */
  readonly input: Input
  readonly output: Output
  /** Other schemas that these two refer to by `$id`. */
  readonly components?: readonly TSchema[]
  /** Whether the policy of the host holds for it. Default: it does. */
  readonly policy?: false
  /** What it may fail of, besides what any request may. */
  readonly errors: readonly ErrorCode[]
  /** How many URLs a call signs. Default: 1. */
  cost? (input: Static<Input>): number
  /** Does it. @throws the `errors` */
  run (services: Services, input: Static<Input>, call: Call): Promise<Static<Output>>
}

/** Defines an operation; the function only serves its types. */
export function operation<Input extends TSchema, Output extends TSchema> (definition: Operation<Input, Output>) {
  return definition
}

/** Operations by their operationId. */
export type Operations = Readonly<Record<string, Operation>>

type InputOf<O extends Operation> = AllowUndefined<Static<O['input']>>
type OutputOf<O extends Operation> = Static<O['output']>

/** For whom a function of `app.uploads` runs, until when, and what holds for this call besides the options. */
export interface CallOptions {
  readonly owner: string | number
  readonly signal?: AbortSignal
  readonly policy?: RequestPolicy
}

/** Operations without HTTP, each as a function of its input and the owner. */
export type Callable<O extends Operations> = {
  readonly [Id in keyof O]: (input: InputOf<O[Id]>, call: CallOptions) => Promise<OutputOf<O[Id]>>
}

/** The ways to run operations. */
export interface Runner<O extends Operations> {
  /** Without HTTP, the input validated as strictly as that of a request. */
  readonly callable: Callable<O>
  /**
   * For a request of another protocol than ours: validates the input, authorizes, and runs.
   *
   * @param authorizeAs the operationId that the host is asked about, where it differs
   */
  run<Id extends keyof O & string> (
    request: FastifyRequest, reply: FastifyReply, id: Id, input: InputOf<O[Id]>, authorizeAs?: string
  ): Promise<OutputOf<O[Id]>>
  /** Serves every operation that has a route, and is switched on where the options have to. */
  serve (scope: Scope): void
}

const DEFAULT_BODY_LIMIT = 1024 ** 2
/** A signal of nobody's. */
export const NEVER: AbortSignal = new AbortController().signal

/** The schemas that operations refer to by `$id`. */
export function componentsOf (operations: Operations): TSchema[] {
  const schemas = Object.values(operations)
    .flatMap(({ input, output, components = [] }) => [input, output, ...components])
  return [...new Set(schemas.filter(({ $id }) => $id !== undefined))]
}

/** Makes operations run. @param authorize is asked before each that comes by a request */
export function createRunner<O extends Operations> (
  operations: O, services: Services, validation: Validation, authorize: Authorize
): Runner<O> {
  const track = urlsInFlight()
  const assertions = mapValues(operations, ({ input }) => validation.assertion(input))

  async function authorizeAndRun (
    request: FastifyRequest, reply: FastifyReply, id: string, input: unknown, authorizeAs = id
  ): Promise<unknown> {
    const owner = ownerOf(request)
    const { cost, policy, run } = operations[id]!
    const authorization = { owner, operation: authorizeAs, input }
    await authorize(request, authorization)
    const limits = policy === false ? undefined : await services.options.policy(request, authorization)
    if (cost !== undefined) track(owner, cost(input), reply)
    return run(withPolicy(limits), input, new RequestCall(owner, reply))
  }

  function withPolicy (limits: unknown): Services {
    const options = narrowOptions(services.options, limits)
    return options === services.options ? services : { ...services, options }
  }

  return {
    callable: mapValues(operations, ({ run }, id) => async (
      input: unknown, { owner, signal = NEVER, policy }: UntypedCall
    ) => {
      assertions[id]!(input)
      return run(withPolicy(policy), input, { owner: toOwner(owner), signal })
    }) as Callable<O>,

    async run (request, reply, id, input, authorizeAs) {
      assertions[id]!(input)
      return authorizeAndRun(request, reply, id, input, authorizeAs)
    },

    serve (scope) {
      for (const [id, operation] of Object.entries(operations)) {
        if (operation.route === undefined) continue
        const { method, url, aliases = {}, status = 200, bodyLimit = DEFAULT_BODY_LIMIT, option } = operation.route
        if (option !== undefined && !services.options[option]) continue
        const inputOf = ({ body, query }: FastifyRequest) => method === 'POST' ? body : query
        const config = operation.cost && { signedUrls: (request: FastifyRequest) => operation.cost!(inputOf(request)) }
        const handler = (request: FastifyRequest, reply: FastifyReply) => {
          reply.code(status)
          return authorizeAndRun(request, reply, id, inputOf(request))
        }
        for (const [operationId, path] of [[id, url], ...Object.entries(aliases)] as const) {
          scope.route({
            method, url: path, bodyLimit, schema: schemaOf(operationId, operation), handler, ...config && { config }
          })
        }
      }
    }
  }
}

interface UntypedCall {
  readonly owner: unknown
  readonly signal?: AbortSignal
  readonly policy?: unknown
}

function mapValues<T, U> (values: Readonly<Record<string, T>>, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]))
}

function schemaOf (operationId: string, { route, docs, input, output, policy, errors }: Operation): FastifySchema {
  const { method, status = 200, query = input } = route!
  return {
    operationId,
    tags: [docs.tag],
    summary: docs.summary,
    description: docs.description,
    ...method === 'POST' ? { body: ref(input) } : { querystring: query },
    response: {
      [status]: successResponse(output),
      // Fastify reads the body of a DELETE as well, and refuses it where it is not JSON.
      ...errorResponses([
        ...CALLER_ERRORS,
        ...policy === false ? [] : ['FST_UPLOAD_INVALID_POLICY' as const],
        ...method === 'GET' ? [] : BODY_ERRORS,
        ...errors
      ])
    }
  }
}

/** A call for a request. Most operations never ask for the signal, so that it is made when one does. */
class RequestCall implements Call {
  constructor (readonly owner: string, private readonly reply: FastifyReply) {}

  /** Aborts when the client hangs up before it has its answer. */
  get signal (): AbortSignal {
    const { raw, request } = this.reply
    const controller = new AbortController()
    if (raw.destroyed || request.raw.socket.destroyed) controller.abort()
    else onResponseEnd(this.reply, () => { if (!raw.writableFinished) controller.abort() })
    return controller.signal
  }
}
