import { Type, type Static } from '@sinclair/typebox'
import { stringEnum } from '../component.js'

const KEY = 'uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-50000.wav'
const UPLOAD_ID = '2~Yb2FkIElEIGZvciBlbHZpbmc'

const Key = Type.String({ minLength: 1, maxLength: 1024, description: 'The object key, as the reply that created the upload gave it.', examples: [KEY] })
const Filename = Type.String({ minLength: 1, maxLength: 1024, description: 'Name of the file.', examples: ['dictation.wav'] })
const ContentType = Type.String({ maxLength: 255, description: 'Media type of the file, as the browser knows it.', examples: ['audio/wav'] })
const PartNumber = Type.Integer({ minimum: 1, maximum: 10_000, description: 'Number of the part, from 1.', examples: [1] })
const Url = Type.String({ format: 'uri', description: 'Where to send the request. A secret until it ends.', examples: ['https://bucket.s3.eu-central-1.amazonaws.com/'] })
const Metadata = Type.Record(Type.String({ pattern: '^.{1,64}$' }), Type.Union([Type.String({ maxLength: 2048 }), Type.Number(), Type.Boolean(), Type.Null()]), {
  description: 'Metadata of the file. `size` declares its size in bytes, which is enforced then; the rest is stored with it.',
  examples: [{ name: 'dictation.wav', type: 'audio/wav', size: 15_000_000_000, language: 'en' }]
})

/** Query of `GET /s3/params`; metadata comes as `metadata[name]`. */
export const UppyParamsQuerySchema = Type.Object({
  filename: Filename,
  type: Type.Optional(ContentType)
}, {
  patternProperties: { '^metadata\\[[^\\]]+\\]$': Type.String({ maxLength: 2048 }) },
  additionalProperties: false
})

/** A form, as Uppy wants it. */
export const UppyFormSchema = Type.Object({
  method: stringEnum(['POST'] as const),
  url: Url,
  fields: Type.Record(Type.String(), Type.String(), { description: 'The fields to send before the file.', examples: [{ key: KEY, 'Content-Type': 'audio/wav' }] })
}, { $id: 'UppyForm', description: 'A presigned form to POST one file with.', additionalProperties: false })

export type UppyForm = Static<typeof UppyFormSchema>

/** Body of `POST /s3/multipart`. */
export const UppyFileSchema = Type.Object({
  filename: Filename,
  type: Type.Optional(Type.Union([Type.String({ maxLength: 255 }), Type.Null()], { description: 'Media type of the file, as the browser knows it.', examples: ['audio/wav'] })),
  metadata: Type.Optional(Metadata)
}, { $id: 'UppyFile', description: 'What Uppy says of a file.', additionalProperties: false })

/** A multipart upload that was started, as Uppy wants it. */
export const UppyUploadSchema = Type.Object({
  key: Key,
  uploadId: Type.String({ description: 'The upload id.', examples: [UPLOAD_ID] })
}, { $id: 'UppyUpload', description: 'A multipart upload that was started.', additionalProperties: false })

export type UppyUpload = Static<typeof UppyUploadSchema>

/** What `*` stands for: the upload id, and what is wanted of it. */
export const UppyPathSchema = Type.Object({
  '*': Type.String({ minLength: 1, maxLength: 2048, description: 'The upload id, and after a slash the number of a part, `batch` or `complete`.', examples: [UPLOAD_ID, `${UPLOAD_ID}/1`] })
})

/** The same below a token. */
export const UppyTokenPathSchema = Type.Object({
  token: Type.String({ minLength: 1, description: 'A token, as `POST /uppy-tokens` gives it.', examples: ['t5xvk0.nWbVJEGi0vU2Yt4gKN8l3cF1sPzX7aQeRm9dHoTwCyA.alice'] })
})

/** Query of everything about one upload. */
export const UppyUploadQuerySchema = Type.Object({
  key: Key,
  partNumbers: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,4}(,[1-9]\\d{0,4})*$', maxLength: 60_000, description: 'For `batch`: numbers of parts, with commas between.', examples: ['1,2,3'] }))
}, { additionalProperties: false })

/** A URL for one part. */
export const UppyPartUrlSchema = Type.Object({ url: Url }, { $id: 'UppyPartUrl', description: 'A presigned URL to PUT one part to.', additionalProperties: false })

/** URLs for parts by number. */
export const UppyPartUrlsSchema = Type.Object({
  presignedUrls: Type.Record(Type.String(), Type.String({ format: 'uri' }), { description: 'URLs by the number of the part.', examples: [{ 1: 'https://bucket.s3.eu-central-1.amazonaws.com/' }] })
}, { $id: 'UppyPartUrls', description: 'Presigned URLs to PUT parts to.', additionalProperties: false })

/** The parts that have arrived, as Uppy wants them. */
export const UppyPartsSchema = Type.Array(Type.Object({
  PartNumber,
  ETag: Type.String({ description: 'ETag of the part, with its quotes.', examples: ['"9b2cf535f27731c974343645a3985328"'] }),
  Size: Type.Integer({ minimum: 0, description: 'Size in bytes.', examples: [5_242_880] })
}, { additionalProperties: false }), { $id: 'UppyParts', description: 'Every part that has arrived, in order.' })

export type UppyRead = Static<typeof UppyPartUrlSchema> | Static<typeof UppyPartUrlsSchema> | Static<typeof UppyPartsSchema>

/** Body of `POST /s3/multipart/{uploadId}/complete`. Older versions send more of each part than is needed. */
export const UppyCompletionSchema = Type.Object({
  parts: Type.Array(Type.Object({
    PartNumber,
    ETag: Type.String({ minLength: 1, maxLength: 256, description: 'ETag of the part, with or without its quotes.', examples: ['"9b2cf535f27731c974343645a3985328"'] })
  }), { minItems: 1, maxItems: 10_000, description: 'Every part.' })
}, { $id: 'UppyCompletion', description: 'The parts that make the object.', additionalProperties: false })

export type UppyCompletion = Static<typeof UppyCompletionSchema>

/** The object, as Uppy wants it. */
export const UppyObjectSchema = Type.Object({
  location: Type.String({ format: 'uri', description: 'Address of the object; nobody can read it there without a signature.', examples: [`https://bucket.s3.eu-central-1.amazonaws.com/${KEY}`] }),
  key: Key
}, { $id: 'UppyObject', description: 'The object that the parts have become.', additionalProperties: false })

export type UppyObject = Static<typeof UppyObjectSchema>

/** What was aborted: nothing to say. */
export const UppyAbortedSchema = Type.Object({}, { $id: 'UppyAborted', description: 'The upload is no more.', additionalProperties: false })

/** What `signRequest` is asked, and what the app knows of the file besides. */
export const UppySignRequestSchema = Type.Object({
  method: stringEnum(['PUT', 'POST', 'GET', 'DELETE'] as const, { description: 'As `signRequest` was asked.' }),
  key: Type.String({ minLength: 1, maxLength: 2048, description: 'As `signRequest` was asked. When an upload is created, this is Uppy’s idea of a key, of which only the filename at its end counts.', examples: ['5f5a7b5e-3c3b-4b7e-9c47-2f1d3c1d0a11-dictation.wav'] }),
  uploadId: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, description: 'As `signRequest` was asked.', examples: [UPLOAD_ID] })),
  partNumber: Type.Optional(PartNumber),
  contentType: Type.Optional(ContentType),
  expiresIn: Type.Optional(Type.Number({ description: 'Not heeded: the service decides.', examples: [900] })),
  filename: Type.Optional(Filename),
  size: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Size of the file in bytes, if the app adds it; it is enforced then.', examples: [20_480] })),
  metadata: Type.Optional(Metadata)
}, {
  $id: 'UppySignRequest',
  description: 'A request that Uppy wants to send to the store itself.',
  additionalProperties: false,
  examples: [{ method: 'PUT', key: '5f5a7b5e-3c3b-4b7e-9c47-2f1d3c1d0a11-dictation.wav', contentType: 'audio/wav', size: 20_480 }]
})

export type UppySignRequest = Static<typeof UppySignRequestSchema>

/** What `signRequest` has to return. */
export const UppySignedRequestSchema = Type.Object({
  url: Url,
  key: Key,
  headers: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Headers to send with it.', examples: [{ 'content-type': 'audio/wav' }] })),
  fields: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Fields to post before the file, where the answer is a form.', examples: [{ key: KEY }] }))
}, {
  $id: 'UppySignedRequest',
  description: 'A presigned request.',
  additionalProperties: false,
  examples: [{ url: `https://bucket.s3.eu-central-1.amazonaws.com/${KEY}?X-Amz-Algorithm=AWS4-HMAC-SHA256`, key: KEY, headers: { 'content-type': 'audio/wav' } }]
})

export type UppySignedRequest = Static<typeof UppySignedRequestSchema>

/** A token for clients that can send no header. */
export const UppyTokenSchema = Type.Object({
  companionEndpoint: Type.String({ description: 'Path to give to Uppy as `companionEndpoint`, after the origin of this service. A secret until it ends.', examples: ['/uppy/t5xvk0.5N1Xz.alice'] }),
  expiresIn: Type.Integer({ minimum: 1, description: 'Seconds from now until the token ends.', examples: [43_200] }),
  expiresAt: Type.String({ format: 'date-time', description: 'The instant the token ends.', examples: ['2026-01-02T00:00:00.000Z'] })
}, { $id: 'UppyToken', description: 'A path that stands for its owner for a while.', additionalProperties: false })

export type UppyToken = Static<typeof UppyTokenSchema>

/** The schemas that routes refer to by `$id`. */
export const UPPY_COMPONENTS = [
  UppyFormSchema, UppyFileSchema, UppyUploadSchema, UppyPartUrlSchema, UppyPartUrlsSchema, UppyPartsSchema, UppyCompletionSchema,
  UppyObjectSchema, UppyAbortedSchema, UppySignRequestSchema, UppySignedRequestSchema, UppyTokenSchema
]
