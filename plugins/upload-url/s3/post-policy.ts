import type { S3Client } from '@aws-sdk/client-s3'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import type { OwnedObject } from '../object-key.js'
import type { SigningContext } from './signing-context.js'
import { withConfig } from './client.js'

/** What a form upload may contain. */
export interface FormPolicy {
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
 * Signs a POST policy with the SDK ("Browser-based uploads using POST", S3 API reference). Every field
 * is matched exactly, and S3 refuses a field the policy does not name.
 */
export function signForm (client: S3Client, bucket: string, policy: FormPolicy, context: SigningContext): Promise<SignedForm> {
  const dated = withConfig(client, {
    credentials: async () => context.credentials,
    // The package offers no signing date; the offset it adds to its own clock serves as one.
    systemClockOffset: context.signingDate.getTime() - Date.now()
  })
  return createPresignedPost(dated, {
    Bucket: bucket,
    Key: policy.object.key,
    Fields: { ...policy.fields },
    Conditions: [['content-length-range', ...policy.contentLengthRange]],
    Expires: context.expiresIn
  })
}
