import { Type, type Static } from '@sinclair/typebox'
import { S3_LIMITS } from './s3/limits.js'

const SHA256 = '^(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/ _-]{42}[AEIMQUYcgkosw048]=)$'
const BUCKET = 'https://bucket.s3.eu-central-1.amazonaws.com'

/** Entries of a page, where a request does not say. */
export const DEFAULT_PAGE_SIZE = 100

/** An object key in the examples of the document. */
export const EXAMPLE_KEY = 'uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3'
/** The same of a multipart upload. */
export const EXAMPLE_MULTIPART_KEY = 'uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav'
/** An upload id in the examples of the document. */
export const EXAMPLE_UPLOAD_ID = '2~Yb2FkIElEIGZvciBlbHZpbmc'
/** An ETag in the examples of the document. */
export const EXAMPLE_ETAG = '"9b2cf535f27731c974343645a3985328"'

export const Key = Type.String({
  minLength: 1,
  maxLength: 1024,
  description: 'The object key, as the response that created the upload gave it.',
  examples: [EXAMPLE_KEY]
})

export const UploadId = Type.String({
  minLength: 1,
  maxLength: 1024,
  pattern: '^[!-~]+$',
  description: 'The upload id, as the response that created the upload gave it.',
  examples: [EXAMPLE_UPLOAD_ID]
})

export const PartNumber = Type.Integer({
  minimum: 1, maximum: S3_LIMITS.maxParts, description: 'Number of the part, from 1.', examples: [1]
})

export const Etag = Type.String({ description: 'ETag, with its quotes.', examples: [EXAMPLE_ETAG] })

export const Filename = Type.String({
  minLength: 1,
  maxLength: 1024,
  description: 'Original name of the file, in any script. Stored as metadata, never part of the key.',
  examples: ['dictation.mp3']
})

export const ContentType = Type.String({
  maxLength: 255,
  description: 'Media type as the client knows it; aliases and parameters such as `;codecs=opus` are understood. ' +
    '`headers` in the response states the exact one to send.',
  examples: ['audio/mpeg']
})

/** A size in bytes. */
export const Size = (description: string) =>
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description })

export const Sha256 = Type.String({
  pattern: SHA256,
  description: 'SHA-256 of the bytes, in hex as `sha256sum` prints it, or in base64.'
})

/** Metadata of a file; its names are validated where they become headers. */
export const Metadata = Type.Unsafe<Record<string, string>>({
  type: 'object',
  additionalProperties: { type: 'string', minLength: 1, maxLength: 2048 },
  description: 'Metadata stored with the object, 2 KB in all after encoding. Names consist of lower-case letters, ' +
    'digits, `-` and `_`; values in any script are percent-encoded (RFC 3986).',
  examples: [{ language: 'en', speakers: '2' }]
})

/** When a URL expires. */
export const Expiry = {
  expiresIn: Type.Integer({
    minimum: 1, maximum: S3_LIMITS.maxExpiresIn, description: 'Seconds from now until it expires.', examples: [900]
  }),
  expiresAt: Type.String({
    format: 'date-time', description: 'When it expires.', examples: ['2026-01-01T12:15:00.000Z']
  })
}

/** A presigned URL. @param description what to do with it */
export const Url = (description: string) => Type.String({
  format: 'uri',
  description: `${description} Treat as a secret until it expires.`,
  examples: [`${BUCKET}/${EXAMPLE_KEY}?X-Amz-Algorithm=AWS4-HMAC-SHA256`]
})

/** The headers to send with a presigned request. */
export const Headers = Type.Record(Type.String(), Type.String(), {
  description: 'The headers to send, exactly these. Content-Length is signed too when a size was declared; every ' +
    'HTTP client sends it by itself.',
  examples: [{ 'content-type': 'audio/mpeg', 'if-none-match': '*' }]
})

/** What describes a file, in a query. */
export const FileFields = {
  filename: Type.Optional(Filename),
  contentType: Type.Optional(ContentType),
  size: Type.Optional(Size('Exact size in bytes.')),
  sha256: Type.Optional(Sha256)
}

/** One file to upload. */
export const UploadFileSchema = Type.Object({ ...FileFields, metadata: Type.Optional(Metadata) }, {
  $id: 'UploadFile',
  description: 'A file to upload. Everything declared here is signed, and so enforced by S3.',
  additionalProperties: false,
  examples: [{ filename: 'dictation.mp3', contentType: 'audio/mpeg' }]
})

export type UploadFile = Static<typeof UploadFileSchema>

/** One file to post as a form. */
export const FormFileSchema = Type.Object({
  ...UploadFileSchema.properties,
  maxSize: Type.Optional(Size('Largest size in bytes, where the exact one is not known yet.'))
}, {
  $id: 'FormFile',
  description: 'A file to upload with a form.',
  additionalProperties: false,
  examples: [{ filename: 'dictation.mp3', contentType: 'audio/mpeg', maxSize: 26_214_400 }]
})

export type FormFile = Static<typeof FormFileSchema>

/** Which page of a list is asked for. */
export const PageFields = {
  limit: Type.Optional(Type.Integer({
    minimum: 1, maximum: S3_LIMITS.maxPageSize, default: DEFAULT_PAGE_SIZE, description: 'Most entries of a page.'
  })),
  cursor: Type.Optional(Type.String({
    minLength: 1, maxLength: 4096, pattern: '^[!-~]+$', description: '`nextCursor` of the page before.'
  }))
}

/** Where a list goes on. */
export const NextCursor = Type.Optional(Type.String({
  minLength: 1, description: 'What to pass as `cursor` for the next page. Absent on the last page.'
}))

/** Which multipart upload an operation is about. */
export const UploadReference = { key: Type.String({ ...Key, examples: [EXAMPLE_MULTIPART_KEY] }), uploadId: UploadId }

/** A part that has been uploaded. */
export const PartSchema = Type.Object({
  partNumber: PartNumber,
  size: Type.Integer({ minimum: 0, description: 'Size in bytes.', examples: [8_388_608] }),
  etag: Etag
}, { additionalProperties: false })

export type Part = Static<typeof PartSchema>
