import { S3Error } from './errors.js'
import { MAX_SKEW } from './presigned-claim.js'
import type { S3Request } from './s3-request.js'
import { readCredential, readLongDate, readSignature, readSignedHeaders } from './signature-claim.js'
import type { ClaimSource, SignatureClaim } from './signature-claim.js'

const SOURCE: ClaimSource = {
  code: 'AuthorizationHeaderMalformed',
  prefix: 'The authorization header is malformed'
}

/**
 * Reads the claim of an `Authorization` header and refuses it where the client's clock is off
 * (SigV4, "Authenticating Requests: Using the Authorization Header").
 *
 * @throws S3Error AuthorizationHeaderMalformed, InvalidRequest, AccessDenied, RequestTimeTooSkewed
 */
export function readHeaderClaim (request: S3Request, region: string, now: Date): SignatureClaim {
  const [algorithm, ...rest] = (request.headers.get('authorization') ?? '').split(' ')
  if (algorithm !== 'AWS4-HMAC-SHA256') {
    throw new S3Error('InvalidRequest', 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.')
  }
  const fields = readFields(rest.join(' '))
  const longDate = request.headers.get('x-amz-date')
  if (longDate === undefined) throw new S3Error('AccessDenied', 'AWS authentication requires a valid X-Amz-Date header')
  const payloadHash = request.headers.get('x-amz-content-sha256')
  if (payloadHash === undefined) throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  const signedAt = readLongDate(longDate, SOURCE)
  const claim = {
    ...readCredential(fields.get('Credential')!, longDate, region, SOURCE),
    signedAt,
    longDate,
    signedHeaders: readSignedHeaders(fields.get('SignedHeaders')!, SOURCE),
    signature: readSignature(fields.get('Signature')!, SOURCE),
    payloadHash
  }
  if (Math.abs(now.getTime() - signedAt.getTime()) > MAX_SKEW) {
    throw new S3Error('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
      RequestTime: longDate, ServerTime: now.toISOString(), MaxAllowedSkewMilliseconds: MAX_SKEW
    })
  }
  return claim
}

function readFields (text: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const field of text.split(',')) {
    const [, name, value] = /^\s*(Credential|SignedHeaders|Signature)=(\S+)\s*$/.exec(field) ?? []
    if (name === undefined || fields.has(name)) throw new S3Error(SOURCE.code, `${SOURCE.prefix}; expecting Credential, SignedHeaders and Signature, each once.`)
    fields.set(name, value!)
  }
  if (fields.size < 3) throw new S3Error(SOURCE.code, `${SOURCE.prefix}; expecting Credential, SignedHeaders and Signature, each once.`)
  return fields
}
