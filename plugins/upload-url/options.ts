import { randomUUID } from 'node:crypto'
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { Type, type Static } from '@sinclair/typebox'
import type { FastifyRequest, RegisterOptions } from 'fastify'
import { OWNER_HOOKS, type Authorization } from './authentication.js'
import { stringEnum } from './document.js'
import { errors } from './errors.js'
import { AUDIO_FORMATS, FormatSchema, type Format, type FormatName } from './formats.js'
import { hasUnclaimedPrefix } from './object-key.js'
import type { PolicyHook, RequestPolicy } from './request-policy.js'
import { isDirectoryBucket, isMultiRegion } from './s3/bucket-name.js'
import { S3_LIMITS } from './s3/limits.js'
import { problemsOf, type AllowUndefined } from './validation.js'

const SEGMENT = "(?!\\.{1,2}(?:/|$))[A-Za-z0-9!_.*'()-]+"
/** Enough for anybody, and less than a number of seconds would be. */
const MAX_EXPIRY_DAYS = 3650
const ID = /^[A-Za-z0-9_-]{1,64}$/

const Callback = (description: string) => Type.Unsafe<unknown>({ isFunction: true, description })

/** The options that are plain values. */
export const SettingsSchema = Type.Object({
  bucket: Type.String({
    minLength: 1, maxLength: 255, description: 'Name, or access point ARN, of the bucket that uploads go to.'
  }),
  publicEndpoint: Type.Optional(Type.String({
    pattern: '^https?://[^/?#@\\s]+(/[^?#\\s]*)?$',
    description: 'Origin of S3 as uploaders reach it, where it differs from the one of the client, as in ' +
      '`https://s3.example.com`.'
  })),
  keyPrefix: Type.Optional(Type.String({
    maxLength: 256,
    pattern: `^(?:${SEGMENT}(?:/${SEGMENT})*)?$`,
    default: 'uploads',
    description: 'First part of every object key, without a slash at either end.'
  })),
  expiresIn: Type.Optional(Type.Integer({
    minimum: 1, maximum: S3_LIMITS.maxExpiresIn, default: 900, description: 'Seconds until a URL expires.'
  })),
  formats: Type.Optional(Type.Array(
    Type.Union([Type.Unsafe<FormatName>(stringEnum(AUDIO_FORMATS.map(({ name }) => name))), FormatSchema]), {
      minItems: 1,
      description: 'What may be uploaded: names of audio formats, or formats of your own. When given, every upload ' +
        'must declare its type. Default: all audio formats.'
    }
  )),
  maxSize: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Largest upload in bytes. When given, an upload by URL must declare its size. Default: none.'
  })),
  require: Type.Optional(Type.Array(stringEnum(['size', 'contentType', 'sha256']), {
    description: 'What every upload must declare. Default: nothing.'
  })),
  encryption: Type.Optional(Type.Union([
    stringEnum(['AES256']),
    Type.Object({ kmsKeyId: Type.String({ minLength: 1 }) }, { additionalProperties: false })
  ], {
    description: 'Server-side encryption of every upload: SSE-S3, or SSE-KMS with this key. ' +
      'Default: the bucket decides.'
  })),
  singleUse: Type.Optional(Type.Boolean({
    default: true,
    description: 'Whether a URL with anything bound to it works once (`If-None-Match: *`). Turn off for an S3 server ' +
      'without conditional writes.'
  })),
  forms: Type.Optional(Type.Boolean({
    default: true,
    description: 'Whether form uploads are offered. Turn off for an S3 server without POST policies, such as ' +
      'Cloudflare R2.'
  })),
  listUploads: Type.Optional(Type.Boolean({
    default: false,
    description: 'Whether owners may list their uploads, and their multipart uploads in progress. Takes the ' +
      'permissions `s3:ListBucket` and `s3:ListBucketMultipartUploads`.'
  })),
  deleteUploads: Type.Optional(Type.Boolean({
    default: false,
    description: 'Whether owners may delete their uploads. Takes the permissions `s3:DeleteObject`, ' +
      '`s3:ListBucket` and `s3:ListBucketMultipartUploads`.'
  })),
  unclaimed: Type.Optional(Type.Object({
    expireAfterDays: Type.Integer({ minimum: 1, maximum: MAX_EXPIRY_DAYS }),
    by: Type.Optional(stringEnum(['tag', 'prefix']))
  }, {
    additionalProperties: false,
    description: 'When given, as in `{ expireAfterDays: 7 }`, uploads expire unless they are claimed, by a lifecycle ' +
      'rule that `fastify-upload-url setup` puts. The rule goes by the tag `upload-state=unclaimed` or, with ' +
      '`by: \'prefix\'`, for S3 servers without tags, by the prefix `unclaimed/`, from where a claim copies. By tag, ' +
      'takes the permissions `s3:PutObjectTagging` and `s3:GetObjectTagging`. Default: uploads stay.'
  })),
  results: Type.Optional(Type.Boolean({
    default: false,
    description: 'Whether clients may request URLs to upload results to, such as transcripts, and the status of an ' +
      'upload lists them. The latter needs the permission `s3:ListBucket`. A result is held to `maxSize` only where ' +
      'its size is declared.'
  })),
  accept: Type.Optional(Type.Object({
    minDuration: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    maxDuration: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    channels: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1 })),
    sampleRates: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1 })),
    codecs: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z0-9_]{1,32}$' }), { minItems: 1 }))
  }, {
    additionalProperties: false,
    description: 'What recordings an inspection accepts: `minDuration` and `maxDuration` in seconds, and lists of ' +
      '`channels` (numbers of them), `sampleRates` in Hz and `codecs` by the names that inspection uses. Others are ' +
      '`rejected`, and so is what these cannot be told of. Default: all.'
  })),
  ownerHook: Type.Optional(stringEnum(OWNER_HOOKS, {
    description: 'The hook in which `owner` is asked: the one after your app has authenticated the request. ' +
      'Default: `onRequest`, before anything is parsed for somebody unknown.'
  })),
  authenticateScheme: Type.Optional(Type.String({
    pattern: '^[!-~][ -~]*$',
    default: 'Bearer',
    description: 'What `WWW-Authenticate` says with a 401 (RFC 9110, section 11.6.1).'
  }))
}, { additionalProperties: false })

/** Every option; those that are functions or objects have no description here. */
export const OptionsSchema = Type.Object({
  ...SettingsSchema.properties,
  client: Type.Optional(Type.Unsafe<unknown>({ type: 'object' })),
  owner: Type.Optional(Callback('names the owner of a request')),
  allowAnonymous: Type.Optional(Type.Unsafe<true>({ enum: [true] })),
  authorize: Type.Optional(Callback('allows a request by returning true')),
  policy: Type.Optional(Callback('says what holds for a request besides')),
  clock: Type.Optional(Callback('tells the time')),
  createId: Type.Optional(Callback('makes the id of an object')),
  prefix: Type.Optional(Type.String()),
  logLevel: Type.Optional(Type.String()),
  logSerializers: Type.Optional(Type.Unsafe<unknown>({ type: 'object' }))
}, { additionalProperties: false })

/** The options that are plain values. */
export type UploadUrlSettings = AllowUndefined<Static<typeof SettingsSchema>>

/** What `owner` may return: a name, or an id; nothing for nobody. */
export type Owner = string | number | bigint | null | undefined

interface Callbacks {
  /** Your S3 client, or the configuration of one. @default the SDK's own region and credential chain */
  readonly client?: S3Client | S3ClientConfig | undefined
  /**
   * Allows or refuses a request, after it is validated and before anything is signed: only `true` allows it, anything
   * else is answered 403, and an error of yours is the answer.
   *
   * @default every owner may do everything below their own prefix
   * @example authorize: (request, { operation }) => request.user.canUpload || operation === 'getUploadStatus'
   */
  readonly authorize?:
    ((request: FastifyRequest, authorization: Authorization) => boolean | Promise<boolean>) | undefined
  /**
   * Narrows the options for one request, once it is authorized: returns limits, or undefined for none, and throws to
   * refuse; an error of yours is the answer. What it returns can only narrow. Anything that is not right is answered
   * 500, and the log says what.
   *
   * @default the options hold
   * @example policy: request => request.user.isTrial ? { maxSize: 10_000_000, tags: { plan: 'trial' } } : undefined
   */
  readonly policy?: PolicyHook | undefined
  /** The time, for tests. @default the system clock with the SDK's correction for skew */
  readonly clock?: (() => Date) | undefined
  /** Makes the unguessable part of an object key: 1 to 64 letters, digits, `_` and `-`. @default a random UUID */
  readonly createId?: (() => string) | undefined
}

type Identity =
  | {
    /**
     * Names the owner of a request, whose objects they are: a string, or an integer. Nothing, or an empty string, is
     * answered 401. It is asked in `ownerHook`: in `onRequest`, unless you authenticate later.
     *
     * @example owner: request => request.user?.id
     */
    readonly owner: (request: FastifyRequest) => Owner | Promise<Owner>
    readonly allowAnonymous?: never
  }
  | {
    readonly owner?: never
    /** Lets anybody upload, as the owner `anonymous`. */
    readonly allowAnonymous: true
  }

/** Options of the plugin. */
export type UploadUrlOptions = UploadUrlSettings & Callbacks & Identity &
  /** Fastify's own: a path before all routes, as in `/v1`, and how the routes log. */
  Pick<RegisterOptions, 'prefix' | 'logLevel' | 'logSerializers'>

/** The options with every default filled in. */
export type ResolvedOptions = ReturnType<typeof resolveOptions>

/** Every default. */
const DEFAULTS = {
  keyPrefix: 'uploads',
  expiresIn: 900,
  formats: AUDIO_FORMATS as readonly Format[],
  require: [],
  singleUse: true,
  forms: true,
  listUploads: false,
  deleteUploads: false,
  results: false,
  ownerHook: 'onRequest' as const,
  authenticateScheme: 'Bearer',
  client: {},
  accept: {} as NonNullable<UploadUrlSettings['accept']>,
  owner: () => 'anonymous',
  authorize: () => true,
  policy: (() => undefined) as PolicyHook,
  createId: randomUUID as () => string,
  prefix: ''
}

/**
 * Checks the options once and fills in the defaults.
 *
 * @returns a frozen copy; the caller's object is left alone
 * @throws FST_UPLOAD_INVALID_OPTIONS naming every option that is wrong
 */
export function resolveOptions (options: UploadUrlOptions) {
  assertOptions(options)
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  const given = Object.fromEntries(entries) as UploadUrlOptions
  const { require, formats, createId, ...rest } = { ...DEFAULTS, ...given } as typeof DEFAULTS & UploadUrlOptions
  const configured = { formats: Object.freeze((formats ?? []).map(toFormat)), maxSize: given.maxSize }
  return Object.freeze({
    ...rest,
    ...configured,
    /** The same without the policy of a request. */
    configured,
    /** The policy of a request. */
    limits: {} as RequestPolicy,
    // A type that is limited has to be declared, since S3 cannot enforce it otherwise. A size a form can bound.
    required: new Set<string>(given.formats === undefined ? require : [...require ?? [], 'contentType']),
    createId: () => checkedId(createId!())
  })
}

function assertOptions (options: UploadUrlOptions): void {
  const problems = problemsOf(OptionsSchema, options, 'options')
  const { owner, allowAnonymous } = Object(options) as Partial<UploadUrlOptions>
  if ((owner === undefined) === (allowAnonymous === undefined)) {
    problems.push('options need owner(request), which names the owner of a request, or else allowAnonymous: true')
  }
  const { minDuration, maxDuration } = Object(Object(options).accept) as NonNullable<UploadUrlSettings['accept']>
  if (minDuration! > maxDuration!) problems.push('options.accept/minDuration must not be greater than maxDuration')
  problems.push(...unclaimedProblems(Object(options) as UploadUrlOptions))
  if (problems.length > 0) throw new errors.FST_UPLOAD_INVALID_OPTIONS(problems.join('; '))
}

/** What S3 cannot do for claims, whatever server it is. */
function unclaimedProblems ({ unclaimed, bucket, keyPrefix = DEFAULTS.keyPrefix }: UploadUrlOptions): string[] {
  if (typeof unclaimed !== 'object' || unclaimed === null || typeof keyPrefix !== 'string') return []
  const problems: string[] = []
  const byPrefix = unclaimed.by === 'prefix'
  if (!byPrefix && isDirectoryBucket(bucket)) {
    problems.push("options.unclaimed must be by: 'prefix': directory buckets have no tags")
  }
  if (byPrefix && isMultiRegion(bucket)) {
    problems.push("options.unclaimed must be by: 'tag': S3 copies nothing from multi-region access points")
  }
  if (byPrefix && !hasUnclaimedPrefix(keyPrefix)) {
    problems.push("options.keyPrefix must be set, and not to unclaimed, where options.unclaimed is by: 'prefix'")
  }
  return problems
}

function toFormat (format: string | Format): Format {
  return typeof format === 'string' ? AUDIO_FORMATS.find(({ name }) => name === format)! : format
}

function checkedId (id: unknown): string {
  if (typeof id === 'string' && ID.test(id)) return id
  throw new errors.FST_UPLOAD_INVALID_OPTIONS('createId must return 1 to 64 letters, digits, _ and -')
}
