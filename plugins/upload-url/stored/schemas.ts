import { Type, type Static } from '@sinclair/typebox'
import { ref, stringEnum } from '../component.js'
import { AudioInfoSchema } from '../audio/audio-schema.js'

const KEY = 'uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3'
const LANDED = { key: KEY, size: 20_480, contentType: 'audio/mpeg', etag: '"9b2cf535f27731c974343645a3985328"', lastModified: '2026-01-01T12:03:21.000Z', metadata: { filename: 'dictation.mp3', language: 'en' } }

const Key = Type.String({ minLength: 1, maxLength: 1024, description: 'The object key, as the reply that created the upload gave it.', examples: [KEY] })

/** What the bytes say about the recording, and whether that is what was declared. */
export const AudioSchema = Type.Object({
  ...AudioInfoSchema.properties,
  matchesContentType: Type.Optional(Type.Boolean({ description: 'Whether the bytes are what the content type says. Absent where the content type says nothing, as `application/octet-stream`.' }))
}, { $id: 'Audio', description: 'The recording as its own bytes describe it.', additionalProperties: false })

export type Audio = Static<typeof AudioSchema>

/** What is asked about an upload. */
export const StatusQuerySchema = Type.Object({
  key: Key,
  inspect: Type.Optional(Type.Boolean({ description: 'Whether to look at the bytes themselves: container, codec, duration. Costs a few ranged reads of the object.', default: false }))
}, { additionalProperties: false })

/** What landed under a key. */
export const UploadStatusSchema = Type.Object({
  key: Key,
  status: stringEnum(['pending', 'uploaded', 'rejected'] as const, { description: '`pending`: nothing is there yet. `uploaded`: the object is whole. `rejected`: it is there, but its bytes are no audio, or not of the type declared.' }),
  reason: Type.Optional(Type.String({ description: 'Why the upload is rejected.', examples: ['the bytes are a PDF document, not audio'] })),
  size: Type.Optional(Type.Integer({ minimum: 0, description: 'Size in bytes.', examples: [20_480] })),
  contentType: Type.Optional(Type.String({ description: 'Media type the object is stored under.', examples: ['audio/mpeg'] })),
  etag: Type.Optional(Type.String({ description: 'ETag of the object, with its quotes.', examples: ['"9b2cf535f27731c974343645a3985328"'] })),
  sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the bytes in hex, where the store verified one at the upload.', examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'] })),
  lastModified: Type.Optional(Type.String({ format: 'date-time', description: 'When the object landed.', examples: ['2026-01-01T12:03:21.000Z'] })),
  metadata: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Metadata as it was declared; `filename` is the original name of the file.', examples: [{ filename: 'dictation.mp3', language: 'en' }] })),
  audio: Type.Optional(ref(AudioSchema))
}, {
  $id: 'UploadStatus',
  description: 'What landed under a key.',
  additionalProperties: false,
  examples: [
    { ...LANDED, status: 'uploaded', audio: { container: 'mp3', codec: 'mp3', duration: 3.448, sampleRate: 16_000, channels: 1, bitRate: 32_000, matchesContentType: true } },
    { ...LANDED, status: 'rejected', reason: 'the bytes are a PDF document, not audio' },
    { key: KEY, status: 'pending' }
  ]
})

export type UploadStatus = Static<typeof UploadStatusSchema>

/** What a link is wanted for. */
export const DownloadQuerySchema = Type.Object({
  key: Key,
  filename: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'Name, in any script, under which a browser saves the file instead of playing it.', examples: ['dictation.mp3'] }))
}, { additionalProperties: false })

/** A presigned GET. */
export const DownloadUrlSchema = Type.Object({
  url: Type.String({ format: 'uri', description: 'Where to GET the bytes. A secret until it ends: whoever holds it can download.', examples: ['https://bucket.s3.eu-central-1.amazonaws.com/uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3?X-Amz-Algorithm=AWS4-HMAC-SHA256'] }),
  method: stringEnum(['GET'] as const),
  expiresIn: Type.Integer({ minimum: 1, maximum: 604_800, description: 'Seconds from now until the URL ends.', examples: [900] }),
  expiresAt: Type.String({ format: 'date-time', description: 'The instant the URL ends.', examples: ['2026-01-01T12:15:00.000Z'] })
}, { $id: 'DownloadUrl', description: 'A presigned URL to GET one object from.', additionalProperties: false })

export type DownloadUrl = Static<typeof DownloadUrlSchema>
