import { STATUS_CODES } from 'node:http'
import { Type, type TSchema } from '@sinclair/typebox'
import type { FastifySchema, RouteOptions } from 'fastify'
import { errorResponse, type ErrorResponse, type UploadError } from 'fastify-upload-url'

/** What the service itself answers, besides the errors of its plugins. */
const SERVICE_ERRORS = {
  FST_INTERNAL: [500, 'Unexpected error: quote request 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed when you report it'],
  FST_RATE_LIMITED: [429, 'Too many requests: an owner may send 1000 a minute. Try again in 30 seconds'],
  FST_RATE_LIMIT_UNAVAILABLE: [503, 'Requests cannot be counted at the moment: try again shortly'],
  FST_UNDER_PRESSURE: [503, 'The service is overloaded: try again shortly']
} as const

type ServiceErrorCode = keyof typeof SERVICE_ERRORS

/** An example of each of these errors. */
export const SERVICE_EXAMPLES: Readonly<Record<string, UploadError>> = Object.fromEntries(
  Object.entries(SERVICE_ERRORS).map(
    ([code, [statusCode, message]]) => [code, { statusCode, code, error: STATUS_CODES[statusCode]!, message }]
  )
)

const HEADERS = { 'X-Request-Id': Type.String({ format: 'uuid', description: 'The request as logs name it.' }) }

const LIMIT_HEADERS = {
  'RateLimit-Limit': Type.Integer({ minimum: 1, description: 'Requests a minute.' }),
  'RateLimit-Remaining': Type.Integer({ minimum: 0, description: 'Requests left.' }),
  'RateLimit-Reset': Type.Integer({ minimum: 0, description: 'Seconds until the minute is over.' })
}

type Responses = Readonly<Record<string, ErrorResponse>>

/**
 * Adds what the service answers to the documentation of a route: errors and headers of its limits, of load shedding,
 * and of what is unexpected.
 *
 * @param schema of the route; left alone
 * @param route whose `config` says what it is exempt from
 */
export function addServiceResponses (schema: FastifySchema, { config = {} }: RouteOptions): FastifySchema {
  const isLimited = config.rateLimit !== false
  const codes: ServiceErrorCode[] = [
    'FST_INTERNAL',
    ...isLimited ? ['FST_RATE_LIMITED', 'FST_RATE_LIMIT_UNAVAILABLE'] as const : [],
    ...'pressureHandler' in config ? [] : ['FST_UNDER_PRESSURE'] as const
  ]
  const ofRoute = (schema.response ?? {}) as Responses
  const responses = codes.reduce((sum, code) => addCode(sum, SERVICE_ERRORS[code][0], code), ofRoute)
  return {
    ...schema,
    response: Object.fromEntries(Object.entries(responses).map(([status, response]) => {
      const limits = isLimited && (Number(status) < 400 || status === '429') ? LIMIT_HEADERS : {}
      return [status, { ...response, headers: { ...response.headers, ...HEADERS, ...limits } }]
    }))
  }
}

/** The codes of a documented error. */
export function codesOf ({ content }: { readonly content?: ErrorResponse['content'] }): readonly string[] {
  const schema = content?.['application/json']?.schema as { readonly allOf?: readonly TSchema[] } | undefined
  const [, withCode] = schema?.allOf ?? []
  return withCode?.['properties'].code.enum ?? []
}

function addCode (responses: Responses, statusCode: number, code: string): Responses {
  const present = responses[statusCode]
  // Hooks of the route have set its headers by the time that most of these are thrown.
  const headers = present?.headers ?? Object.values(responses)[0]?.headers
  return { ...responses, [statusCode]: errorResponse(statusCode, [...codesOf(present ?? {}), code], headers) }
}
