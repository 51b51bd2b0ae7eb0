import type { OwnedObject } from '../object-key.js'
import type { EndpointTemplate } from './endpoint.js'
import type { SigningContext } from './signing-context.js'
import type { SigningScope } from './sigv4.js'

/** What a form upload may contain. */
export interface PostPolicy {
  readonly object: OwnedObject
  /** Form fields by name; each must be sent with exactly this value. */
  readonly fields: Readonly<Record<string, string>>
  /** Bounds of the file in bytes, both inclusive. */
  readonly contentLengthRange: readonly [min: number, max: number]
}

/** Where to post a form, and the fields it needs before the file. */
export interface SignedForm {
  readonly url: string
  readonly fields: Record<string, string>
}

/**
 * Signs a POST policy: "Browser-based uploads using POST" in the Amazon S3 API reference. Every field
 * is matched exactly, and S3 refuses a field the policy does not name.
 *
 * @param bucket name, as the policy has it
 */
export function signPostPolicy (
  bucket: string, policy: Omit<PostPolicy, 'object'> & { readonly object: { readonly storeKey: string } },
  { origin, basePath }: EndpointTemplate, { credentials, timestamp, expiresAt }: SigningContext, scope: SigningScope
): SignedForm {
  const { storeKey: key } = policy.object
  const fields: Record<string, string> = {
    ...policy.fields,
    bucket,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': scope.credential,
    'X-Amz-Date': timestamp,
    ...credentials.sessionToken && { 'X-Amz-Security-Token': credentials.sessionToken }
  }
  const conditions = [
    ['content-length-range', ...policy.contentLengthRange],
    ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
    { key }
  ]
  const document = JSON.stringify({ expiration: expiresAt.replace('.000Z', 'Z'), conditions })
  const encoded = Buffer.from(document).toString('base64')
  return {
    url: origin + (basePath === '/' ? '/' : basePath.slice(0, -1)),
    fields: { ...fields, key, Policy: encoded, 'X-Amz-Signature': scope.signPolicy(encoded) }
  }
}
