import type { CORSRule, LifecycleRule } from '@aws-sdk/client-s3'

const CORS_RULE_ID = 'fastify-upload-url'
const LIFECYCLE_RULE_ID = 'fastify-upload-url: abort what was never completed'
const ABORT_AFTER_DAYS = 3
const PREFLIGHT_SECONDS = 600

/** Every header that a URL of ours may have signed, and so a browser has to be let send. */
export const SIGNED_HEADERS = ['content-type', 'if-none-match', 'x-amz-checksum-sha256', 'x-amz-meta-*', 'x-amz-server-side-encryption', 'x-amz-server-side-encryption-aws-kms-key-id', 'x-amz-mp-object-size']

/** The rule that lets pages of these origins upload, and read the ETag of what they uploaded. */
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

/** The rule that frees the parts of multipart uploads which nobody completes. */
export function lifecycleRule (prefix: string): LifecycleRule {
  return {
    ID: LIFECYCLE_RULE_ID,
    Status: 'Enabled',
    Filter: { Prefix: `${prefix}/` },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABORT_AFTER_DAYS }
  }
}

/** Whether a rule frees what is never completed below a prefix, whoever made it. */
export function abortsIncompleteUploads ({ Status, Filter, Prefix, AbortIncompleteMultipartUpload }: LifecycleRule, prefix: string): boolean {
  const isForAll = Filter === undefined || Object.values(Filter).every(value => value === undefined) || Filter.Prefix !== undefined
  return Status === 'Enabled' && AbortIncompleteMultipartUpload !== undefined && isForAll && `${prefix}/`.startsWith(Filter?.Prefix ?? Prefix ?? '')
}

/** A list of rules in which one of ours replaces its predecessor, and those of others stay. */
export function withRule<T extends { ID?: string | undefined }> (rules: readonly T[], rule: T): T[] {
  return [...rules.filter(({ ID }) => ID !== rule.ID), rule]
}
