import { S3Error } from './errors.js'
import { parameter } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import { readCredential, readLongDate, readSignature, readSignedHeaders } from './signature-claim.js'
import type { ClaimSource, SignatureClaim } from './signature-claim.js'

/** Longest life of a presigned URL, in seconds: seven days. */
const MAX_EXPIRES = 604_800
/** How far a client's clock may be off, in milliseconds. */
export const MAX_SKEW = 15 * 60_000

const NAMES = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-SignedHeaders', 'X-Amz-Signature'] as const

const SOURCE: ClaimSource = {
  code: 'AuthorizationQueryParametersError',
  prefix: 'Error parsing the X-Amz-Credential parameter'
}

/** A claim made in the query, with its life in seconds. */
export interface PresignedClaim extends SignatureClaim {
  readonly expiresIn: number
}

/**
 * Reads the claim of a presigned URL and refuses it outside its lifetime
 * (SigV4, "Authenticating Requests: Using Query Parameters").
 *
 * @throws S3Error AuthorizationQueryParametersError, AccessDenied
 */
export function readPresignedClaim (request: S3Request, region: string, now: Date): PresignedClaim {
  const [algorithm, credential, longDate, expires, signedHeaders, signature] = NAMES.map((name) => only(request, name)) as [string, string, string, string, string, string]
  if (algorithm !== 'AWS4-HMAC-SHA256') {
    throw new S3Error(SOURCE.code, 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"')
  }
  const signedAt = readLongDate(longDate, SOURCE)
  const expiresIn = readExpires(expires)
  const claim = {
    ...readCredential(credential, longDate, region, SOURCE),
    signedAt,
    longDate,
    expiresIn,
    signedHeaders: readSignedHeaders(signedHeaders, SOURCE),
    signature: readSignature(signature, SOURCE),
    payloadHash: parameter(request, 'X-Amz-Content-Sha256') ?? request.headers.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD'
  }
  checkLifetime(claim, now)
  return claim
}

function only (request: S3Request, name: string): string {
  const values = [...request.query].filter(([other]) => other.toLowerCase() === name.toLowerCase()).flatMap(([, all]) => all)
  const value = parameter(request, name)
  if (value !== undefined && values.length === 1) return value
  throw new S3Error(SOURCE.code, `Query-string authentication version 4 requires the ${NAMES.join(', ')} parameters, each once.`)
}

function readExpires (text: string): number {
  if (!/^-?\d{1,12}$/.test(text)) throw new S3Error(SOURCE.code, 'X-Amz-Expires should be a number')
  const seconds = Number(text)
  if (seconds < 1 || text !== String(seconds)) throw new S3Error(SOURCE.code, 'X-Amz-Expires must be at least 1, written without leading zeros')
  if (seconds > MAX_EXPIRES) {
    throw new S3Error(SOURCE.code, 'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds')
  }
  return seconds
}

function checkLifetime ({ signedAt, expiresIn }: PresignedClaim, now: Date): void {
  const expires = new Date(signedAt.getTime() + expiresIn * 1000)
  const details = { 'X-Amz-Expires': expiresIn, Expires: expires.toISOString(), ServerTime: now.toISOString() }
  if (signedAt.getTime() - now.getTime() > MAX_SKEW) throw new S3Error('AccessDenied', 'Request is not valid yet', details)
  if (now > expires) throw new S3Error('AccessDenied', 'Request has expired', details)
}
