import type { FastifyRequest } from 'fastify'
import type { Owner } from '../index.js'
import { errors, S3_LIMITS } from '../internals.js'

/** Options of the plugin. */
export interface UppyOptions {
  /** A path before all routes, as in `/v1`. Default: none. */
  readonly prefix?: string
  /**
   * Whose request this is, where no token in the path says so: by a cookie, say. Default: the same as for the routes
   * of `fastify-upload-url`.
   */
  readonly owner?: (request: FastifyRequest) => Owner | Promise<Owner>
  /** Told whose request it is as soon as that is known, for logs and limits of the host's. */
  readonly identified?: (request: FastifyRequest, owner: string) => void
  /**
   * What tokens are signed with: 32 bytes or more, the same on every replica. Of several, the first signs and all are
   * accepted, so that one can be replaced. Default: no tokens, and no paths with tokens.
   */
  readonly tokenSecret?: Secret | readonly Secret[]
  /** Life of a token in seconds, which has to cover the longest upload. Default: 43 200, 12 hours. */
  readonly tokenLife?: number
  /**
   * How Uppy cuts a file, in bytes: what you pass to `@uppy/aws-s3` as `getChunkSize`, if you do. Where an upload
   * declares its size, part URLs take parts of just that size. Default: Uppy's own.
   */
  readonly getChunkSize?: (file: { readonly size: number }) => number
  /** The time, for tests. Default: the system clock. */
  readonly clock?: () => Date
}

/** A secret, as text or bytes. */
export type Secret = string | Uint8Array

/** The options with every default filled in. */
export interface ResolvedUppyOptions {
  readonly prefix: string
  readonly owner: UppyOptions['owner']
  readonly identified: (request: FastifyRequest, owner: string) => void
  readonly secrets: readonly Buffer[]
  readonly tokenLife: number
  readonly getChunkSize: (file: { readonly size: number }) => number
  readonly clock: () => Date
}

const MIN_SECRET = 32
const MAX_LIFE = 604_800

/**
 * Checks the options and fills in the defaults.
 *
 * @throws FST_UPLOAD_INVALID_OPTIONS naming the option that is wrong
 */
export function resolveUppyOptions ({
  prefix = '', owner, identified = () => {}, tokenSecret = [], tokenLife = 43_200, getChunkSize = defaultChunkSize,
  clock = () => new Date()
}: UppyOptions): ResolvedUppyOptions {
  const secrets = (isList(tokenSecret) ? tokenSecret : [tokenSecret]).map(secret => Buffer.from(secret))
  if (secrets.some(secret => secret.length < MIN_SECRET)) {
    throw wrong(`tokenSecret must have ${MIN_SECRET} bytes or more`)
  }
  if (!Number.isInteger(tokenLife) || tokenLife < 1 || tokenLife > MAX_LIFE) {
    throw wrong(`tokenLife must be an integer number of seconds, 1 to ${MAX_LIFE}`)
  }
  return Object.freeze({ prefix, owner, identified, secrets, tokenLife, getChunkSize, clock })
}

function isList (secret: Secret | readonly Secret[]): secret is readonly Secret[] {
  return Array.isArray(secret)
}

// As @uppy/aws-s3 5 and 6 do: as small as S3 and its 10 000 parts allow.
function defaultChunkSize ({ size }: { readonly size: number }): number {
  return Math.max(S3_LIMITS.minPartSize, Math.ceil(size / S3_LIMITS.maxParts))
}

function wrong (problem: string): Error {
  return new errors.FST_UPLOAD_INVALID_OPTIONS(`uppy: ${problem}`)
}
