import { errors, retryLater } from '../errors.js'
import type { Credentials } from './credentials.js'

/** Who signs, when, and for how long: what all URLs of one response have in common. */
export interface SigningContext {
  readonly credentials: Credentials
  readonly signingDate: Date
  /** The signing date as SigV4 writes it: `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string
  /** Lifetime of the URLs in seconds. */
  readonly expiresIn: number
  /** When they expire, in ISO 8601. */
  readonly expiresAt: string
}

/**
 * Dates a signing context. It is as long as asked for, or ends with the credentials if these expire first: S3 refuses
 * a URL from the moment its credentials expire, whatever the URL says of itself.
 *
 * @param now milliseconds since the epoch
 * @param lifetime wanted, in seconds
 * @throws FST_UPLOAD_NO_CREDENTIALS when the credentials have already expired
 */
export function createSigningContext (credentials: Credentials, now: number, lifetime: number): SigningContext {
  const signingSecond = Math.floor(now / 1000)
  const lastSecond = Math.floor((credentials.expiration?.getTime() ?? Infinity) / 1000)
  const expiresIn = Math.min(lifetime, lastSecond - signingSecond)
  if (expiresIn < 1) throw retryLater(new errors.FST_UPLOAD_NO_CREDENTIALS())
  const signingDate = new Date(signingSecond * 1000)
  return {
    credentials,
    signingDate,
    timestamp: signingDate.toISOString().replace(/[-:]|\.\d{3}/g, ''),
    expiresIn,
    expiresAt: new Date((signingSecond + expiresIn) * 1000).toISOString()
  }
}
