import { S3Error } from './errors.js'
import type { S3ErrorCode } from './errors.js'

/** What a request claims about its own signature, before anything of it is verified. */
export interface SignatureClaim {
  readonly accessKeyId: string
  /** The moment of signing, to the second. */
  readonly signedAt: Date
  /** The same moment as sent, `YYYYMMDDTHHMMSSZ`. */
  readonly longDate: string
  /** `YYYYMMDD/region/s3/aws4_request`. */
  readonly scope: string
  /** Lower-case names in order. */
  readonly signedHeaders: readonly string[]
  /** 64 hex digits. */
  readonly signature: string
  /** SHA-256 of the body in hex, `UNSIGNED-PAYLOAD` or a `STREAMING-…` form. */
  readonly payloadHash: string
}

/** Where in a request a claim stands decides which code S3 refuses a malformed one with. */
export interface ClaimSource {
  readonly code: S3ErrorCode
  readonly prefix: string
}

const LONG_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/

/** Reads `YYYYMMDDTHHMMSSZ`. @throws S3Error with the source's code */
export function readLongDate (text: string, source: ClaimSource): Date {
  const date = new Date(text.replace(LONG_DATE, '$1-$2-$3T$4:$5:$6Z'))
  const written = Number.isNaN(date.getTime()) ? '' : date.toISOString().replace(/[-:]|\.\d{3}/g, '')
  if (written === text) return date
  throw new S3Error(source.code, 'X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd\'T\'HHmmss\'Z\'"')
}

/**
 * Takes `AKID/YYYYMMDD/region/s3/aws4_request` apart and holds each piece against what it must be
 * (SigV4, "credential scope").
 *
 * @throws S3Error with the source's code, saying which piece is wrong
 */
export function readCredential (text: string, longDate: string, region: string, source: ClaimSource): { accessKeyId: string, scope: string } {
  const refuse = (message: string, details = {}): S3Error => new S3Error(source.code, `${source.prefix}; ${message}`, details)
  const [accessKeyId, date, claimedRegion, service, terminal, ...rest] = text.split('/')
  if (!accessKeyId || terminal === undefined || rest.length > 0) {
    throw refuse('the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".')
  }
  if (date !== longDate.slice(0, 8)) throw refuse(`Invalid credential date "${date}". This date is not the same as X-Amz-Date: "${longDate.slice(0, 8)}".`)
  if (claimedRegion !== region) throw refuse(`the region '${claimedRegion}' is wrong; expecting '${region}'`, { Region: region })
  if (service !== 's3') throw refuse(`incorrect service "${service}". This endpoint belongs to "s3".`)
  if (terminal !== 'aws4_request') throw refuse(`incorrect terminal "${terminal}". This endpoint uses "aws4_request".`)
  return { accessKeyId, scope: text.slice(accessKeyId.length + 1) }
}

/** Reads `host;x-amz-date`. @throws S3Error with the source's code where the list is malformed or lacks `host` */
export function readSignedHeaders (text: string, source: ClaimSource): string[] {
  const names = text.split(';')
  const wellFormed = names.every((name, index) => /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) && (index === 0 || names[index - 1]! < name))
  if (!wellFormed) throw new S3Error(source.code, `${source.prefix}; SignedHeaders must be lower-case, in order, separated by semicolons`)
  if (!names.includes('host')) throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', { HeadersNotSigned: 'host' })
  return names
}

/** Checks that a signature has the form of one. @throws S3Error with the source's code */
export function readSignature (text: string, source: ClaimSource): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text
  throw new S3Error(source.code, `${source.prefix}; the Signature is mal-formed; expecting 64 lower-case hex digits`)
}
