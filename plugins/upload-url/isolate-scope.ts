import { parse } from 'node:querystring'
import createError from '@fastify/error'
import type { TSchema } from '@sinclair/typebox'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import { toJson } from './errors.js'
import { describeErrors, type Validation } from './validation.js'

/** The scope our routes are registered in. */
export type Scope = FastifyInstance

/** Bytes; what the body of a route may have that names no limit of its own. */
const DEFAULT_BODY_LIMIT = 1024 ** 2

// Fastify's own errors, made here: the first versions of Fastify 5 pass on that of the parser, which has no code, and
// to import Fastify for the other takes longer than all of this plugin.
const InvalidJson = createError(
  'FST_ERR_CTP_INVALID_JSON_BODY', "Body is not valid JSON but content-type is set to 'application/json'", 400
)
const UnsupportedMediaType = createError('FST_ERR_CTP_INVALID_MEDIA_TYPE', 'Unsupported Media Type', 415)

/** The parts of a route's schema that say what is accepted and answered; the rest documents. */
type Contract = Pick<FastifySchema, 'body' | 'querystring' | 'params' | 'response'> & { operationId?: string }

/** Fastify takes the option under two names. */
interface SemicolonOption { readonly useSemicolonDelimiter?: boolean }

/**
 * Makes a scope work by our own definitions, whatever the host has set for its routes: validator, serializers,
 * schemas, parsers of body and query, and limits. What stays the host's is listed in `docs/options-and-hooks.md`.
 * Also keeps replies out of caches. Call it first, then add hooks and routes.
 *
 * @param components schemas that its routes refer to by `$id`; a host may have others of the same name
 */
export function isolateScope (scope: Scope, validation: Validation, components: readonly TSchema[]): void {
  isolateSchemas(scope, components)
  scope.setValidatorCompiler(validation.compiler)
  scope.setSchemaErrorFormatter(describeErrors)
  scope.setSerializerCompiler(() => toJson)
  scope.setReplySerializer(toJson)
  isolateBodies(scope)
  isolateQueries(scope)
  isolateRoutes(scope)
  scope.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store')
    done()
  })
}

// Schemas that the host adds later are handed down, and must not replace ours.
function isolateSchemas (scope: Scope, components: readonly TSchema[]): void {
  const schemas = Object.fromEntries(components.map(schema => [schema.$id!, structuredClone(schema)]))
  scope.setSchemaController({
    bucket: () => ({ add: () => scope, getSchema: id => schemas[id], getSchemas: () => schemas })
  })
}

function isolateBodies (scope: Scope): void {
  const parseJson = scope.getDefaultJsonParser('error', 'error')
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '' && !wantsBody(request.routeOptions)) return done(null)
    parseJson(request, body, (error, value) => {
      done(error !== null && !('code' in error) ? new InvalidJson() : error, value)
    })
  })
  scope.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, body, done) => {
    done(body === '' && !wantsBody(request.routeOptions) ? null : new UnsupportedMediaType())
  })
}

function wantsBody ({ schema }: { readonly schema?: FastifySchema | undefined }): boolean {
  return schema?.body !== undefined
}

// Only just before validation, so that hooks of the host find what its own parser made of the query.
function isolateQueries (scope: Scope): void {
  const { useSemicolonDelimiter, routerOptions } =
    scope.initialConfig as SemicolonOption & { readonly routerOptions?: SemicolonOption }
  const delimiter = useSemicolonDelimiter || routerOptions?.useSemicolonDelimiter ? /[?#;]/ : /[?#]/
  scope.addHook('preValidation', (request, _reply, done) => {
    const { url = '' } = request.raw
    const start = url.search(delimiter)
    request.query = start === -1 ? {} : { ...parse(url.slice(start + 1), '&', '=', { maxKeys: 0 }) }
    done()
  })
}

/**
 * Hands copies of the routes to the hooks of the host, and afterwards puts back what is ours. Hooks that the host
 * adds, a handler that it wraps, and what it writes about documentation, logging, `config` and `constraints` stay.
 */
function isolateRoutes (scope: Scope): void {
  const addRoute = scope.route.bind(scope) as (route: RouteOptions) => Scope
  let own: RouteOptions
  const route = (options: RouteOptions): Scope => {
    own = options
    return addRoute({ ...options, ...options.schema && { schema: structuredClone(options.schema) } })
  }
  scope.addHook('onRoute', route => {
    route.bodyLimit = own.bodyLimit ?? DEFAULT_BODY_LIMIT
    route.attachValidation = false
    delete route.validatorCompiler
    delete route.serializerCompiler
    delete route.schemaErrorFormatter
    const { body, querystring, query, params, headers, response, ...documentation } =
      route.schema as FastifySchema & { query?: unknown }
    route.schema = { ...documentation, ...structuredClone(contractOf(own.schema ?? {})) }
  })
  const shorthand = (method: RouteOptions['method']) =>
    (url: string, options: Partial<RouteOptions>, handler: RouteOptions['handler']) =>
      route({ ...options, method, url, handler })
  Object.assign(scope, { route, post: shorthand('POST'), all: shorthand(scope.supportedMethods) })
}

function contractOf ({ body, querystring, params, response, operationId }: Contract): Contract {
  return {
    ...body !== undefined && { body },
    ...querystring !== undefined && { querystring },
    ...params !== undefined && { params },
    ...response !== undefined && { response },
    ...operationId !== undefined && { operationId }
  }
}
