import { createHmac, hash } from 'node:crypto'
import type { SigningContext } from './signing-context.js'

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
 *
 * HMAC is Node's own. Two hashes of one shot over buffers laid out once took 1.8 µs instead of 2.9, of the 5.5 µs of
 * CPU that a URL takes in all (Node 20, 100 000 URLs): not worth twenty lines.
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
    .reduce<Buffer>((key, part) => hmac(key, part).digest(), Buffer.from(`AWS4${secretAccessKey}`))
  const preamble = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n`
  return {
    credential,
    query: 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD' +
      `&X-Amz-Credential=${encode(credential)}&X-Amz-Date=${timestamp}&X-Amz-Expires=${expiresIn}` +
      (sessionToken ? `&X-Amz-Security-Token=${encode(sessionToken)}` : ''),
    signRequest: canonicalRequest => hmac(key, preamble + hash('sha256', canonicalRequest, 'hex')).digest('hex'),
    signPolicy: policy => hmac(key, policy).digest('hex')
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

function hmac (key: Buffer, text: string) {
  return createHmac('sha256', key).update(text)
}
