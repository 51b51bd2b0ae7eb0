import { randomUUID } from 'node:crypto'
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { Type, type Static } from '@sinclair/typebox'
import { Ajv } from 'ajv'
import type { FastifyRequest } from 'fastify'
import { stringEnum, type Frozen } from './component.js'
import { errors } from './errors.js'
import { AUDIO_FORMATS, FormatSchema, type Format } from './formats.js'
import type { UploadStatus } from './stored/schemas.js'
import { describeProblem } from './validation.js'

const AUDIO_FORMAT_NAMES = AUDIO_FORMATS.map(format => format.name)

/** The options that are plain values, as a schema. */
export const SettingsSchema = Type.Object({
  bucket: Type.String({ minLength: 1, maxLength: 255, description: 'Name, or access point ARN, of the bucket uploads go to.' }),
  publicEndpoint: Type.Optional(Type.String({ pattern: '^https?://[^/?#@]+(/[^?#]*)?$', description: 'Origin of the store as uploaders reach it, when it is not the one the client talks to, as in `https://s3.example.com`.' })),
  keyPrefix: Type.Optional(Type.String({ maxLength: 256, pattern: "^([A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*)?$", description: 'First part of every object key, without a slash at either end. Default: `uploads`.' })),
  expiresIn: Type.Optional(Type.Integer({ minimum: 1, maximum: 604_800, description: 'Life of a URL in seconds. Default: 900.' })),
  formats: Type.Optional(Type.Array(Type.Union([stringEnum(AUDIO_FORMAT_NAMES), FormatSchema]), { minItems: 1, description: 'What may be uploaded: names of audio formats, or formats of your own. When given, every upload must say which one it is. Default: all audio formats.' })),
  maxSize: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Largest upload in bytes. When given, an upload by URL must declare its size.' })),
  require: Type.Optional(Type.Array(stringEnum(['size', 'contentType', 'sha256'] as const), { description: 'What every upload must declare. Default: nothing.' })),
  encryption: Type.Optional(Type.Union([Type.Literal('AES256'), Type.Object({ kmsKeyId: Type.String({ minLength: 1 }) }, { additionalProperties: false })], { description: 'Server-side encryption every upload must ask for: SSE-S3 or SSE-KMS with this key. Default: the bucket decides.' })),
  singleUse: Type.Optional(Type.Boolean({ description: 'Whether a URL with anything bound to it works once (`If-None-Match: *`). Turn off for a store without conditional writes. Default: true.' })),
  forms: Type.Optional(Type.Boolean({ description: 'Whether form uploads are offered. Turn off for a store without POST policies, such as Cloudflare R2. Default: true.' }))
}, { additionalProperties: false })

/** The options that are plain values. */
export type UploadUrlSettings = Frozen<Static<typeof SettingsSchema>>

/** What a request asks for, as the authorisation hook sees it. */
export interface Authorization {
  /** Who asks, as `owner` named them. */
  readonly owner: string
  /** The operationId, as in the OpenAPI document: `createUploadUrl`, `createUploadForm`, … */
  readonly operation: string
}

interface Collaborators {
  /** Your S3 client, or the configuration for one. Default: the SDK's own region and credential chain. */
  readonly client?: S3Client | S3ClientConfig
  /**
   * Your own say, after the request is validated and before anything is signed: return false, or throw an error
   * of yours, to refuse. Default: every owner may do everything below their own prefix.
   */
  readonly authorize?: (request: FastifyRequest, authorization: Authorization) => boolean | Promise<boolean>
  /**
   * Runs when a request has had an upload inspected, before it is answered: start the transcription here. It runs
   * again when the same upload is inspected again, so make it safe to repeat. What it throws is the answer.
   */
  readonly onInspected?: (status: UploadStatus, on: { readonly owner: string }) => void | Promise<void>
  /** The time, for tests. Default: the system clock with the SDK's correction for skew. */
  readonly clock?: () => Date
  /** Makes the unguessable part of an object key, for tests. Default: a random UUID. */
  readonly createId?: () => string
}

/** Who uploads: either the host says whose request it is, or everybody shares one owner. */
type Identity =
  | {
    /** Whose request this is; empty or undefined for nobody, which is answered 401. */
    readonly owner: (request: FastifyRequest) => string | undefined | Promise<string | undefined>
    readonly allowAnonymous?: never
  }
  | {
    readonly owner?: never
    /** Lets anybody upload, as the owner `anonymous`. */
    readonly allowAnonymous: true
  }

/** Options of the plugin. */
export type UploadUrlOptions = UploadUrlSettings & Collaborators & Identity & {
  /** Fastify's own: a path before all routes, as in `/v1`. */
  readonly prefix?: string
}

/** The options with every default filled in. */
export type ResolvedOptions = ReturnType<typeof resolveOptions>

const ajv = new Ajv({ allErrors: true })
const isValid = ajv.compile<UploadUrlSettings>(SettingsSchema)

/**
 * Checks the options once and fills in the defaults.
 *
 * @returns a frozen copy; the caller's object is left alone
 * @throws FST_UPLOAD_INVALID_OPTIONS naming every option that is wrong
 */
export function resolveOptions (options: UploadUrlOptions) {
  const { client = {}, owner, allowAnonymous, authorize = () => true, onInspected = () => {}, clock, createId = randomUUID, prefix = '', ...settings } = options
  if (!isValid(settings)) {
    throw new errors.FST_UPLOAD_INVALID_OPTIONS(isValid.errors!.map(problem => describeProblem('options', problem)).join('; '))
  }
  if ((typeof owner === 'function') === (allowAnonymous === true)) {
    throw new errors.FST_UPLOAD_INVALID_OPTIONS('pass owner(request), which says whose request it is, or allowAnonymous: true to let anybody upload')
  }
  return Object.freeze({
    bucket: settings.bucket,
    publicEndpoint: settings.publicEndpoint,
    keyPrefix: settings.keyPrefix ?? 'uploads',
    expiresIn: settings.expiresIn ?? 900,
    formats: Object.freeze((settings.formats ?? AUDIO_FORMATS).map(toFormat)),
    maxSize: settings.maxSize,
    required: Object.freeze(new Set(requiredFields(settings))),
    encryption: settings.encryption,
    singleUse: settings.singleUse ?? true,
    forms: settings.forms ?? true,
    client,
    owner: owner ?? (() => 'anonymous'),
    authorize,
    onInspected,
    clock,
    createId,
    prefix
  })
}

function toFormat (format: string | Format): Format {
  return typeof format === 'string' ? AUDIO_FORMATS.find(({ name }) => name === format)! : format
}

// A type that is limited has to be said, for no store can enforce it otherwise. Sizes differ: a form bounds them by itself.
function requiredFields ({ require = [], formats }: UploadUrlSettings) {
  return formats === undefined ? require : [...require, 'contentType' as const]
}
