import { Type, type Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { Authorization } from './authentication.js'
import { stringEnum } from './document.js'
import { AUDIO_FORMATS, type Format } from './formats.js'
import { metadataHeaders } from './metadata.js'
import { S3_LIMITS } from './s3/limits.js'
import { Metadata, Size } from './schemas.js'
import { UNCLAIMED_TAG } from './unclaimed-tag.js'
import { problemFinder } from './validation.js'

/** What S3 accepts in tags, which XML would never have to escape ("Categorizing your storage using tags"). */
const TAG = '[\\p{L}\\p{Z}\\p{N}_.:/=+@-]'

/** S3 takes ten, of which one is for what nobody has claimed. */
const MAX_TAGS = 9

const PolicySchema = Type.Object({
  maxSize: Type.Optional(Size('Largest upload in bytes.')),
  minSize: Type.Optional(Size('Smallest upload in bytes.')),
  formats: Type.Optional(Type.Array(Type.String(), { minItems: 1, description: 'Names of the formats accepted.' })),
  maxDuration: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Longest recording in seconds.' })),
  expiresIn: Type.Optional(Type.Integer({
    minimum: 1, maximum: S3_LIMITS.maxExpiresIn, description: 'Seconds until a URL expires.'
  })),
  require: Type.Optional(Type.Array(stringEnum(['size', 'contentType', 'sha256']), {
    description: 'What has to be declared.'
  })),
  metadata: Type.Optional(Metadata),
  tags: Type.Optional(Type.Unsafe<Record<string, string>>({
    type: 'object',
    maxProperties: MAX_TAGS,
    propertyNames: { pattern: `^(?!aws:|${UNCLAIMED_TAG[0]}$)${TAG}{1,128}$` },
    additionalProperties: { type: 'string', pattern: `^${TAG}{0,256}$` },
    description: 'Tags of the object.'
  }))
}, { additionalProperties: false })

const findProblems = problemFinder(PolicySchema)

type Immutable<T> = T extends ReadonlyArray<infer Item> ? readonly Item[]
  : T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T

/**
 * What holds for one request besides the options: `maxSize` and `minSize` in bytes, `maxDuration` and `expiresIn` in
 * seconds, names of `formats`, what to `require`, and the `metadata` and `tags` to sign into the upload.
 */
export type RequestPolicy = Immutable<Static<typeof PolicySchema>>

/** Says what holds for a request besides the options; undefined for nothing. */
export type PolicyHook = (
  request: FastifyRequest, authorization: Authorization
) => RequestPolicy | undefined | Promise<RequestPolicy | undefined>

/**
 * What is wrong with a policy, each problem in one sentence. Only a plain object can be right: the fields of another
 * might be missed.
 *
 * @param root what the policy is called, as in `policy`
 * @param formats of your own, where there are such
 */
export function policyProblems (policy: unknown, root: string, formats: readonly Format[] = []): string[] {
  if (!isPlainObject(policy)) return [`${root} must be a plain object`]
  // A misspelt field of the host's own must not lift a limit.
  const missing = Object.keys(policy).filter(name => policy[name] === undefined)
  const problems = [...findProblems(policy, root), ...missing.map(name => `${root}/${name} must not be undefined`)]
  if (problems.length > 0) return problems
  const { metadata = {}, tags = {}, formats: names = [], minSize = 0, maxSize = Infinity } = policy as RequestPolicy
  if (minSize > maxSize) return [`${root}/minSize must not be greater than maxSize`]
  if (!isPlainObject(metadata) || !isPlainObject(tags)) return [`${root}: metadata and tags must be plain objects`]
  const unknown = names.filter(name => ![...formats, ...AUDIO_FORMATS].some(format => format.name === name))
  return [...unknown.map(name => `${root}/formats: unknown format ${name}`), ...metadataProblems(metadata, root)]
}

/** Whether all that a value has are its own fields. */
export function isPlainObject (value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function metadataProblems (metadata: NonNullable<RequestPolicy['metadata']>, root: string): string[] {
  try {
    metadataHeaders({ metadata }, `${root}/`)
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}
