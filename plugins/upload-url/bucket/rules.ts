import type { CORSRule, LifecycleRule } from '@aws-sdk/client-s3'

const CORS_RULE_ID = 'fastify-upload-url'
const LIFECYCLE_RULE_ID = 'fastify-upload-url: abort incomplete multipart uploads'
const ABORT_AFTER_DAYS = 3
const PREFLIGHT_SECONDS = 600

/** Every header that a URL may have signed, which a browser must therefore be allowed to send. */
export const SIGNED_HEADERS = [
  'content-type', 'if-none-match', 'x-amz-checksum-sha256', 'x-amz-meta-*', 'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id', 'x-amz-mp-object-size', 'x-amz-tagging'
]

/** The rule that allows pages of these origins to upload, and to read the ETag. */
export function corsRule (origins: readonly string[]): CORSRule {
  return {
    ID: CORS_RULE_ID,
    AllowedOrigins: [...origins],
    AllowedMethods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
    AllowedHeaders: SIGNED_HEADERS,
    ExposeHeaders: ['ETag'],
    MaxAgeSeconds: PREFLIGHT_SECONDS
  }
}

/** The rule that aborts multipart uploads below a prefix which are not completed within days. */
export function lifecycleRule (keyPrefix: string): LifecycleRule {
  return {
    ID: LIFECYCLE_RULE_ID,
    Status: 'Enabled',
    Filter: { Prefix: `${keyPrefix}/` },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABORT_AFTER_DAYS }
  }
}

/** Whether a rule, whoever made it, aborts incomplete uploads below a prefix. */
export function abortsIncompleteUploads (rule: LifecycleRule, keyPrefix: string): boolean {
  const { Status, Filter, Prefix, AbortIncompleteMultipartUpload } = rule
  if (Status !== 'Enabled' || AbortIncompleteMultipartUpload === undefined) return false
  const hasOtherFilters = Object.entries(Filter ?? {}).some(([name, value]) => name !== 'Prefix' && value !== undefined)
  return !hasOtherFilters && `${keyPrefix}/`.startsWith(Filter?.Prefix ?? Prefix ?? '')
}

/** A list of rules in which one replaces that of the same ID; the others stay. */
export function withRule<T extends { ID?: string | undefined }> (rules: readonly T[], rule: T): T[] {
  return [...rules.filter(({ ID }) => ID !== rule.ID), rule]
}
