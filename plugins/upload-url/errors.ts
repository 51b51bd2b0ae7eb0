import { STATUS_CODES } from 'node:http'
import createError from '@fastify/error'
import { Type, type Static } from '@sinclair/typebox'

/** The shape of every error, which is Fastify's own. */
export const UploadErrorSchema = Type.Object({
  statusCode: Type.Integer({ minimum: 400, maximum: 599, description: 'The status of the response.', examples: [400] }),
  code: Type.String({
    description: 'What went wrong, for programs: stable across releases.',
    examples: ['FST_UPLOAD_FIELD_REQUIRED']
  }),
  error: Type.String({ description: 'Name of the status code.', examples: ['Bad Request'] }),
  message: Type.String({
    description: 'What went wrong and what to do about it, for people.',
    examples: ['size is required: every upload must declare its exact size in bytes, at most 26214400']
  })
}, { $id: 'UploadError', description: 'An error.', additionalProperties: false })

export type UploadError = Static<typeof UploadErrorSchema>

/** Every error of the plugin: status, message, and what fills the gaps of the message in an example. */
const ERRORS = {
  FST_UPLOAD_INVALID_OPTIONS: [500, 'fastify-upload-url: %s', 'options.bucket is missing'],
  FST_UPLOAD_UNAUTHENTICATED: [401, 'Authentication required: %s', 'send the credentials of this service'],
  FST_UPLOAD_FORBIDDEN: [403, 'Forbidden'],
  FST_UPLOAD_INVALID_OWNER: [
    500, 'Invalid owner: it must be a string of 1 to 1024 well-formed characters, or an integer'
  ],
  FST_UPLOAD_INVALID_POLICY: [500, 'The policy of the service is invalid: its log says why'],
  FST_UPLOAD_INVALID_INPUT: [400, '%s', 'filename must be well-formed Unicode'],
  FST_UPLOAD_FIELD_REQUIRED: [
    400, '%s is required: %s', 'size', 'every upload must declare its exact size in bytes, at most 26214400'
  ],
  FST_UPLOAD_FORMAT_REFUSED: [
    415, '%s is not accepted: %s. Accepted: %s', 'contentType', 'text/html', 'audio/mpeg (.mp3); audio/wav (.wav)'
  ],
  FST_UPLOAD_FORMAT_CONFLICT: [
    400, '%s', 'filename ends in .mp3, but contentType is text/html: make them agree, or omit one'
  ],
  FST_UPLOAD_NOT_FOUND: [404, 'Upload not found'],
  FST_UPLOAD_TOO_LARGE: [413, '%s is %s bytes, but %s', 'size', '52428800', 'at most 26214400 are accepted'],
  FST_UPLOAD_TOO_SMALL: [400, '%s is %s bytes, but %s', 'size', '12', 'at least 1024 are required'],
  FST_UPLOAD_INVALID_METADATA: [400, '%s %s', 'metadata/owner', 'is reserved: choose another name'],
  FST_UPLOAD_INVALID_PARTS: [400, 'Invalid parts: %s', 'part 2 has not arrived: upload it, then complete again'],
  FST_UPLOAD_INCOMPLETE: [
    400, 'The parts total %s bytes; %s were declared: upload the rest, then complete again', '8388608', '15000000000'
  ],
  FST_UPLOAD_CONFLICT: [409, 'An object already exists at this key: start a new upload'],
  FST_UPLOAD_FORMS_UNSUPPORTED: [
    501, 'The S3 server of this service does not support form uploads: request an upload URL and PUT to it'
  ],
  FST_UPLOAD_BUSY: [503, 'Too many URLs are being sent to you: read the responses, then try again'],
  FST_UPLOAD_NOT_PROCESSED: [
    503, 'The upload is complete, but the service could not process it yet: send the request again, which is safe'
  ],
  FST_UPLOAD_NO_CREDENTIALS: [503, 'The service has no valid S3 credentials at the moment: try again shortly'],
  FST_UPLOAD_STORE_UNAVAILABLE: [503, 'S3 is unavailable at the moment: try again shortly'],
  FST_UPLOAD_STORE_TIMEOUT: [504, 'S3 did not answer in time: try again shortly'],
  FST_UPLOAD_STORE_REFUSED: [502, 'S3 denied the request: %s', 'the service lacks a permission it needs']
} as const satisfies Record<string, readonly [statusCode: number, message: string, ...example: string[]]>

/** What Fastify itself answers before a request gets to us: status and message. */
const FASTIFY_ERRORS = {
  FST_ERR_VALIDATION: [400, 'querystring/size must be integer'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, "Body is not valid JSON but content-type is set to 'application/json'"],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, "Body cannot be empty when content-type is set to 'application/json'"],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'Request body size did not match Content-Length'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'Request body is too large'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'Unsupported Media Type']
} as const

/** The code of an error of the plugin. */
export type UploadErrorCode = keyof typeof ERRORS

/** The code of an error that one of its routes may answer with. */
export type ErrorCode = UploadErrorCode | keyof typeof FASTIFY_ERRORS

/** The class of one code; what an error is made with fills the gaps of its message. */
export interface UploadErrorClass<C extends UploadErrorCode> {
  new (...details: ReadonlyArray<string | number | undefined>):
  Error & { readonly code: C, readonly statusCode: (typeof ERRORS)[C][0] }
}

/** Every error of the plugin, by code. */
export const errors = Object.fromEntries(Object.entries(ERRORS).map(
  ([code, [statusCode, message]]) => [code, createError(code, message, statusCode)]
)) as unknown as { readonly [C in UploadErrorCode]: UploadErrorClass<C> }

/** Errors of any request. */
export const CALLER_ERRORS = [
  'FST_ERR_VALIDATION', 'FST_UPLOAD_UNAUTHENTICATED', 'FST_UPLOAD_FORBIDDEN', 'FST_UPLOAD_INVALID_OWNER'
] as const satisfies readonly ErrorCode[]

/** Errors of a request that may have a body, before its fields are validated. */
export const BODY_ERRORS = [
  'FST_ERR_CTP_INVALID_JSON_BODY', 'FST_ERR_CTP_EMPTY_JSON_BODY', 'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
  'FST_ERR_CTP_BODY_TOO_LARGE', 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
] as const satisfies readonly ErrorCode[]

/** Errors of a request that says what is to be uploaded. */
export const FILE_ERRORS = [
  'FST_UPLOAD_FIELD_REQUIRED', 'FST_UPLOAD_FORMAT_REFUSED', 'FST_UPLOAD_FORMAT_CONFLICT',
  'FST_UPLOAD_TOO_LARGE', 'FST_UPLOAD_TOO_SMALL', 'FST_UPLOAD_INVALID_METADATA'
] as const satisfies readonly ErrorCode[]

/** Errors of a request that needs an answer of S3. */
export const STORE_ERRORS = [
  'FST_UPLOAD_STORE_REFUSED', 'FST_UPLOAD_STORE_UNAVAILABLE', 'FST_UPLOAD_NO_CREDENTIALS', 'FST_UPLOAD_STORE_TIMEOUT'
] as const satisfies readonly ErrorCode[]

/** An error as a client may get it, for the documentation. */
export function exampleOf (code: ErrorCode): UploadError {
  if (code in FASTIFY_ERRORS) {
    const [statusCode, message] = FASTIFY_ERRORS[code as keyof typeof FASTIFY_ERRORS]
    return { statusCode, code, error: STATUS_CODES[statusCode]!, message }
  }
  const [, , ...details] = ERRORS[code as UploadErrorCode] as readonly [number, string, ...string[]]
  const { statusCode, message } = new errors[code as UploadErrorCode](...details)
  return { statusCode, code, error: STATUS_CODES[statusCode]!, message }
}

const RETRY_SECONDS = 5

/** The same error, telling an HTTP client after how many seconds to try again (RFC 9110, section 10.2.3). */
export function retryLater<E extends Error> (error: E, seconds = RETRY_SECONDS): E {
  return Object.assign(error, { headers: { 'retry-after': String(seconds) } })
}

/**
 * Writes a response as JSON. Fastify hands errors over as they are when a route documents their status;
 * of these, the fields of {@link UploadErrorSchema} are written and nothing else.
 */
export function toJson (response: unknown): string {
  if (!(response instanceof Error)) return JSON.stringify(response)
  const { statusCode, code, error, message } = response as Error & Partial<UploadError>
  return JSON.stringify({ statusCode, code, error, message })
}
