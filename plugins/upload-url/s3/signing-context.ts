import { errors, retryLater } from '../errors.js'
import type { Credentials } from './credentials.js'

/** Who signs, when, and for how long: what all URLs of one response have in common. */
export interface SigningContext extends SigningPeriod {
  readonly credentials: Credentials
}

/** When, and for how long, URLs are signed. */
export interface SigningPeriod {
  readonly signingDate: Date
  /** The signing date as SigV4 writes it: `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string
  /** Seconds until the URLs expire. */
  readonly expiresIn: number
  /** When they expire, in ISO 8601. */
  readonly expiresAt: string
}

/**
 * Makes a signing context. Its URLs are valid as long as asked for, or until the credentials expire if that is
 * earlier: S3 refuses a URL from then on, whatever the URL says of itself.
 *
 * @param now milliseconds since the epoch
 * @param seconds wanted
 * @throws FST_UPLOAD_NO_CREDENTIALS when the credentials have already expired
 */
export function createSigningContext (credentials: Credentials, now: number, seconds: number): SigningContext {
  const lastSecond = Math.floor((credentials.expiration?.getTime() ?? Infinity) / 1000)
  const expiresIn = Math.min(seconds, lastSecond - Math.floor(now / 1000))
  if (expiresIn < 1) throw retryLater(new errors.FST_UPLOAD_NO_CREDENTIALS())
  return { credentials, ...signingPeriod(now, expiresIn) }
}

/** The period of `seconds` from `now` on, milliseconds since the epoch. */
export function signingPeriod (now: number, seconds: number): SigningPeriod {
  const signingSecond = Math.floor(now / 1000)
  const signingDate = new Date(signingSecond * 1000)
  return {
    signingDate,
    timestamp: signingDate.toISOString().replace(/[-:]|\.\d{3}/g, ''),
    expiresIn: seconds,
    expiresAt: new Date((signingSecond + seconds) * 1000).toISOString()
  }
}
