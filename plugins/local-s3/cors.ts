import { S3Error } from './errors.js'
import type { S3Request } from './s3-request.js'
import { childText, children, malformedXml, readXml } from './xml.js'

/** One rule of a bucket's CORS configuration. */
export interface CorsRule {
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  readonly headers: readonly string[]
  readonly exposed: readonly string[]
  /** Seconds for which a browser may remember a preflight. */
  readonly maxAge: number | undefined
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD']

/** The rules of a bucket that has no configuration of its own: everything allowed, ETag readable. */
export const defaultCorsRules = (origins: readonly string[]): CorsRule[] => [{
  origins,
  methods: METHODS,
  headers: ['*'],
  exposed: ['ETag', 'Location', 'x-amz-request-id', 'x-amz-checksum-sha256'],
  maxAge: 3000
}]

/**
 * Reads a CORSConfiguration document.
 *
 * @throws S3Error MalformedXML
 */
export function readCorsRules (document: string): CorsRule[] {
  const rules = children(readXml(document, 'CORSConfiguration'), 'CORSRule').map((rule) => {
    const texts = (name: string): string[] => children(rule, name).map(({ text }) => text)
    const maxAge = childText(rule, 'MaxAgeSeconds')
    return {
      origins: texts('AllowedOrigin'),
      methods: texts('AllowedMethod'),
      headers: texts('AllowedHeader'),
      exposed: texts('ExposeHeader'),
      maxAge: maxAge === undefined ? undefined : Number(maxAge)
    }
  })
  const isValid = ({ origins, methods, maxAge }: CorsRule): boolean =>
    origins.length > 0 && methods.length > 0 && methods.every((method) => METHODS.includes(method)) &&
    !Number.isNaN(maxAge ?? 0)
  const valid = rules.length > 0 && rules.every(isValid)
  if (!valid) {
    throw malformedXml('Every CORSRule needs an AllowedOrigin, and AllowedMethods out of GET, PUT, POST, DELETE, HEAD.')
  }
  return rules
}

/**
 * Answers a preflight.
 *
 * @returns the response headers
 * @throws S3Error BadRequest where it is none, AccessForbidden where no rule allows it
 */
export function preflight (request: S3Request, rules: readonly CorsRule[]): Record<string, string> {
  const origin = request.headers.get('origin')
  const method = request.headers.get('access-control-request-method')
  if (origin === undefined || method === undefined) {
    throw new S3Error(
      'BadRequest', 'Insufficient information. Origin request header and Access-Control-Request-Method needed.'
    )
  }
  const requested = (request.headers.get('access-control-request-headers') ?? '')
    .split(',').map((name) => name.trim().toLowerCase()).filter((name) => name !== '')
  const rule = rules.find((candidate) => allows(candidate, origin, method, requested))
  if (rule === undefined) {
    throw new S3Error(
      'AccessForbidden',
      'CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, ' +
      'request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted ' +
      "by the resource's CORS spec.",
      { Method: method }
    )
  }
  return {
    ...originHeaders(rule, origin),
    ...requested.length > 0 && { 'access-control-allow-headers': requested.join(', ') }
  }
}

/** The headers that let a browser read the answer to a request it has already sent; none where no rule allows it. */
export function corsHeaders (request: S3Request, rules: readonly CorsRule[]): Record<string, string> {
  const origin = request.headers.get('origin')
  if (origin === undefined) return {}
  const rule = rules.find((candidate) => allows(candidate, origin, request.method, []))
  return rule === undefined ? {} : originHeaders(rule, origin)
}

function originHeaders (rule: CorsRule, origin: string): Record<string, string> {
  const anyone = rule.origins.includes('*')
  return {
    'access-control-allow-origin': anyone ? '*' : origin,
    ...!anyone && { 'access-control-allow-credentials': 'true' },
    'access-control-allow-methods': rule.methods.join(', '),
    ...rule.exposed.length > 0 && { 'access-control-expose-headers': rule.exposed.join(', ') },
    ...rule.maxAge !== undefined && { 'access-control-max-age': String(rule.maxAge) },
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'
  }
}

const allows = (rule: CorsRule, origin: string, method: string, headers: readonly string[]): boolean =>
  rule.methods.includes(method) &&
  rule.origins.some((pattern) => matches(pattern, origin)) &&
  headers.every((name) => rule.headers.some((pattern) => matches(pattern.toLowerCase(), name)))

/** A pattern may hold one `*`, which stands for any text. */
function matches (pattern: string, text: string): boolean {
  const [before = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return pattern === text
  const after = rest.join('*')
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after)
}
