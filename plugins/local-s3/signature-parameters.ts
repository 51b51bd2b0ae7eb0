import { S3Error } from './errors.js'
import type { S3ErrorCode } from './errors.js'
import { parameter } from './s3-request.js'
import type { S3Request } from './s3-request.js'

/** Longest lifetime of a presigned URL, in seconds: seven days. */
const MAX_EXPIRES = 604_800
/** How far a client's clock may be off, in milliseconds. */
const MAX_SKEW = 15 * 60_000

/** What a request says about its own signature. It is not to be relied on before the signature is verified. */
export interface SignatureParameters {
  readonly accessKeyId: string
  /** The time of signing, to the second. */
  readonly signedAt: Date
  /** The same time as sent, `YYYYMMDDTHHMMSSZ`. */
  readonly longDate: string
  /** `YYYYMMDD/region/s3/aws4_request`. */
  readonly scope: string
  /** Lower-case names in order. */
  readonly signedHeaders: readonly string[]
  /** 64 hex digits. */
  readonly signature: string
  /** SHA-256 of the body in hex, `UNSIGNED-PAYLOAD` or a `STREAMING-…` form. */
  readonly payloadHash: string
}

/** The signature parameters of a presigned URL. */
export interface PresignedParameters extends SignatureParameters {
  /** Lifetime in seconds. */
  readonly expiresIn: number
}

/** Where in a request the parameters are: S3 reports malformed ones under a code that depends on it. */
export interface ParameterSource {
  readonly code: S3ErrorCode
  readonly prefix: string
}

const QUERY: ParameterSource = {
  code: 'AuthorizationQueryParametersError',
  prefix: 'Error parsing the X-Amz-Credential parameter'
}

const HEADER: ParameterSource = {
  code: 'AuthorizationHeaderMalformed',
  prefix: 'The authorization header is malformed'
}

const QUERY_NAMES = [
  'X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-SignedHeaders', 'X-Amz-Signature'
] as const

/**
 * Reads the parameters of a presigned URL, which must be within its lifetime
 * (SigV4, "Authenticating Requests: Using Query Parameters").
 *
 * @param region the only region accepted in the credential scope
 * @throws S3Error AuthorizationQueryParametersError, AccessDenied
 */
export function readQueryParameters (request: S3Request, region: string, now: Date): PresignedParameters {
  const [algorithm, credential, longDate, expires, signedHeaders, signature] =
    QUERY_NAMES.map((name) => readOnce(request, name)) as [string, string, string, string, string, string]
  if (algorithm !== 'AWS4-HMAC-SHA256') {
    throw new S3Error(QUERY.code, 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"')
  }
  const signedAt = readLongDate(longDate, QUERY)
  const parameters = {
    expiresIn: readExpires(expires),
    ...readCredential(credential, longDate, region, QUERY),
    signedAt,
    longDate,
    signedHeaders: readSignedHeaders(signedHeaders, QUERY),
    signature: readSignature(signature, QUERY),
    payloadHash: parameter(request, 'X-Amz-Content-Sha256') ??
      request.headers.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD'
  }
  checkLifetime(parameters, now)
  return parameters
}

/**
 * Reads the parameters of an `Authorization` header. The client's clock may be fifteen minutes off
 * (SigV4, "Authenticating Requests: Using the Authorization Header").
 *
 * @param region the only region accepted in the credential scope
 * @throws S3Error AuthorizationHeaderMalformed, InvalidRequest, AccessDenied, RequestTimeTooSkewed
 */
export function readHeaderParameters (request: S3Request, region: string, now: Date): SignatureParameters {
  const [algorithm, ...rest] = (request.headers.get('authorization') ?? '').split(' ')
  if (algorithm !== 'AWS4-HMAC-SHA256') {
    throw new S3Error(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.'
    )
  }
  const fields = readFields(rest.join(' '))
  const longDate = request.headers.get('x-amz-date')
  if (longDate === undefined) {
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid X-Amz-Date header')
  }
  const payloadHash = request.headers.get('x-amz-content-sha256')
  if (payloadHash === undefined) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  }
  const signedAt = readLongDate(longDate, HEADER)
  const parameters = {
    ...readCredential(fields.get('Credential')!, longDate, region, HEADER),
    signedAt,
    longDate,
    signedHeaders: readSignedHeaders(fields.get('SignedHeaders')!, HEADER),
    signature: readSignature(fields.get('Signature')!, HEADER),
    payloadHash
  }
  if (Math.abs(now.getTime() - signedAt.getTime()) > MAX_SKEW) {
    throw new S3Error(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      { RequestTime: longDate, ServerTime: now.toISOString(), MaxAllowedSkewMilliseconds: MAX_SKEW }
    )
  }
  return parameters
}

/**
 * Reads `YYYYMMDDTHHMMSSZ`.
 *
 * @throws S3Error with the source's code
 */
export function readLongDate (text: string, source: ParameterSource): Date {
  const date = new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  const written = Number.isNaN(date.getTime()) ? '' : date.toISOString().replace(/[-:]|\.\d{3}/g, '')
  if (written === text) return date
  throw new S3Error(source.code, 'X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd\'T\'HHmmss\'Z\'"')
}

/**
 * Reads `AKID/YYYYMMDD/region/s3/aws4_request` (SigV4, "credential scope").
 *
 * @throws S3Error with the source's code, naming the piece that is wrong
 */
export function readCredential (
  text: string, longDate: string, region: string, source: ParameterSource
): { accessKeyId: string, scope: string } {
  const invalid = (message: string, details = {}): S3Error =>
    new S3Error(source.code, `${source.prefix}; ${message}`, details)
  const [accessKeyId, date, givenRegion, service, terminal, ...rest] = text.split('/')
  if (!accessKeyId || terminal === undefined || rest.length > 0) {
    throw invalid('the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".')
  }
  const signedDate = longDate.slice(0, 8)
  if (date !== signedDate) {
    throw invalid(`Invalid credential date "${date}". This date is not the same as X-Amz-Date: "${signedDate}".`)
  }
  if (givenRegion !== region) {
    throw invalid(`the region '${givenRegion}' is wrong; expecting '${region}'`, { Region: region })
  }
  if (service !== 's3') throw invalid(`incorrect service "${service}". This endpoint belongs to "s3".`)
  if (terminal !== 'aws4_request') {
    throw invalid(`incorrect terminal "${terminal}". This endpoint uses "aws4_request".`)
  }
  return { accessKeyId, scope: text.slice(accessKeyId.length + 1) }
}

function readSignedHeaders (text: string, source: ParameterSource): string[] {
  const names = text.split(';')
  const wellFormed = names.every((name, index) =>
    /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) && (index === 0 || names[index - 1]! < name))
  if (!wellFormed) {
    throw new S3Error(
      source.code, `${source.prefix}; SignedHeaders must be lower-case, in order, separated by semicolons`
    )
  }
  if (!names.includes('host')) {
    throw new S3Error(
      'AccessDenied', 'There were headers present in the request which were not signed', { HeadersNotSigned: 'host' }
    )
  }
  return names
}

function readSignature (text: string, source: ParameterSource): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text
  throw new S3Error(
    source.code, `${source.prefix}; the Signature is mal-formed; expecting 64 lower-case hex digits`
  )
}

function readOnce (request: S3Request, name: string): string {
  const values = [...request.query]
    .filter(([other]) => other.toLowerCase() === name.toLowerCase())
    .flatMap(([, all]) => all)
  const value = parameter(request, name)
  if (value !== undefined && values.length === 1) return value
  throw new S3Error(
    QUERY.code,
    `Query-string authentication version 4 requires the ${QUERY_NAMES.join(', ')} parameters, each once.`
  )
}

function readExpires (text: string): number {
  if (!/^-?\d{1,12}$/.test(text)) throw new S3Error(QUERY.code, 'X-Amz-Expires should be a number')
  const seconds = Number(text)
  if (seconds < 1 || text !== String(seconds)) {
    throw new S3Error(QUERY.code, 'X-Amz-Expires must be at least 1, written without leading zeros')
  }
  if (seconds > MAX_EXPIRES) {
    throw new S3Error(
      QUERY.code,
      'X-Amz-Expires must be less than a week (in seconds); ' +
      `that is, the given X-Amz-Expires must be less than ${MAX_EXPIRES} seconds`
    )
  }
  return seconds
}

function checkLifetime ({ signedAt, expiresIn }: PresignedParameters, now: Date): void {
  const expires = new Date(signedAt.getTime() + expiresIn * 1000)
  const details = { 'X-Amz-Expires': expiresIn, Expires: expires.toISOString(), ServerTime: now.toISOString() }
  if (signedAt.getTime() - now.getTime() > MAX_SKEW) {
    throw new S3Error('AccessDenied', 'Request is not valid yet', details)
  }
  if (now > expires) throw new S3Error('AccessDenied', 'Request has expired', details)
}

function readFields (text: string): Map<string, string> {
  const invalid = (): S3Error =>
    new S3Error(HEADER.code, `${HEADER.prefix}; expecting Credential, SignedHeaders and Signature, each once.`)
  const fields = new Map<string, string>()
  for (const field of text.split(',')) {
    const [, name, value] = /^\s*(Credential|SignedHeaders|Signature)=(\S+)\s*$/.exec(field) ?? []
    if (name === undefined || fields.has(name)) throw invalid()
    fields.set(name, value!)
  }
  if (fields.size < 3) throw invalid()
  return fields
}
