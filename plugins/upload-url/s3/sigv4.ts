import { createHmac, hash } from 'node:crypto'
import type { SigningContext } from './signing-context.js'

// Of SHA-256, in bytes and in hex digits.
const BLOCK = 64
const DIGEST = 64

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

/** What all signatures of one context, region and service share. */
export interface SigningScope {
  /** The query as far as it is the same for all: `X-Amz-Algorithm` to `X-Amz-Security-Token`. */
  readonly query: string
  /** Signs a canonical request, in hex ("Calculate signature"). */
  readonly sign: (canonicalRequest: string) => string
}

/**
 * Prepares all that does not depend on the request, the key of the day with it ("Calculate signature", step 2).
 */
export function signingScope ({ credentials, timestamp, expiresIn }: Pick<SigningContext, 'credentials' | 'timestamp' | 'expiresIn'>, region: string, service: string): SigningScope {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const date = timestamp.slice(0, 8)
  const scope = `${date}/${region}/${service}/aws4_request`
  const key = [date, region, service, 'aws4_request'].reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretAccessKey}`))
  return {
    query: 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD' +
      `&X-Amz-Credential=${encode(`${accessKeyId}/${scope}`)}&X-Amz-Date=${timestamp}&X-Amz-Expires=${expiresIn}` +
      (sessionToken ? `&X-Amz-Security-Token=${encode(sessionToken)}` : ''),
    sign: signer(key, `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n`)
  }
}

/**
 * Signs a request into a presigned URL: AWS Signature Version 4, "Authenticating Requests: Using Query
 * Parameters" in the Amazon S3 API reference. The payload stays unsigned; what of it is declared travels
 * as signed headers.
 */
export function presignUrl ({ method, origin, host, path, query, headers }: CanonicalRequest, scope: SigningScope): string {
  const names = [...Object.keys(headers), 'host'].sort()
  // "Add query parameters": in the order of their names, for so they are signed.
  const rest = `&X-Amz-SignedHeaders=${names.join('%3B')}${query === '' ? '' : `&${query}`}`
  let canonicalHeaders = ''
  for (const name of names) canonicalHeaders += `${name}:${name === 'host' ? host : canonicalValue(headers[name]!)}\n`
  const canonicalRequest = `${method}\n${path}\n${scope.query}${rest}\n${canonicalHeaders}\n${names.join(';')}\nUNSIGNED-PAYLOAD`
  return `${origin}${path}?${scope.query}&X-Amz-Signature=${scope.sign(canonicalRequest)}${rest}`
}

/** Percent-encodes all but the unreserved characters of RFC 3986. */
export function encode (text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text
  return encodeURIComponent(text).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Percent-encodes a path, but for its slashes. */
export function encodePath (path: string): string {
  return /^[\w.~/-]*$/.test(path) ? path : encode(path).replaceAll('%2F', '/')
}

function canonicalValue (value: string): string {
  return /[ \t\r\n]/.test(value) ? value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '') : value
}

function hmac (key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

// HMAC (RFC 2104) over buffers that are laid out once: two hashes of one shot take half the time of an Hmac object.
function signer (key: Buffer, preamble: string): SigningScope['sign'] {
  const inner = Buffer.concat([padded(key, 0x36), Buffer.from(preamble), Buffer.alloc(DIGEST)])
  const outer = Buffer.concat([padded(key, 0x5c), Buffer.alloc(DIGEST / 2)])
  return canonicalRequest => {
    inner.write(hash('sha256', canonicalRequest, 'hex'), inner.length - DIGEST, 'latin1')
    outer.write(hash('sha256', inner, 'hex'), BLOCK, 'hex')
    return hash('sha256', outer, 'hex')
  }
}

function padded (key: Buffer, pad: number): Buffer {
  const block = Buffer.alloc(BLOCK, pad)
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad
  return block
}
