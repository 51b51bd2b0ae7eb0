import { timingSafeEqual } from 'node:crypto'
import { Sha256 } from '@aws-sdk/checksums/sha'
import { SignatureV4 } from '@smithy/signature-v4'
import type { Credentials } from './options.js'

/** A request as the SDK's signer takes it. */
export type SignableRequest = Parameters<SignatureV4['presign']>[0]

/**
 * The SDK's own signer, set up for S3. It keeps the texts it signed last, because S3 shows them to a client whose
 * signature does not match.
 */
export class Signer extends SignatureV4 {
  canonicalRequest = ''
  stringToSign = ''

  constructor (credentials: Credentials, region: string) {
    super({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false, applyChecksum: false })
  }

  protected override createCanonicalRequest (
    request: SignableRequest, headers: SignableRequest['headers'], payloadHash: string
  ): string {
    this.canonicalRequest = super.createCanonicalRequest(request, headers, payloadHash)
    return this.canonicalRequest
  }

  protected override async createStringToSign (
    date: string, scope: string, canonicalRequest: string, algorithm: string
  ): Promise<string> {
    this.stringToSign = await super.createStringToSign(date, scope, canonicalRequest, algorithm)
    return this.stringToSign
  }
}

/** Compares two texts in a time that does not depend on where they first differ. */
export function equalInConstantTime (one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
