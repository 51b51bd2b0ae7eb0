import { errors } from './errors.js'
import type { UploadDeclaration } from './upload-urls/schemas.js'

/** What S3 allows for names and values together, in bytes after encoding ("Object metadata", S3 user guide). */
const METADATA_LIMIT = 2048

const HEADER_PREFIX = 'x-amz-meta-'
const NONE = Object.freeze({})
const NEEDS_NO_ENCODING = /^[\w.~!'()*-]+$/
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/
/** Characters of a name that an error repeats. */
const NAME_SHOWN = 64
const SERVER_DECIDES = new Set(['filename', 'owner', 'status', 'inspected'])

/**
 * The `x-amz-meta-*` headers for a filename and metadata. Values are percent-encoded (RFC 3986, UTF-8),
 * so that any script signs and reads back unchanged; {@link decodeMetadata} undoes it.
 *
 * @param at where the fields stand in the request, to name them in errors, as in `files/3/`
 * @throws FST_UPLOAD_INVALID_METADATA for a name that is not allowed or reserved, control characters, lone surrogates, or over 2 KB
 */
export function metadataHeaders ({ filename, metadata = NONE }: Pick<UploadDeclaration, 'filename' | 'metadata'>, at: string): Record<string, string> {
  const headers: Record<string, string> = {}
  let bytes = 0
  const add = (name: string, value: string, field: string) => {
    const header = HEADER_PREFIX + name
    headers[header] = encode(value, at + field)
    bytes += header.length + headers[header].length
  }
  if (filename !== undefined) add('filename', filename, 'filename')
  for (const [name, value] of Object.entries(metadata)) {
    if (!NAME.test(name)) {
      throw new errors.FST_UPLOAD_INVALID_METADATA(`${at}metadata/${name.slice(0, NAME_SHOWN)}`, 'must have a name of 1 to 63 lower-case letters, digits, - and _, the first a letter or digit')
    }
    if (SERVER_DECIDES.has(name)) throw new errors.FST_UPLOAD_INVALID_METADATA(`${at}metadata/${name}`, 'is reserved: choose another name')
    add(name, value, `metadata/${name}`)
  }
  if (bytes > METADATA_LIMIT) {
    throw new errors.FST_UPLOAD_INVALID_METADATA(`${at}${filename === undefined ? 'metadata' : 'filename and metadata'}`,
      `take ${bytes} bytes once encoded, but S3 stores at most ${METADATA_LIMIT}`)
  }
  return headers
}

/**
 * Metadata as it was declared, out of what the store holds. Values that we did not write and that are no
 * valid encoding come back as they are.
 */
export function decodeMetadata (stored: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, decode(value)]))
}

function encode (value: string, field: string): string {
  if (NEEDS_NO_ENCODING.test(value)) return value
  if (value === '') throw new errors.FST_UPLOAD_INVALID_METADATA(field, 'must not be empty')
  if (/\p{Cc}/u.test(value)) throw new errors.FST_UPLOAD_INVALID_METADATA(field, 'must not hold control characters')
  if (!value.isWellFormed()) throw new errors.FST_UPLOAD_INVALID_METADATA(field, 'must hold whole Unicode characters')
  return encodeURIComponent(value)
}

function decode (value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
