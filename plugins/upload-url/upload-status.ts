import { Type, type Static } from '@sinclair/typebox'
import { AudioInfoSchema } from './audio/audio-schema.js'
import { ref, stringEnum } from './document.js'
import { ResultName } from './result-name.js'
import { EXAMPLE_ETAG, EXAMPLE_KEY, Etag, Key } from './schemas.js'

/** The recording as its own bytes describe it. */
export const AudioSchema = Type.Object({
  ...AudioInfoSchema.properties,
  matchesContentType: Type.Optional(Type.Boolean({
    description: 'Whether the content is what the content type says. Absent where that says nothing, as ' +
      '`application/octet-stream`.'
  }))
}, { $id: 'Audio', description: 'The recording as its own bytes describe it.', additionalProperties: false })

export type Audio = Static<typeof AudioSchema>

const ResultSchema = Type.Object({
  name: ResultName,
  size: Type.Integer({ minimum: 0, description: 'Size in bytes.', examples: [8_192] }),
  etag: Type.Optional(Etag),
  lastModified: Type.String({
    format: 'date-time', description: 'When the result was uploaded.', examples: ['2026-01-01T12:05:43.000Z']
  })
}, { additionalProperties: false })

const OBJECT_FIELDS = {
  key: Key,
  size: Type.Integer({ minimum: 0, description: 'Size in bytes.', examples: [20_480] }),
  contentType: Type.Optional(Type.String({ description: 'Media type of the object.', examples: ['audio/mpeg'] })),
  etag: Etag,
  sha256: Type.Optional(Type.String({
    pattern: '^[0-9a-f]{64}$',
    description: 'SHA-256 of the bytes in hex, where S3 verified one at the upload.',
    examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08']
  })),
  lastModified: Type.Optional(Type.String({
    format: 'date-time', description: 'When the object was uploaded.', examples: ['2026-01-01T12:03:21.000Z']
  })),
  metadata: Type.Record(Type.String(), Type.String(), {
    description: 'Metadata as the client gave it; `filename` is the original name of the file.',
    examples: [{ filename: 'dictation.mp3', language: 'en' }]
  }),
  results: Type.Optional(Type.Array(ResultSchema, {
    maxItems: 1000,
    description: 'The results that have been uploaded, by name, where the service lists them (option `results`); the ' +
      'first 1000.'
  }))
}

/** Why an upload is rejected: the content itself, or the name of the limit in the option `accept`. */
const REJECTION_CODES = [
  'notAudio', 'contentType', 'minDuration', 'maxDuration', 'channels', 'sampleRates', 'codecs'
] as const

const ReasonSchema = Type.Object({
  code: stringEnum(REJECTION_CODES, {
    description: 'What is wrong: the content is not audio, or not of the content type, or one of the limits of the ' +
      'service is not kept (option `accept`).'
  }),
  limit: Type.Optional(Type.Union([
    Type.Number(), Type.String(), Type.Array(Type.Union([Type.Number(), Type.String()]))
  ], { description: 'What is accepted: seconds, or a list of what is; or the content type.', examples: [3600] })),
  found: Type.Optional(Type.Union([Type.Number(), Type.String()], {
    description: 'What the content is. Absent where that is not known, which is not accepted where there is a limit.',
    examples: [5421.5]
  })),
  message: Type.String({
    description: 'The same for people.',
    examples: ['the duration in seconds is 5421.5, but at most 3600 are accepted']
  })
}, { additionalProperties: false })

/** One reason why an upload is rejected. */
export type RejectionReason = Static<typeof ReasonSchema>

const EXAMPLE_OBJECT = {
  key: EXAMPLE_KEY,
  size: 20_480,
  contentType: 'audio/mpeg',
  etag: EXAMPLE_ETAG,
  lastModified: '2026-01-01T12:03:21.000Z',
  metadata: { filename: 'dictation.mp3', language: 'en' }
}

export const PendingUploadSchema = Type.Object({
  status: stringEnum(['pending'], { description: 'There is no object yet.' }),
  key: Key
}, { $id: 'PendingUpload', description: 'An upload that has not arrived.', additionalProperties: false })

export const UploadedObjectSchema = Type.Object({
  status: stringEnum(['uploaded'], { description: 'The object is complete.' }),
  ...OBJECT_FIELDS,
  audio: Type.Optional(ref(AudioSchema))
}, {
  $id: 'UploadedObject',
  description: 'An object that has been uploaded.',
  additionalProperties: false,
  examples: [{
    status: 'uploaded',
    ...EXAMPLE_OBJECT,
    audio: {
      container: 'mp3',
      codec: 'mp3',
      duration: 3.448,
      sampleRate: 16_000,
      channels: 1,
      bitRate: 32_000,
      matchesContentType: true
    },
    results: [
      { name: 'transcript.json', size: 8_192, etag: EXAMPLE_ETAG, lastModified: '2026-01-01T12:05:43.000Z' }
    ]
  }]
})

export const RejectedObjectSchema = Type.Object({
  status: stringEnum(['rejected'], {
    description: 'The content is not audio, or not of the type declared, or not what the service accepts.'
  }),
  ...OBJECT_FIELDS,
  reason: Type.String({
    description: 'Why the upload is rejected, for people.', examples: ['the content is a PDF document, not audio']
  }),
  reasons: Type.Array(ReasonSchema, { minItems: 1, description: 'Why the upload is rejected, for programs.' }),
  declaredDuration: Type.Optional(Type.Number({
    minimum: 0,
    description: 'Duration in seconds as the client declared it, in the metadata `duration`.',
    examples: [3598.2]
  }))
}, {
  $id: 'RejectedObject',
  description: 'An object whose content is not accepted.',
  additionalProperties: false,
  examples: [{
    status: 'rejected',
    ...EXAMPLE_OBJECT,
    reason: 'the content is a PDF document, not audio',
    reasons: [{ code: 'notAudio', message: 'the content is a PDF document, not audio' }]
  }]
})

/** What there is at a key. */
export const UploadStatusSchema = Type.Union(
  [ref(PendingUploadSchema), ref(UploadedObjectSchema), ref(RejectedObjectSchema)],
  { $id: 'UploadStatus', description: 'What there is at a key.' }
)

export type UploadStatus = Static<typeof UploadStatusSchema>
/** The status of an object that is there. */
export type UploadedStatus = Extract<UploadStatus, { status: 'uploaded' }>
