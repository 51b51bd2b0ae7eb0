import { Sha256 } from '@aws-sdk/checksums/sha'
import { SignatureV4 } from '@smithy/signature-v4'
import type { HeaderBag, HttpRequest } from '@smithy/types'
import type { Credentials } from './options.js'

/**
 * The SDK's own signer, set up for S3. It remembers the texts it signed, because S3 shows them to
 * whoever sent a signature that does not match.
 */
export class Signer extends SignatureV4 {
  canonicalRequest = ''
  stringToSign = ''

  constructor (credentials: Credentials, region: string) {
    super({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false, applyChecksum: false })
  }

  protected override createCanonicalRequest (request: HttpRequest, headers: HeaderBag, payloadHash: string): string {
    this.canonicalRequest = super.createCanonicalRequest(request, headers, payloadHash)
    return this.canonicalRequest
  }

  protected override async createStringToSign (date: string, scope: string, canonicalRequest: string, algorithm: string): Promise<string> {
    this.stringToSign = await super.createStringToSign(date, scope, canonicalRequest, algorithm)
    return this.stringToSign
  }
}
