import { createHmac, timingSafeEqual } from 'node:crypto'
import { errors, ownerSegment } from '../internals.js'

/** How tokens are made. */
export interface TokenSettings {
  /** The first signs, all are accepted. */
  readonly secrets: readonly Buffer[]
  /** Life of a token in seconds. */
  readonly life: number
  /** Longest token that fits a path of the host, in characters. */
  readonly maxLength: number
  readonly clock: () => Date
}

/** A token that stands for its owner, and when it expires. */
export interface OwnerToken {
  readonly token: string
  /** Life in seconds. */
  readonly expiresIn: number
  /** ISO 8601. */
  readonly expiresAt: string
}

/** Makes and reads tokens. */
export interface Tokens {
  /** @throws FST_UPLOAD_INVALID_OWNER; FST_UPLOAD_INVALID_OPTIONS where the owner's name is too long for a path */
  create (owner: string): OwnerToken
  /** Whose token this is; undefined where it is not ours, or has expired. */
  read (token: string): string | undefined
}

const TOKEN_IN_TEXT = /[0-9a-z]{1,9}\.[A-Za-z0-9_-]{43}\.[A-Za-z0-9_.!~*'()=-]+/g
const TOKEN = /^([0-9a-z]{1,9})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_.!~*'()=-]+)$/

/**
 * Short-lived tokens for clients that can send no header: `{expiry}.{HMAC-SHA256}.{owner}`, all of it safe in a path.
 * They are kept nowhere; whoever has the secret can check them.
 */
export function createTokens ({ secrets, life, maxLength, clock }: TokenSettings): Tokens {
  return {
    create (owner) {
      ownerSegment(owner)
      const [secret] = secrets
      if (secret === undefined) throw new errors.FST_UPLOAD_INVALID_OPTIONS('uppy: tokens need the option tokenSecret')
      const expiry = Math.floor(clock().getTime() / 1000) + life
      const signed = { expiry: expiry.toString(36), name: toPath(owner) }
      const token = `${signed.expiry}.${mac(secret, signed)}.${signed.name}`
      if (token.length > maxLength) {
        throw new errors.FST_UPLOAD_INVALID_OPTIONS(
          `uppy: a token for this owner takes ${token.length} characters, but paths take ${maxLength}: raise ` +
          'routerOptions.maxParamLength of Fastify'
        )
      }
      return { token, expiresIn: life, expiresAt: new Date(expiry * 1000).toISOString() }
    },

    read (token) {
      const [, expiry, signature, name] = TOKEN.exec(token) ?? []
      if (expiry === undefined || signature === undefined || name === undefined) return undefined
      // Compares with every secret, so that the time taken tells nothing about any of them.
      const isOurs = secrets.filter(secret => isEqual(mac(secret, { expiry, name }), signature)).length > 0
      return isOurs && parseInt(expiry, 36) * 1000 > clock().getTime() ? fromPath(name) : undefined
    }
  }
}

function mac (secret: Buffer, { expiry, name }: { readonly expiry: string, readonly name: string }): string {
  return createHmac('sha256', secret).update(`fastify-upload-url uppy token 1\n${expiry}\n${name}`).digest('base64url')
}

// As text, for two texts may decode to the same bytes.
function isEqual (one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

function toPath (owner: string): string {
  return encodeURIComponent(owner).replaceAll('%', '=')
}

function fromPath (name: string): string {
  return decodeURIComponent(name.replaceAll('=', '%'))
}

/** A text, such as the URL of a request, with every token in it replaced, however it is percent-encoded. */
export function redactTokens (text: string): string {
  const decoded = decode(text)
  const redacted = decoded.replace(TOKEN_IN_TEXT, '[token]')
  return redacted === decoded ? text : redacted
}

function decode (text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, bytes => {
    try {
      return decodeURIComponent(bytes)
    } catch {
      return bytes
    }
  })
}
