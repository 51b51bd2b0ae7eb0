import { Type, type Static } from '@sinclair/typebox'
import { AudioInfoSchema } from '../audio/audio-schema.js'
import { compareType } from '../compare-type.js'
import { ref, stringEnum } from '../document.js'
import { STORE_ERRORS } from '../errors.js'
import { decodeMetadata } from '../metadata.js'
import type { OwnedObject } from '../object-key.js'
import { operation } from '../operation.js'
import { ObjectChangedError, storeTimeout, type StoredObject } from '../s3/index.js'
import type { Services } from '../services.js'
import { EXAMPLE_ETAG, EXAMPLE_KEY, Etag, Key } from './schemas.js'

/** How much one inspection may read, and for how many seconds. */
const INSPECTION_LIMITS = { maxRequests: 20, maxBytes: 2 * 1024 ** 2, timeout: 10 }

/** The recording as its own bytes describe it. */
const AudioSchema = Type.Object({
  ...AudioInfoSchema.properties,
  matchesContentType: Type.Optional(Type.Boolean({
    description: 'Whether the content is what the content type says. Absent where that says nothing, as ' +
      '`application/octet-stream`.'
  }))
}, { $id: 'Audio', description: 'The recording as its own bytes describe it.', additionalProperties: false })

export type Audio = Static<typeof AudioSchema>

/** How often an object is inspected that keeps being replaced. */
const MAX_ATTEMPTS = 3

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
  })
}

const EXAMPLE_OBJECT = {
  key: EXAMPLE_KEY,
  size: 20_480,
  contentType: 'audio/mpeg',
  etag: EXAMPLE_ETAG,
  lastModified: '2026-01-01T12:03:21.000Z',
  metadata: { filename: 'dictation.mp3', language: 'en' }
}

const PendingUploadSchema = Type.Object({
  status: stringEnum(['pending'], { description: 'There is no object yet.' }),
  key: Key
}, { $id: 'PendingUpload', description: 'An upload that has not arrived.', additionalProperties: false })

const UploadedObjectSchema = Type.Object({
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
      container: 'mp3', codec: 'mp3', duration: 3.448, sampleRate: 16_000, channels: 1, bitRate: 32_000, matchesContentType: true
    }
  }]
})

const RejectedObjectSchema = Type.Object({
  status: stringEnum(['rejected'], { description: 'The content is not audio, or not of the type declared.' }),
  ...OBJECT_FIELDS,
  reason: Type.String({
    description: 'Why the upload is rejected.', examples: ['the content is a PDF document, not audio']
  })
}, {
  $id: 'RejectedObject',
  description: 'An object whose content is not accepted.',
  additionalProperties: false,
  examples: [{ status: 'rejected', ...EXAMPLE_OBJECT, reason: 'the content is a PDF document, not audio' }]
})

/** What there is at a key. */
export const UploadStatusSchema = Type.Union(
  [ref(PendingUploadSchema), ref(UploadedObjectSchema), ref(RejectedObjectSchema)],
  { $id: 'UploadStatus', description: 'What there is at a key.' }
)

export type UploadStatus = Static<typeof UploadStatusSchema>
type UploadedStatus = Extract<UploadStatus, { status: 'uploaded' }>

export const getUploadStatus = operation({
  route: { method: 'GET', url: '/upload-status' },
  docs: {
    tag: 'Objects',
    summary: 'Get the status of an upload',
    description: 'Whether the object is there, as S3 has it. With `inspect`, its bytes are examined, and what is not ' +
      'audio, or not what was declared, is `rejected`.'
  },
  input: Type.Object({
    key: Key,
    inspect: Type.Optional(Type.Boolean({
      description: 'Whether to examine the bytes: container, codec, duration. Costs a few ranged reads of the object.',
      default: false
    }))
  }, { additionalProperties: false }),
  output: UploadStatusSchema,
  components: [AudioSchema, PendingUploadSchema, UploadedObjectSchema, RejectedObjectSchema],
  errors: ['FST_UPLOAD_NOT_FOUND', ...STORE_ERRORS],

  async run (services, { key, inspect = false }, { owner, signal }) {
    const object = services.keys.find(owner, key)
    // An object that is replaced while it is read is inspected anew.
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const stored = await services.store.head(object, { signal })
      if (stored === undefined) break
      const uploaded = describeObject(key, stored)
      if (!inspect) return uploaded
      const status = await inspectObject(services, object, uploaded, signal)
      if (status === undefined) continue
      await services.options.onInspected(status, { owner })
      return status
    }
    return { status: 'pending' as const, key }
  }
})

function describeObject (key: string, stored: StoredObject): UploadedStatus {
  const { size, contentType, etag, sha256, lastModified, metadata } = stored
  return {
    status: 'uploaded',
    key,
    size,
    ...contentType !== undefined && { contentType },
    etag,
    ...sha256 !== undefined && { sha256 },
    ...lastModified !== undefined && { lastModified: lastModified.toISOString() },
    metadata: decodeMetadata(metadata)
  }
}

/** @returns undefined where the object was replaced meanwhile */
async function inspectObject (
  { options, store }: Services, object: OwnedObject, uploaded: UploadedStatus, signal: AbortSignal
): Promise<UploadStatus | undefined> {
  const { inspectAudio, NotAudioError } = await import('../audio/index.js')
  const { etag, size, contentType } = uploaded
  try {
    const audio = await inspectAudio({
      size,
      read: (start, end, timeUp) => store.read(object, { start, end, etag }, AbortSignal.any([signal, timeUp]))
    }, INSPECTION_LIMITS)
    const result = compareType(audio, contentType, options.formats)
    return 'reason' in result ? { ...uploaded, status: 'rejected', ...result } : { ...uploaded, ...result }
  } catch (error) {
    if (error instanceof NotAudioError) return { ...uploaded, status: 'rejected', reason: error.message }
    if (isTimeout(error)) throw storeTimeout(error)
    if (error instanceof ObjectChangedError) return undefined
    throw error
  }
}

// Of all reads together; a single one that takes too long is an error of the store already.
function isTimeout (error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}
