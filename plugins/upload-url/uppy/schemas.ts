import { Type, type Static } from '@sinclair/typebox'
import { S3_LIMITS, stringEnum } from '../internals.js'

const Key = Type.String({ minLength: 1, maxLength: 1024 })
const Filename = Type.String({ minLength: 1, maxLength: 1024 })
const ContentType = Type.String({ maxLength: 255 })
const PartNumber = Type.Integer({ minimum: 1, maximum: S3_LIMITS.maxParts })
const UploadId = Type.String({ minLength: 1, maxLength: 1024 })
const Url = Type.String({ format: 'uri' })
const Texts = Type.Record(Type.String(), Type.String())
const Metadata = Type.Record(
  Type.String({ pattern: '^.{1,64}$' }),
  Type.Union([Type.String({ maxLength: 2048 }), Type.Number(), Type.Boolean(), Type.Null()])
)

/** Query of `GET /s3/params`; metadata comes as `metadata[name]`. */
export const ParamsQuerySchema = Type.Object({ filename: Filename, type: Type.Optional(ContentType) }, {
  patternProperties: { '^metadata\\[[^\\]]+\\]$': Type.String({ maxLength: 2048 }) },
  additionalProperties: false
})

/** Answer to it: a form. */
export const FormSchema = Type.Object({ method: stringEnum(['POST']), url: Url, fields: Texts }, {
  additionalProperties: false
})

/** Body of `POST /s3/multipart`. */
export const FileSchema = Type.Object({
  filename: Filename,
  type: Type.Optional(Type.Union([ContentType, Type.Null()])),
  metadata: Type.Optional(Metadata)
}, { additionalProperties: false })

/** Answer to it. */
export const CreatedSchema = Type.Object({ key: Key, uploadId: UploadId }, { additionalProperties: false })

/** Path and query of what is about one upload: an upload id may be longer than Fastify's path parameters. */
export const UploadParamsSchema = Type.Object({ '*': Type.String({ minLength: 1, maxLength: 2048 }) })
export const UploadQuerySchema = Type.Object({
  key: Key,
  partNumbers: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,4}(,[1-9]\\d{0,4}){0,999}$' }))
}, { additionalProperties: false })

/** Answers to `GET /s3/multipart/{uploadId}`: the parts, or URLs for them. */
export const ReadSchema = Type.Union([
  Type.Array(Type.Object({ PartNumber, ETag: Type.String(), Size: Type.Integer({ minimum: 0 }) }, {
    additionalProperties: false
  })),
  Type.Object({ url: Url }, { additionalProperties: false }),
  Type.Object({ presignedUrls: Texts }, { additionalProperties: false })
])

/** Body of `POST /s3/multipart/{uploadId}/complete`. Older versions send more of each part than is needed. */
export const CompletionSchema = Type.Object({
  parts: Type.Array(Type.Object({ PartNumber, ETag: Type.String({ minLength: 1, maxLength: 256 }) }), {
    minItems: 1, maxItems: S3_LIMITS.maxParts
  })
}, { additionalProperties: false })

/** Answer to it. */
export const CompletedSchema = Type.Object({ location: Url, key: Key }, { additionalProperties: false })

/** Answer to `DELETE /s3/multipart/{uploadId}`. */
export const AbortedSchema = Type.Object({}, { additionalProperties: false })

/** What `signRequest` is asked, and what the app knows of the file besides. */
export const SignRequestSchema = Type.Object({
  method: stringEnum(['PUT', 'POST', 'GET', 'DELETE']),
  // When an upload is created, Uppy's idea of a key, of which only the filename at its end counts.
  key: Type.String({ minLength: 1, maxLength: 2048 }),
  uploadId: Type.Optional(UploadId),
  partNumber: Type.Optional(PartNumber),
  contentType: Type.Optional(ContentType),
  // Sent by Uppy, and ignored: the service decides.
  expiresIn: Type.Optional(Type.Number()),
  filename: Type.Optional(Filename),
  size: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
  metadata: Type.Optional(Metadata)
}, { additionalProperties: false })

export type SignRequest = Static<typeof SignRequestSchema>

/** What `signRequest` has to return. */
export const SignedRequestSchema = Type.Object({
  url: Url,
  key: Key,
  headers: Type.Optional(Texts),
  fields: Type.Optional(Texts)
}, { additionalProperties: false })

export type SignedRequest = Static<typeof SignedRequestSchema>

/** A token for clients that can send no header. */
export const TokenSchema = Type.Object({
  companionEndpoint: Type.String(),
  expiresIn: Type.Integer({ minimum: 1 }),
  expiresAt: Type.String({ format: 'date-time' })
}, { additionalProperties: false })

export type UppyToken = Static<typeof TokenSchema>
