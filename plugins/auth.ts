import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { errors } from 'fastify-upload-url'

/** One API key of one owner. The key itself is not kept. */
export interface ApiKey {
  readonly owner: string
  /** SHA-256 of the key. */
  readonly digest: Buffer
}

/** Options of the plugin. */
export interface AuthOptions {
  /** The keys that are valid; an owner may have several, so that one can be replaced. */
  readonly keys: readonly ApiKey[]
}

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Whose API key the request carries as a bearer token (RFC 6750).
     * Reading it throws FST_UPLOAD_UNAUTHENTICATED when there is none, or it is unknown.
     */
    readonly owner: string
  }
}

/** Characters of the shortest key that is accepted. */
export const MIN_KEY_LENGTH = 16

const CREDENTIALS = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i
const API_KEY = /^[A-Za-z0-9._~+/-]+=*$/

/**
 * Reads `owner:key` pairs.
 *
 * @param pairs as configured; a key may contain what a bearer token may (RFC 6750, section 2.1)
 * @returns the keys, hashed
 * @throws Error naming the position of the first pair that is malformed, and nothing of its text
 */
export function parseApiKeys (pairs: readonly string[]): ApiKey[] {
  if (pairs.length === 0) throw new Error('there is no entry')
  const owners = new Map<string, string>()
  return pairs.map((pair, index) => {
    const entry = `entry ${index + 1}`
    const colon = pair.indexOf(':')
    const owner = pair.slice(0, Math.max(colon, 0)).trim()
    const key = pair.slice(colon + 1).trim()
    if (owner === '') throw new Error(`${entry} is not of the form owner:key`)
    if (!API_KEY.test(key)) throw new Error(`the key of ${entry} must contain only letters, digits and . _ ~ + / -`)
    if (key.length < MIN_KEY_LENGTH) throw new Error(`the key of ${entry} is shorter than ${MIN_KEY_LENGTH} characters`)
    if ((owners.get(key) ?? owner) !== owner) throw new Error(`the key of ${entry} belongs to another owner already`)
    owners.set(key, owner)
    return { owner, digest: sha256(key) }
  })
}

/** The token of an `Authorization` header, if its scheme is Bearer (RFC 6750, section 2.1). */
export function bearerToken (authorization = ''): string | undefined {
  return CREDENTIALS.exec(authorization)?.[1]
}

/** A key as it is kept and compared. */
export function sha256 (key: string): Buffer {
  return hash('sha256', key, 'buffer')
}

async function auth (fastify: FastifyInstance, { keys }: AuthOptions): Promise<void> {
  fastify.decorateRequest('owner', {
    getter (this: FastifyRequest) {
      const token = bearerToken(this.headers.authorization)
      if (token === undefined) throw unauthenticated('send your API key as "Authorization: Bearer <key>"')
      const owner = findOwner(token, keys)
      if (owner === undefined) throw unauthenticated('this API key is unknown')
      return owner
    }
  })
}

// Compares with every key, and digests at that, so that the time taken tells nothing about any of them.
function findOwner (token: string, keys: readonly ApiKey[]): string | undefined {
  const digest = sha256(token)
  let owner: string | undefined
  for (const key of keys) {
    if (timingSafeEqual(key.digest, digest)) owner = key.owner
  }
  return owner
}

function unauthenticated (advice: string): Error {
  return Object.assign(new errors.FST_UPLOAD_UNAUTHENTICATED(advice), { headers: { 'www-authenticate': 'Bearer' } })
}

/** Authenticates by API keys. It refuses no request itself: routes that need an owner read `request.owner`. */
export default fp(auth, { name: 'auth', fastify: '5.x' })
