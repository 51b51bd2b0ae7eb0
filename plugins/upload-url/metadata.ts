import { errors } from './errors.js'
import { S3_LIMITS } from './s3/limits.js'

const HEADER_PREFIX = 'x-amz-meta-'
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/
/** Characters of a name that an error repeats. */
const SHOWN_LENGTH = 64
const NEEDS_NO_ENCODING = /^[\w.~!'()*-]+$/
/** The longest recording in seconds that the service accepts for this upload, where it said so when it signed. */
export const MAX_DURATION = 'max-duration'
const RESERVED_NAMES = new Set(['filename', 'owner', 'status', 'inspected', MAX_DURATION])

/** What of a file is stored as metadata. */
export interface FileMetadata {
  readonly filename?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/**
 * The `x-amz-meta-*` headers for a filename and metadata. Values are percent-encoded (RFC 3986, UTF-8),
 * so that any script signs and reads back unchanged; {@link decodeMetadata} undoes it.
 *
 * @param at where the fields stand in the request, to name them in errors, as in `files/3/`
 * @param ofService metadata that the service adds; the client must not give the same names
 * @throws FST_UPLOAD_INVALID_METADATA for invalid or reserved names, control characters, lone surrogates, or over 2 KB
 */
export function metadataHeaders (
  { filename, metadata = {} }: FileMetadata, at: string, ofService: Readonly<Record<string, string>> = {}
): Record<string, string> {
  const headers: Record<string, string> = {}
  if (filename !== undefined) headers[`${HEADER_PREFIX}filename`] = encode(filename, `${at}filename`)
  for (const [name, value] of Object.entries(metadata)) {
    const field = `${at}metadata/${name.slice(0, SHOWN_LENGTH)}`
    if (!NAME.test(name)) {
      throw invalid(field, 'is no valid name: use lower-case letters, digits, - and _, at most 63 characters')
    }
    if (RESERVED_NAMES.has(name) || Object.hasOwn(ofService, name)) {
      throw invalid(field, 'is reserved: choose another name')
    }
    headers[HEADER_PREFIX + name] = encode(value, field)
  }
  for (const [name, value] of Object.entries(ofService)) headers[HEADER_PREFIX + name] = encode(value, name)
  const size = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  if (size > S3_LIMITS.maxMetadataSize) {
    throw invalid(
      `${at}${filename === undefined ? 'metadata' : 'filename and metadata'}`,
      `take ${size} bytes once encoded, but S3 stores at most ${S3_LIMITS.maxMetadataSize}`
    )
  }
  return headers
}

/**
 * Metadata as the client gave it, out of what S3 holds. Values that are not validly encoded come back as they are.
 */
export function decodeMetadata (stored: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, decode(value)]))
}

function encode (value: string, field: string): string {
  if (NEEDS_NO_ENCODING.test(value)) return value
  if (value === '') throw invalid(field, 'must not be empty')
  if (/\p{Cc}/u.test(value)) throw invalid(field, 'must not contain control characters')
  if (!value.isWellFormed()) throw invalid(field, 'must be well-formed Unicode')
  return encodeURIComponent(value)
}

function decode (value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function invalid (field: string, problem: string): Error {
  return new errors.FST_UPLOAD_INVALID_METADATA(field, problem)
}
