import { errors, retryLater } from '../errors.js'
import type { Credentials } from './credentials.js'

/** Who signs, when, and for how long: what all URLs of one reply have in common. */
export interface Lease {
  readonly credentials: Credentials
  readonly signingDate: Date
  /** The signing date as SigV4 writes it: `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string
  /** Life of the URLs in seconds. */
  readonly expiresIn: number
  /** The instant they end, in ISO 8601. */
  readonly expiresAt: string
}

/**
 * Dates a lease. It is as long as asked for, or ends with the credentials if these die first: S3 refuses
 * a URL from the moment its credentials expire, whatever the URL says of itself.
 *
 * @param life wanted, in seconds
 * @throws FST_UPLOAD_NO_CREDENTIALS when the credentials have already expired
 */
export function createLease (credentials: Credentials, now: number, life: number): Lease {
  const signingSecond = Math.floor(now / 1000)
  const lastSecond = Math.floor((credentials.expiration?.getTime() ?? Infinity) / 1000)
  const expiresIn = Math.min(life, lastSecond - signingSecond)
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
