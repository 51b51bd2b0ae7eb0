import createError from '@fastify/error'

const STORE_RETRY_SECONDS = 5

/** The errors of one code; what they are made with fills the gaps in its message. */
export interface ErrorOf<C extends string, S extends number> {
  new (...details: ReadonlyArray<string | number | undefined>): Error & { readonly code: C, readonly statusCode: S }
}

/**
 * Every error the plugin makes, by code. The message of each says what to do next; `README.md` lists
 * them, and a test holds the two together.
 */
export const errors = {
  FST_UPLOAD_INVALID_OPTIONS: define('FST_UPLOAD_INVALID_OPTIONS', 'fastify-upload-url: %s', 500),
  FST_UPLOAD_UNAUTHENTICATED: define('FST_UPLOAD_UNAUTHENTICATED', 'Nobody is authenticated: %s', 401),
  FST_UPLOAD_FORBIDDEN: define('FST_UPLOAD_FORBIDDEN', 'You may not do this here', 403),
  FST_UPLOAD_INVALID_OWNER: define('FST_UPLOAD_INVALID_OWNER', 'owner must be a non-empty string of whole Unicode characters, at most 1024 of them', 403),
  FST_UPLOAD_INVALID_DECLARATION: define('FST_UPLOAD_INVALID_DECLARATION', '%s', 400),
  FST_UPLOAD_FIELD_REQUIRED: define('FST_UPLOAD_FIELD_REQUIRED', '%s is required: %s', 400),
  FST_UPLOAD_FORMAT_REFUSED: define('FST_UPLOAD_FORMAT_REFUSED', '%s is not accepted: %s. Accepted are %s', 415),
  FST_UPLOAD_FORMAT_CONFLICT: define('FST_UPLOAD_FORMAT_CONFLICT', '%s', 400),
  FST_UPLOAD_NOT_FOUND: define('FST_UPLOAD_NOT_FOUND', 'There is nothing of that name among your uploads', 404),
  FST_UPLOAD_TOO_LARGE: define('FST_UPLOAD_TOO_LARGE', '%s is %s bytes, but %s', 413),
  FST_UPLOAD_INVALID_METADATA: define('FST_UPLOAD_INVALID_METADATA', '%s %s', 400),
  FST_UPLOAD_INVALID_PARTS: define('FST_UPLOAD_INVALID_PARTS', 'The parts are wrong: %s', 400),
  FST_UPLOAD_INCOMPLETE: define('FST_UPLOAD_INCOMPLETE', 'The parts make %s bytes, but %s were declared: upload the rest, then complete again', 400),
  FST_UPLOAD_CONFLICT: define('FST_UPLOAD_CONFLICT', 'Another upload has become the object of this key already: start a new one', 409),
  FST_UPLOAD_MULTIPART_UNSUPPORTED: define('FST_UPLOAD_MULTIPART_UNSUPPORTED', 'Here every upload has to declare the SHA-256 of its bytes, which no store checks over several parts: ask for an upload URL instead', 501),
  FST_UPLOAD_FORMS_UNSUPPORTED: define('FST_UPLOAD_FORMS_UNSUPPORTED', 'The store behind this service takes no form uploads: ask for an upload URL and PUT to it', 501),
  FST_UPLOAD_NO_CREDENTIALS: define('FST_UPLOAD_NO_CREDENTIALS', 'The service has no valid credentials for its store at the moment: try again shortly', 503),
  FST_UPLOAD_STORE_UNAVAILABLE: define('FST_UPLOAD_STORE_UNAVAILABLE', 'The store can’t be reached at the moment: try again shortly', 503),
  FST_UPLOAD_STORE_TIMEOUT: define('FST_UPLOAD_STORE_TIMEOUT', 'The store did not answer in time: try again shortly', 504),
  FST_UPLOAD_STORE_REFUSED: define('FST_UPLOAD_STORE_REFUSED', 'The store refuses the service: %s', 502)
} as const

function define<C extends string, S extends number> (code: C, message: string, statusCode: S): ErrorOf<C, S> {
  return createError(code, message, statusCode)
}

/** The code of an error the plugin makes. */
export type UploadErrorCode = keyof typeof errors

/** The same error, telling an HTTP client after how many seconds to try again (RFC 9110, section 10.2.3). */
export function retryLater<E extends Error> (error: E, seconds = STORE_RETRY_SECONDS): E {
  return Object.assign(error, { headers: { 'retry-after': String(seconds) } })
}
