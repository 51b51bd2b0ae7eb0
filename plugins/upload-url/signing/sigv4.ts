import { createHmac, hash } from 'node:crypto'
import type { Credentials } from './credentials.js'

/** One request in the form SigV4 signs it. Everything but the credentials and the date. */
export interface CanonicalRequest {
  readonly method: string
  /** Scheme and authority, as in `https://bucket.s3.eu-central-1.amazonaws.com`. */
  readonly origin: string
  /** Path, encoded. */
  readonly path: string
  /** Query parameters of the operation, encoded and sorted, without a leading `&`. */
  readonly query: string
  /** Headers to sign besides `host`, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
}

/** What a signature is valid for: a day, a region and a service, and the key derived for them. */
export interface SigningScope {
  /** `{date}/{region}/{service}/aws4_request`. */
  readonly scope: string
  /** `X-Amz-Credential` of the query, encoded. */
  readonly credential: string
  /** `&X-Amz-Security-Token=…`, encoded, or empty. */
  readonly securityToken: string
  readonly key: Buffer
}

/**
 * Signs a request into a presigned URL: AWS Signature Version 4, "Authenticating Requests: Using Query
 * Parameters" in the Amazon S3 API reference. The payload stays unsigned; what of it is declared travels
 * as signed headers.
 *
 * @param timestamp of the signature, as `YYYYMMDDTHHMMSSZ`
 * @param expiresIn life of the URL in seconds
 */
export function presignUrl (request: CanonicalRequest, scope: SigningScope, timestamp: string, expiresIn: number): string {
  const { method, origin, path } = request
  const headers: Readonly<Record<string, string>> = { ...request.headers, host: origin.slice(origin.indexOf('//') + 2) }
  const names = Object.keys(headers).sort()
  const signedHeaders = names.join(';')
  // "Add query parameters": sorted by name, for so they are signed.
  const before = 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD' +
    `&X-Amz-Credential=${scope.credential}&X-Amz-Date=${timestamp}&X-Amz-Expires=${expiresIn}${scope.securityToken}`
  const after = `&X-Amz-SignedHeaders=${signedHeaders.replaceAll(';', '%3B')}${request.query === '' ? '' : `&${request.query}`}`

  const canonicalHeaders = names.map(name => `${name}:${canonicalValue(headers[name]!)}\n`).join('')
  const canonicalRequest = `${method}\n${path}\n${before}${after}\n${canonicalHeaders}\n${signedHeaders}\nUNSIGNED-PAYLOAD`
  const signature = sign(canonicalRequest, timestamp, scope)
  return `${origin}${path}?${before}&X-Amz-Signature=${signature}${after}`
}

/**
 * The signature of a canonical request, in hex ("Calculate signature", step 3).
 *
 * @param timestamp as `YYYYMMDDTHHMMSSZ`
 */
export function sign (canonicalRequest: string, timestamp: string, { scope, key }: SigningScope): string {
  const stringToSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash('sha256', canonicalRequest, 'hex')}`
  return createHmac('sha256', key).update(stringToSign).digest('hex')
}

/**
 * Derives the key that signs for one day, region and service ("Calculate signature", step 2).
 *
 * @param date as `YYYYMMDD`
 */
export function signingScope (credentials: Credentials, date: string, region: string, service: string): SigningScope {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const scope = `${date}/${region}/${service}/aws4_request`
  return {
    scope,
    credential: encode(`${accessKeyId}/${scope}`),
    securityToken: sessionToken === undefined ? '' : `&X-Amz-Security-Token=${encode(sessionToken)}`,
    key: [date, region, service, 'aws4_request'].reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretAccessKey}`))
  }
}

/** The time as SigV4 writes it: `YYYYMMDDTHHMMSSZ`. */
export function timestampOf (date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '')
}

/** Percent-encodes all but the unreserved characters of RFC 3986. */
export function encode (text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

function canonicalValue (value: string): string {
  return value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')
}

function hmac (key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
