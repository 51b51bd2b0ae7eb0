import { Type, type TSchema } from '@sinclair/typebox'
import type { FastifySchema, RouteOptions } from 'fastify'
import { describe, withErrors, type ErrorResponse, type UploadError } from 'fastify-upload-url'

const INTERNAL = describe(500, 'FST_INTERNAL', 'Something went wrong here: quote request 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed when you report it')
const UNDER_PRESSURE = describe(503, 'FST_UNDER_PRESSURE', 'The service is overloaded: try again shortly')
const RATE_LIMITS = [
  describe(429, 'FST_RATE_LIMITED', 'Too many requests: an owner may send 1000 a minute. Try again in 30 seconds'),
  describe(503, 'FST_RATE_LIMIT_UNAVAILABLE', 'Requests can’t be counted at the moment: try again shortly')
]

/** What single operations of the service answer besides. */
const BY_OPERATION: Readonly<Record<string, readonly UploadError[]>> = {
  getReadiness: [describe(503, 'FST_HEALTH_NOT_READY', 'Not ready: store: The store can’t be reached at the moment: try again shortly')],
  getMetrics: [describe(401, 'FST_METRICS_UNAUTHENTICATED', 'Send METRICS_KEY as "Authorization: Bearer <key>"')]
}

const HEADERS = { 'X-Request-Id': Type.String({ format: 'uuid', description: 'The request as logs name it.', examples: ['1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed'] }) }

const LIMIT_HEADERS = {
  'RateLimit-Limit': Type.Integer({ minimum: 1, description: 'Requests a minute.', examples: [1000] }),
  'RateLimit-Remaining': Type.Integer({ minimum: 0, description: 'Requests left.', examples: [987] }),
  'RateLimit-Reset': Type.Integer({ minimum: 0, description: 'Seconds until the minute is over.', examples: [42] })
}

/**
 * Adds to the documentation of a route what the rest of the service makes of it: errors and headers of its limits, of
 * load shedding, and of what nobody foresaw.
 *
 * @param schema of the route; left alone
 * @param route whose `config` says what it is exempt from
 */
export function withServiceAnswers (schema: FastifySchema, { config = {} }: RouteOptions): FastifySchema {
  const isLimited = config.rateLimit !== false
  const errors = [
    INTERNAL,
    ...isLimited ? RATE_LIMITS : [],
    ...'pressureHandler' in config ? [] : [UNDER_PRESSURE],
    ...BY_OPERATION[schema.operationId ?? ''] ?? []
  ]
  const ofRoute = (schema.response ?? {}) as Record<number, ErrorResponse>
  // Hooks of the route have set its headers by the time that most of these are thrown.
  const responses = withErrors(ofRoute, errors, Object.values(ofRoute)[0]?.headers)
  return { ...schema, response: withHeaders(responses, { ...HEADERS, ...isLimited && LIMIT_HEADERS }) }
}

function withHeaders (responses: Readonly<Record<number, object>>, headers: Readonly<Record<string, TSchema>>): Record<number, object> {
  return Object.fromEntries(Object.entries(responses).map(([status, response]) =>
    [status, { ...response, headers: { ...(response as Partial<ErrorResponse>).headers, ...headers } }]))
}
