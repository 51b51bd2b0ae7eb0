import type { IncomingMessage } from 'node:http'
import { isBucketName } from './bucket-name.js'
import { S3Error } from './errors.js'

/** Longest object key, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024

/**
 * A request as S3 reads it. The path and the query are taken from the request line itself and never
 * go through `URL`, which would fold `..` and so name another object than the one that was signed.
 */
export interface S3Request {
  readonly method: string
  /** The path, percent-encoded the way S3 writes it into the canonical request. */
  readonly canonicalPath: string
  /** Parameters in order of their names' first appearance, decoded, with all their values. */
  readonly query: ReadonlyMap<string, readonly string[]>
  /** By lower-case name; a header sent more than once has its values joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
  /** Empty where the request names no bucket. */
  readonly bucket: string
  /** Empty where the request names no object. */
  readonly key: string
  readonly message: IncomingMessage
  /** Tells a client that waits for `100 Continue` to send its body. */
  readonly acceptBody: () => void
}

/**
 * Reads request line and headers, in path style (`/bucket/key`) and virtual-hosted style (`bucket.localhost/key`).
 *
 * @throws S3Error InvalidURI, KeyTooLongError, BadRequest
 */
export function readRequest (message: IncomingMessage, acceptBody: () => void): S3Request {
  const [rawPath = '', rawQuery = ''] = splitOnce(utf8(message.url ?? ''), '?')
  if (!rawPath.startsWith('/')) throw new S3Error('InvalidURI', "Couldn't parse the specified URI.")
  const path = decodePercent(rawPath)
  const headers = readHeaders(message.rawHeaders)
  const target = readTarget(path, headers.get('host') ?? '')
  checkKeyLength(target.key)
  return {
    method: message.method ?? '',
    canonicalPath: encodePath(path),
    query: readQuery(rawQuery),
    headers,
    ...target,
    message,
    acceptBody
  }
}

/** @throws S3Error KeyTooLongError where the key has more than 1024 bytes */
export function checkKeyLength (key: string): void {
  const size = Buffer.byteLength(key)
  if (size > MAX_KEY_BYTES) {
    throw new S3Error('KeyTooLongError', 'Your key is too long', { Size: size, MaxSizeAllowed: MAX_KEY_BYTES })
  }
}

/**
 * A header of the request. S3 takes `x-amz-*` parameters of a presigned URL for headers, because that is where
 * presigners hoist them.
 */
export function header (request: S3Request, name: string): string | undefined {
  const sent = request.headers.get(name)
  if (sent !== undefined || !name.startsWith('x-amz-') || !request.query.has('X-Amz-Signature')) return sent
  for (const [parameter, values] of request.query) {
    if (parameter.toLowerCase() === name) return values[0]
  }
  return undefined
}

/** @returns the lower-case names of all headers, hoisted ones included */
export function headerNames (request: S3Request): string[] {
  const hoisted = request.query.has('X-Amz-Signature')
    ? [...request.query.keys()].map((name) => name.toLowerCase()).filter((name) => name.startsWith('x-amz-'))
    : []
  return [...new Set([...request.headers.keys(), ...hoisted])]
}

/** @returns the first value of a query parameter */
export const parameter = (request: S3Request, name: string): string | undefined => request.query.get(name)?.[0]

/**
 * A query parameter that counts something. One that is empty is none.
 *
 * @throws S3Error InvalidArgument where it is not an integer from `min` to `max`
 */
export function integerParameter (
  request: S3Request, name: string, fallback: number, min = 0, max = 2 ** 31 - 1
): number {
  const text = parameter(request, name)
  if (text === undefined || text === '') return fallback
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN
  if (value >= min && value <= max) return value
  throw new S3Error(
    'InvalidArgument',
    `Argument ${name} must be an integer between ${min} and ${max}`,
    { ArgumentName: name, ArgumentValue: text }
  )
}

/** Percent-encodes as SigV4 wants it: everything but letters, digits and `-._~`. */
export const encodePercent = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

/** Percent-encodes every segment of a path or a key. */
export const encodePath = (path: string): string => path.split('/').map(encodePercent).join('/')

function decodePercent (text: string): string {
  try {
    const decoded = decodeURIComponent(text)
    encodeURIComponent(decoded)
    return decoded
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.")
  }
}

/** Node hands out the bytes of request line and headers as Latin-1; S3 reads them as UTF-8. */
const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8')

function readHeaders (raw: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>()
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase()
    const value = utf8(raw[index + 1]!)
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before},${value}`)
  }
  return headers
}

function readQuery (raw: string): Map<string, string[]> {
  const query = new Map<string, string[]>()
  for (const pair of raw.split('&')) {
    if (pair === '') continue
    const [name, value = ''] = splitOnce(pair, '=').map((text) => decodePercent(text.replaceAll('+', ' ')))
    const values = query.get(name!) ?? []
    values.push(value)
    query.set(name!, values)
  }
  return query
}

function readTarget (path: string, host: string): { bucket: string, key: string } {
  const [, virtualBucket] = /^(.+)\.localhost(?::\d+)?$/i.exec(host) ?? []
  if (virtualBucket !== undefined && isBucketName(virtualBucket)) return { bucket: virtualBucket, key: path.slice(1) }
  const [bucket = '', key = ''] = splitOnce(path.slice(1), '/')
  return { bucket, key }
}

function splitOnce (text: string, separator: string): string[] {
  const index = text.indexOf(separator)
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)]
}
