import { STATUS_CODES } from 'node:http'
import type { UploadError } from './error-schema.js'
import { errors, type UploadErrorCode } from './errors.js'

/** What fills the gaps in the messages of our errors, for an example of each. */
const DETAILS: Partial<Record<UploadErrorCode, readonly string[]>> = {
  FST_UPLOAD_INVALID_OPTIONS: ['uppy: a token for this owner takes 131 characters, but paths take 100: raise routerOptions.maxParamLength of Fastify'],
  FST_UPLOAD_UNAUTHENTICATED: ['send your API key as "Authorization: Bearer <key>"'],
  FST_UPLOAD_INVALID_DECLARATION: ['filename must hold whole Unicode characters'],
  FST_UPLOAD_FIELD_REQUIRED: ['size', 'every upload has to declare its exact size in bytes, at most 26214400'],
  FST_UPLOAD_FORMAT_REFUSED: ['contentType', 'text/html', 'audio/mpeg (.mp3); audio/wav (.wav)'],
  FST_UPLOAD_FORMAT_CONFLICT: ['filename ends in .mp3, but contentType says audio/wav: make them agree, or leave one out'],
  FST_UPLOAD_TOO_LARGE: ['size', '52428800', 'at most 26214400 are accepted'],
  FST_UPLOAD_INVALID_METADATA: ['metadata/owner', 'is reserved: choose another name'],
  FST_UPLOAD_INVALID_PARTS: ['part 2 has not arrived: upload it, then complete again'],
  FST_UPLOAD_INCOMPLETE: ['8388608', '15000000000'],
  FST_UPLOAD_STORE_REFUSED: ['it lacks the rights for this']
}

/** What Fastify itself answers before a request gets to us, by code: status and message. */
const OF_FASTIFY = {
  FST_ERR_VALIDATION: [400, 'querystring/size must be integer'],
  FST_ERR_BAD_URL: [400, '\'/%\' is not a valid url component'],
  FST_ERR_MAX_PARAM_LENGTH: [414, '\'/uppy/…\' is exceeding the max param length'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'Body is not valid JSON but content-type is set to \'application/json\''],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'Body cannot be empty when content-type is set to \'application/json\''],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'Request body size did not match Content-Length'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'Request body is too large'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'Unsupported Media Type']
} as const

/** The code of an error that a route may answer with. */
export type ErrorCode = UploadErrorCode | keyof typeof OF_FASTIFY

/** An error as a client may get it. */
export function exampleOf (code: ErrorCode): UploadError {
  if (code in OF_FASTIFY) {
    const [statusCode, message] = OF_FASTIFY[code as keyof typeof OF_FASTIFY]
    return describe(statusCode, code, message)
  }
  const known = code as UploadErrorCode
  const { statusCode, message } = new errors[known](...DETAILS[known] ?? [])
  return describe(statusCode, code, message)
}

/** An error in the shape that Fastify gives to all. */
export function describe (statusCode: number, code: string, message: string): UploadError {
  return { statusCode, code, error: STATUS_CODES[statusCode]!, message }
}
