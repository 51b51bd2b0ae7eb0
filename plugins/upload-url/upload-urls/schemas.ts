import { Type, type Static } from '@sinclair/typebox'
import { ref, stringEnum } from '../component.js'

const SHA256 = '^(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/ _-]{42}[AEIMQUYcgkosw048]=)$'

const LifeOfUrl = {
  expiresIn: Type.Integer({ minimum: 1, maximum: 604_800, description: 'Seconds from now until the URL ends.', examples: [900] }),
  expiresAt: Type.String({ format: 'date-time', description: 'The instant the URL ends.', examples: ['2026-01-01T12:15:00.000Z'] })
}

const Key = Type.String({ description: 'The object key: ask for the status of the upload, or a link to it, under this name.', examples: ['uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3'] })

const Declared = {
  filename: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, description: 'Original name of the file, in any script. Kept as metadata, never part of the key.', examples: ['dictation.mp3'] })),
  contentType: Type.Optional(Type.String({ maxLength: 255, description: 'Media type as the client knows it; aliases and parameters such as `;codecs=opus` are understood. `headers` in the reply says the exact one to send.', examples: ['audio/mpeg'] })),
  size: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Exact size in bytes.', examples: [20_480] })),
  sha256: Type.Optional(Type.String({ pattern: SHA256, description: 'SHA-256 of the bytes, in hex as `sha256sum` prints it, or in base64.', examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'] }))
}

const Metadata = Type.Unsafe<Record<string, string>>({
  type: 'object',
  additionalProperties: { type: 'string', minLength: 1, maxLength: 2048 },
  description: 'Metadata stored with the object, 2 KB in all after encoding. Names are of lower-case letters, digits, `-` and `_`; values in any script are percent-encoded (RFC 3986).',
  examples: [{ language: 'en', speakers: '2' }]
})

/** What a client says in the query of `GET /upload-url` of the file it wants to upload. */
export const UploadQuerySchema = Type.Object(Declared, { additionalProperties: false })

/** What a client says of one file it wants to upload. Whatever it says is signed. */
export const UploadDeclarationSchema = Type.Object({ ...Declared, metadata: Type.Optional(Metadata) }, {
  $id: 'UploadDeclaration',
  description: 'What is declared of a file. Everything declared is signed, and so enforced by S3.',
  additionalProperties: false
})

export type UploadDeclaration = Static<typeof UploadDeclarationSchema>

/** A batch of files to upload. */
export const UploadBatchSchema = Type.Object({
  files: Type.Array(ref(UploadDeclarationSchema), { minItems: 1, maxItems: 100, description: 'The files, 1 to 100 of them.' })
}, { $id: 'UploadBatch', additionalProperties: false })

/** What a client says of a file it wants to post as a form. */
export const UploadFormDeclarationSchema = Type.Object({
  ...UploadDeclarationSchema.properties,
  maxSize: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Largest size in bytes, where the exact one is not known yet.', examples: [26_214_400] }))
}, {
  $id: 'UploadFormDeclaration',
  description: 'What is declared of a file to be posted as a form.',
  additionalProperties: false
})

export type UploadFormDeclaration = Static<typeof UploadFormDeclarationSchema>

/** A presigned PUT. */
export const UploadUrlSchema = Type.Object({
  url: Type.String({ format: 'uri', description: 'Where to PUT the bytes. A secret until it ends: whoever holds it can upload.', examples: ['https://bucket.s3.eu-central-1.amazonaws.com/uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3?X-Amz-Algorithm=AWS4-HMAC-SHA256'] }),
  key: Key,
  method: stringEnum(['PUT'] as const),
  headers: Type.Record(Type.String(), Type.String(), {
    description: 'The headers to send, exactly these. Content-Length is signed too when a size was declared; every HTTP client sends it by itself.',
    examples: [{ 'content-type': 'audio/mpeg', 'if-none-match': '*' }]
  }),
  ...LifeOfUrl
}, { $id: 'UploadUrl', description: 'A presigned URL to PUT one object to.', additionalProperties: false })

export type UploadUrl = Static<typeof UploadUrlSchema>

/** A batch of presigned PUTs, in the order of the files asked for. */
export const UploadUrlsSchema = Type.Object({
  uploads: Type.Array(ref(UploadUrlSchema), { minItems: 1, maxItems: 100, description: 'A URL for each file, in their order.' })
}, { $id: 'UploadUrls', additionalProperties: false })

export type UploadUrls = Static<typeof UploadUrlsSchema>

/** A presigned form. */
export const UploadFormSchema = Type.Object({
  url: Type.String({ format: 'uri', description: 'Where to POST the form, as multipart/form-data.', examples: ['https://bucket.s3.eu-central-1.amazonaws.com/'] }),
  key: Key,
  method: stringEnum(['POST'] as const),
  fields: Type.Record(Type.String(), Type.String(), { description: 'The fields to send, exactly these, before the field `file` with the bytes.', examples: [{ key: 'uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3', 'Content-Type': 'audio/mpeg' }] }),
  ...LifeOfUrl
}, { $id: 'UploadForm', description: 'A presigned form to POST one object with.', additionalProperties: false })

export type UploadForm = Static<typeof UploadFormSchema>
