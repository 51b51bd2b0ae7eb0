import { createHmac, hash } from 'node:crypto'
import type { SigningContext } from './signing-context.js'

/** Bytes. */
const SHA256_BLOCK = 64

/** One request in the form SigV4 signs it. Everything but the credentials and the date. */
export interface CanonicalRequest {
  readonly method: string
  /** Scheme and authority, as in `https://bucket.s3.eu-central-1.amazonaws.com`. */
  readonly origin: string
  /** The authority alone. */
  readonly host: string
  /** Path, encoded. */
  readonly path: string
  /** Query parameters of the operation, encoded and sorted, without a leading `&`. */
  readonly query: string
  /** Headers to sign besides `host`, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
}

/** What all signatures of one signing context, region and service share. */
export interface SigningScope {
  /** Access key and scope, as in `AKIA…/20260101/eu-central-1/s3/aws4_request`. */
  readonly credential: string
  /** The query as far as it is the same for all: `X-Amz-Algorithm` to `X-Amz-Security-Token`. */
  readonly query: string
  /** Signs a canonical request, in hex ("Calculate signature"). */
  readonly signRequest: (canonicalRequest: string) => string
  /** Signs a POST policy, in hex. @param policy in base64 */
  readonly signPolicy: (policy: string) => string
}

/**
 * Prepares all that does not depend on the request, the key of the day with it ("Calculate signature", step 2).
 */
export function createSigningScope (
  { credentials, timestamp, expiresIn }: Pick<SigningContext, 'credentials' | 'timestamp' | 'expiresIn'>,
  region: string, service: string
): SigningScope {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const date = timestamp.slice(0, 8)
  const scope = `${date}/${region}/${service}/aws4_request`
  const credential = `${accessKeyId}/${scope}`
  const key = [date, region, service, 'aws4_request']
    .reduce((key, part) => createHmac('sha256', key).update(part).digest(), Buffer.from(`AWS4${secretAccessKey}`))
  const hmac = hmacSha256(key)
  const preamble = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n`
  return {
    credential,
    query: 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD' +
      `&X-Amz-Credential=${encode(credential)}&X-Amz-Date=${timestamp}&X-Amz-Expires=${expiresIn}` +
      (sessionToken ? `&X-Amz-Security-Token=${encode(sessionToken)}` : ''),
    signRequest: canonicalRequest => hmac(preamble + hash('sha256', canonicalRequest, 'hex')),
    signPolicy: hmac
  }
}

/**
 * Signs a request into a presigned URL: AWS Signature Version 4, "Authenticating Requests: Using Query
 * Parameters" in the Amazon S3 API reference. The payload stays unsigned; what of it is declared travels
 * as signed headers.
 */
export function presignUrl (request: CanonicalRequest, scope: SigningScope): string {
  const { method, origin, host, path, query, headers } = request
  const names = [...Object.keys(headers), 'host'].sort()
  // In the order of their names ("Add query parameters"), for so they are signed.
  const parameters = `&X-Amz-SignedHeaders=${names.join('%3B')}${query === '' ? '' : `&${query}`}`
  let canonicalHeaders = ''
  for (const name of names) canonicalHeaders += `${name}:${name === 'host' ? host : canonicalValue(headers[name]!)}\n`
  const canonicalRequest =
    `${method}\n${path}\n${scope.query}${parameters}\n${canonicalHeaders}\n${names.join(';')}\nUNSIGNED-PAYLOAD`
  return `${origin}${path}?${scope.query}&X-Amz-Signature=${scope.signRequest(canonicalRequest)}${parameters}`
}

/** Percent-encodes all but the unreserved characters of RFC 3986. */
export function encode (text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Percent-encodes a path, but for its slashes. */
export function encodePath (path: string): string {
  return /^[\w.~/-]*$/.test(path) ? path : encode(path).replaceAll('%2F', '/')
}

function canonicalValue (value: string): string {
  return /[ \t\r\n]/.test(value) ? value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '') : value
}

/**
 * HMAC-SHA-256 under one key, in hex (RFC 2104, section 2), by hashes of one shot: each Hmac object of Node's holds
 * native memory until it is collected, which costs a server under load several times what the hashing does.
 *
 * @param key at most 64 bytes
 */
function hmacSha256 (key: Buffer): (text: string) => string {
  const pad = (byte: number) => Buffer.alloc(SHA256_BLOCK, byte).map((padding, i) => padding ^ (key[i] ?? 0))
  const inner = pad(0x36)
  const outer = pad(0x5c)
  return text => {
    const digest = hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'buffer')
    return hash('sha256', Buffer.concat([outer, digest]), 'hex')
  }
}
