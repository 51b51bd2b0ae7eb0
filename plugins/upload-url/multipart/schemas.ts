import { Type, type Static } from '@sinclair/typebox'
import { UploadDeclarationSchema } from '../upload-urls/schemas.js'
import { MOST_PARTS } from './upload-plan.js'

const ETAG = '"9b2cf535f27731c974343645a3985328"'
const KEY = 'uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav'
const UPLOAD_ID = '2~Yb2FkIElEIGZvciBlbHZpbmc'

const Bytes = (description: string, example: number) =>
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description, examples: [example] })
const PartNumber = Type.Integer({ minimum: 1, maximum: MOST_PARTS, description: 'Number of the part, from 1.', examples: [1] })
const Key = Type.String({ minLength: 1, maxLength: 1024, description: 'The object key, as the reply that created the upload gave it.', examples: [KEY] })
const UploadId = Type.String({ minLength: 1, maxLength: 1024, pattern: '^[!-~]+$', description: 'The upload id, as the reply that created the upload gave it.', examples: [UPLOAD_ID] })

/** What a client says of a file it wants to upload in parts. */
export const MultipartDeclarationSchema = Type.Object({
  ...Type.Pick(UploadDeclarationSchema, ['filename', 'contentType', 'metadata']).properties,
  size: Type.Optional(Bytes('Exact size in bytes. What is declared is enforced: every part URL takes a part of just the right size, and only the whole completes.', 15_000_000_000))
}, { $id: 'MultipartDeclaration', description: 'What is declared of a file to be uploaded in parts.', additionalProperties: false })

export type MultipartDeclaration = Static<typeof MultipartDeclarationSchema>

/** A multipart upload that was started. */
export const MultipartUploadSchema = Type.Object({
  key: Key,
  uploadId: UploadId,
  partSize: Bytes('Size in bytes of every part but the last. Cut the file so: where its size is declared, part URLs take nothing else.', 8_388_608),
  partCount: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_PARTS, description: 'Number of parts, where the size is declared.', examples: [1789] })),
  expiresAt: Type.Optional(Type.String({ format: 'date-time', description: 'When the bucket’s lifecycle rules end the upload, if it is not complete by then.', examples: ['2026-01-08T00:00:00.000Z'] }))
}, { $id: 'MultipartUpload', description: 'A multipart upload that was started.', additionalProperties: false })

export type MultipartUpload = Static<typeof MultipartUploadSchema>

/** Which upload an operation is about. */
export const UploadReferenceSchema = Type.Object({ key: Key, uploadId: UploadId }, { additionalProperties: false })

export type UploadReference = Static<typeof UploadReferenceSchema>

/** Which parts URLs are wanted for: some by number, or a range. */
export const PartUrlsRequestSchema = Type.Object({
  key: Key,
  uploadId: UploadId,
  partNumbers: Type.Optional(Type.Array(PartNumber, { minItems: 1, maxItems: MOST_PARTS, uniqueItems: true, description: 'Numbers of the parts.', examples: [[1, 2, 3]] })),
  from: Type.Optional(Type.Integer({ ...PartNumber, description: 'First part of a range, in place of `partNumbers`.', examples: [1] })),
  to: Type.Optional(Type.Integer({ ...PartNumber, description: 'Last part of a range, in place of `partNumbers`.', examples: [100] }))
}, {
  $id: 'PartUrlsRequest',
  description: 'Which parts are to be uploaded next: `partNumbers`, or `from` and `to`.',
  additionalProperties: false,
  examples: [{ key: KEY, uploadId: UPLOAD_ID, partNumbers: [1, 2, 3] }, { key: KEY, uploadId: UPLOAD_ID, from: 1, to: 100 }]
})

export type PartUrlsRequest = Static<typeof PartUrlsRequestSchema>

const PartUrlSchema = Type.Object({
  partNumber: PartNumber,
  url: Type.String({ format: 'uri', description: 'Where to PUT the part; no header is needed. A secret until it ends.', examples: ['https://bucket.s3.eu-central-1.amazonaws.com/uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav?partNumber=1&uploadId=2~Yb2FkIElEIGZvciBlbHZpbmc'] })
}, { additionalProperties: false })

/** Presigned PUTs of parts, in the order asked for. */
export const PartUrlsSchema = Type.Object({
  parts: Type.Array(PartUrlSchema, { description: 'The URLs.' }),
  expiresIn: Type.Integer({ minimum: 1, maximum: 604_800, description: 'Seconds from now until the URLs end.', examples: [900] }),
  expiresAt: Type.String({ format: 'date-time', description: 'The instant the URLs end. A part under way then still arrives.', examples: ['2026-01-01T12:15:00.000Z'] })
}, { $id: 'PartUrls', description: 'Presigned URLs to PUT parts to.', additionalProperties: false })

export type PartUrls = Static<typeof PartUrlsSchema>

const PartSchema = Type.Object({
  partNumber: PartNumber,
  size: Type.Integer({ minimum: 0, description: 'Size in bytes.', examples: [8_388_608] }),
  etag: Type.String({ description: 'ETag of the part, with its quotes.', examples: [ETAG] })
}, { additionalProperties: false })

export type Part = Static<typeof PartSchema>

/** The parts that have arrived. */
export const PartsSchema = Type.Object({
  parts: Type.Array(PartSchema, { maxItems: MOST_PARTS, description: 'Every part that has arrived, in order.' })
}, { $id: 'Parts', description: 'What has arrived of a multipart upload.', additionalProperties: false })

export type Parts = Static<typeof PartsSchema>

const PartListSchema = Type.Array(Type.Object({
  partNumber: PartNumber,
  etag: Type.String({ minLength: 1, maxLength: 256, description: 'ETag that the PUT of the part was answered with, with or without its quotes.', examples: [ETAG] })
}, { additionalProperties: false }), { minItems: 1, maxItems: MOST_PARTS, description: 'Every part of the object, from 1 on, in any order.' })

export type PartList = Readonly<Static<typeof PartListSchema>>

/** Which parts an upload is to be completed from. */
export const CompletionSchema = Type.Object({ key: Key, uploadId: UploadId, parts: PartListSchema }, {
  $id: 'Completion', description: 'The parts that make the object.', additionalProperties: false
})

export type Completion = Static<typeof CompletionSchema>

/** The object a multipart upload has become. */
export const CompletedUploadSchema = Type.Object({
  key: Key,
  size: Bytes('Size of the object in bytes.', 15_000_000_000),
  etag: Type.String({ description: 'ETag of the object, with its quotes.', examples: ['"9b2cf535f27731c974343645a3985328-1789"'] })
}, { $id: 'CompletedUpload', description: 'The object that the parts have become.', additionalProperties: false })

export type CompletedUpload = Static<typeof CompletedUploadSchema>
