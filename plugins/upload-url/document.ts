import { Type, type Static, type TSchema } from '@sinclair/typebox'
import { exampleOf, UploadErrorSchema, type ErrorCode } from './errors.js'

/**
 * A reference to a schema that has an `$id`, typed as the schema itself. In the OpenAPI document it becomes a `$ref`
 * to the component of that name.
 */
export function ref<T extends TSchema> (schema: T) {
  return Type.Unsafe<Static<T>>(Type.Ref(schema.$id!))
}

/** A string out of a closed list, written as `enum`, which every version of OpenAPI has. */
export function stringEnum<const T extends readonly string[]> (values: T, options: { description?: string } = {}) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: values, ...options })
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'A field is wrong or missing; the message names it.',
  401: 'Authentication required.',
  403: 'The owner is not allowed to do this.',
  404: 'Upload not found among those of the owner.',
  409: 'An object already exists at the key.',
  413: 'Larger than accepted.',
  415: 'The format is not accepted; the message lists those that are.',
  429: 'Too many requests. Try again after the seconds in Retry-After.',
  500: 'Unexpected error.',
  501: 'Not supported by the S3 server of this service.',
  502: 'S3 denied the request of the service, or sent an invalid response.',
  503: 'Temporarily unavailable. Try again after the seconds in Retry-After.',
  504: 'S3 did not answer in time. Try again after the seconds in Retry-After.'
}

const NO_STORE = { 'Cache-Control': stringEnum(['no-store'], { description: 'Not cacheable.' }) }

const RETRY_AFTER = {
  'Retry-After': Type.Integer({ minimum: 1, description: 'Seconds until the next attempt (RFC 9110, section 10.2.3).' })
}

const HEADERS_BY_STATUS: Readonly<Record<number, Record<string, TSchema>>> = {
  401: { 'WWW-Authenticate': Type.String({ description: 'How to authenticate (RFC 9110, section 11.6.1).' }) },
  429: RETRY_AFTER,
  503: RETRY_AFTER,
  504: RETRY_AFTER
}

/** Documentation of one status of an operation. */
export interface ErrorResponse {
  readonly description: string
  readonly headers: Readonly<Record<string, TSchema>>
  readonly content: { readonly 'application/json': { readonly schema: TSchema } }
}

/** Documents a successful response: a component, with the headers it has. */
export function successResponse (schema: TSchema): TSchema {
  const body = schema.$id === undefined ? schema : Type.Ref(schema.$id)
  return { ...body, headers: NO_STORE } as unknown as TSchema
}

/** Documents the errors an operation may answer with: each status with the closed list of its codes. */
export function errorResponses (codes: readonly ErrorCode[]): Record<number, ErrorResponse> {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of new Set(codes)) {
    const { statusCode } = exampleOf(code)
    byStatus.set(statusCode, [...byStatus.get(statusCode) ?? [], code])
  }
  return Object.fromEntries([...byStatus].map(
    ([statusCode, codes]) => [statusCode, errorResponse(statusCode, codes, NO_STORE)]
  ))
}

/** Documents the errors of one status. */
export function errorResponse (
  statusCode: number, codes: readonly string[], headers: Readonly<Record<string, TSchema>> = {}
): ErrorResponse {
  return {
    description: DESCRIPTIONS[statusCode]!,
    headers: { ...headers, ...HEADERS_BY_STATUS[statusCode] },
    content: {
      'application/json': {
        schema: Type.Intersect([ref(UploadErrorSchema), Type.Object({ code: stringEnum(codes) })])
      }
    }
  }
}
