import { Type, type Static, type TSchema } from '@sinclair/typebox'
import { ref, stringEnum } from './component.js'
import { exampleOf, type ErrorCode } from './error-examples.js'
import { UploadErrorSchema, type UploadError } from './error-schema.js'

/** What any request may be refused for. */
export const CALLER_ERRORS = ['FST_ERR_VALIDATION', 'FST_UPLOAD_UNAUTHENTICATED', 'FST_UPLOAD_FORBIDDEN', 'FST_UPLOAD_INVALID_OWNER'] as const

/** What a request with a body may be refused for before it is looked at. */
export const BODY_ERRORS = [
  'FST_ERR_CTP_INVALID_JSON_BODY', 'FST_ERR_CTP_EMPTY_JSON_BODY', 'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
  'FST_ERR_CTP_BODY_TOO_LARGE', 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
] as const

/** What a declared file may be refused for. */
export const DECLARATION_ERRORS = [
  'FST_UPLOAD_FIELD_REQUIRED', 'FST_UPLOAD_FORMAT_REFUSED', 'FST_UPLOAD_FORMAT_CONFLICT',
  'FST_UPLOAD_TOO_LARGE', 'FST_UPLOAD_INVALID_METADATA'
] as const

/** What a request may fail of that needs an answer of the store. */
export const STORE_ERRORS = [
  'FST_UPLOAD_STORE_REFUSED', 'FST_UPLOAD_STORE_UNAVAILABLE', 'FST_UPLOAD_NO_CREDENTIALS', 'FST_UPLOAD_STORE_TIMEOUT'
] as const

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'A field is wrong or missing; the message names it.',
  401: 'Nobody is authenticated.',
  403: 'The caller may not do this.',
  404: 'There is nothing of that name among the caller’s objects.',
  409: 'Something else is there already.',
  413: 'Larger than accepted.',
  414: 'A part of the path is too long.',
  415: 'A format that is not accepted; the message lists those that are.',
  429: 'Too many requests. Try again after the seconds in Retry-After.',
  500: 'Something went wrong in the service.',
  501: 'The store behind this service can’t do this.',
  502: 'The store gave an answer that makes no sense.',
  503: 'Try again after the seconds in Retry-After.',
  504: 'The store took too long. Try again after the seconds in Retry-After.'
}

// @fastify/swagger copies the schemas of headers as they are: `example` is valid in OpenAPI 3.0 and 3.1, `examples` in 3.1 alone.

/** Headers of every reply to a request for something secret. */
const HEADERS = {
  'Cache-Control': stringEnum(['no-store'] as const, { description: 'No cache keeps the reply.' })
}

const RETRY_AFTER = { 'Retry-After': Type.Integer({ minimum: 1, description: 'Seconds to wait before the next attempt (RFC 9110, section 10.2.3).', example: 5 }) }

const HEADERS_BY_STATUS: Readonly<Record<number, Record<string, TSchema>>> = {
  401: { 'WWW-Authenticate': Type.String({ description: 'How to authenticate, where the service says so (RFC 9110, section 11.6.1).', example: 'Bearer' }) },
  429: RETRY_AFTER,
  503: RETRY_AFTER,
  504: RETRY_AFTER
}

/** Documentation of the errors under one status. */
export interface ErrorResponse {
  readonly description: string
  readonly headers: Readonly<Record<string, TSchema>>
  readonly content: { readonly 'application/json': { readonly schema: TSchema, readonly examples: Readonly<Record<string, { readonly value: UploadError }>> } }
}

/** Documents a reply, typed as its component, with the headers it has. */
export function reply<T extends TSchema> (schema: T) {
  return Type.Unsafe<Static<T>>({ ...ref(schema), headers: HEADERS })
}

/** Documents a reply that its route writes itself, as JSON of a component. */
export function writtenReply (schema: TSchema) {
  return Type.Unsafe<Buffer>({ ...ref(schema), headers: HEADERS })
}

/** Documents a reply that is one of several components. */
export function replyOneOf (description: string, ...schemas: TSchema[]) {
  return Type.Unsafe<unknown>({ anyOf: schemas.map(schema => ref(schema)), description, headers: HEADERS })
}

/** Documents a reply without a body (204). */
export function emptyReply (description: string) {
  return Type.Unsafe<void>({ type: 'null', description, headers: HEADERS })
}

/** Documents the errors that a route may answer with, each under its own status. */
export function errorResponses (...codes: readonly ErrorCode[]): Record<number, ErrorResponse> {
  return withErrors({}, codes.map(exampleOf), HEADERS)
}

/**
 * Adds errors to the documentation of those that are there already.
 *
 * @param examples of the errors, one of each code
 * @param headers of these replies, besides those that belong to a status
 */
export function withErrors (responses: Readonly<Record<number, ErrorResponse>>, examples: readonly UploadError[], headers: Readonly<Record<string, TSchema>> = {}): Record<number, ErrorResponse> {
  const result = { ...responses }
  for (const example of examples) {
    const { statusCode } = example
    const present = result[statusCode]
    result[statusCode] = errorResponse(statusCode, { ...present?.content['application/json'].examples, [example.code]: { value: example } }, { ...present?.headers, ...headers })
  }
  return result
}

function errorResponse (statusCode: number, examples: ErrorResponse['content']['application/json']['examples'], headers: ErrorResponse['headers']): ErrorResponse {
  const codes = Type.Object({ code: stringEnum(Object.keys(examples)) })
  return {
    description: MEANINGS[statusCode]!,
    headers: { ...headers, ...HEADERS_BY_STATUS[statusCode] },
    content: { 'application/json': { schema: Type.Intersect([ref(UploadErrorSchema), codes]), examples } }
  }
}
