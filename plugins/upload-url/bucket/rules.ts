import { isDeepStrictEqual } from 'node:util'
import type { CORSRule, LifecycleRule } from '@aws-sdk/client-s3'
import { unclaimedRoot } from '../object-key.js'
import type { UploadUrlSettings } from '../options.js'
import { UNCLAIMED_TAG } from '../unclaimed-tag.js'

/** The option `unclaimed`. */
export type Unclaimed = UploadUrlSettings['unclaimed']

const CORS_RULE_ID = 'fastify-upload-url'
const LIFECYCLE_RULE_ID = 'fastify-upload-url: abort incomplete multipart uploads'
const UNCLAIMED_RULE_ID = 'fastify-upload-url: expire unclaimed uploads'
const OUR_IDS = new Set<string | undefined>([CORS_RULE_ID, LIFECYCLE_RULE_ID, UNCLAIMED_RULE_ID])
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

/** What the keys of uploads begin with in the store, as they come from uploaders. */
export function uploadRoot (keyPrefix: string, unclaimed: Unclaimed): string {
  return unclaimed?.by === 'prefix' ? unclaimedRoot(keyPrefix) : `${keyPrefix}/`
}

/**
 * The rules for uploads: one aborts multipart uploads that are not completed within days, and another lets uploads
 * expire that are not claimed, where they do.
 */
export function lifecycleRules (keyPrefix: string, unclaimed: Unclaimed): LifecycleRule[] {
  const abort: LifecycleRule = {
    ID: LIFECYCLE_RULE_ID,
    Status: 'Enabled',
    Filter: { Prefix: uploadRoot(keyPrefix, unclaimed) },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABORT_AFTER_DAYS }
  }
  return unclaimed === undefined ? [abort] : [abort, unclaimedRule(keyPrefix, unclaimed)]
}

function unclaimedRule (keyPrefix: string, unclaimed: NonNullable<Unclaimed>): LifecycleRule {
  const { expireAfterDays, by } = unclaimed
  const [Key, Value] = UNCLAIMED_TAG
  const rule = { ID: UNCLAIMED_RULE_ID, Status: 'Enabled' as const, Expiration: { Days: expireAfterDays } }
  if (by === 'prefix') return { ...rule, Filter: { Prefix: uploadRoot(keyPrefix, unclaimed) } }
  return {
    ...rule,
    Filter: { And: { Prefix: `${keyPrefix}/`, Tags: [{ Key, Value }] } },
    // Where the bucket is versioned, what has expired is a version still.
    NoncurrentVersionExpiration: { NoncurrentDays: 1 }
  }
}

/** Whether a rule, whoever made it, aborts incomplete uploads of such keys. @param root what they begin with */
export function abortsIncompleteUploads (rule: LifecycleRule, root: string): boolean {
  const { Status, Filter, Prefix, AbortIncompleteMultipartUpload } = rule
  if (Status !== 'Enabled' || AbortIncompleteMultipartUpload === undefined) return false
  const hasOtherFilters = Object.entries(Filter ?? {}).some(([name, value]) => name !== 'Prefix' && value !== undefined)
  return !hasOtherFilters && root.startsWith(Filter?.Prefix ?? Prefix ?? '')
}

/** Tells whether a rule is the one that lets uploads expire, as it is wanted. */
export function expiresUnclaimed (
  keyPrefix: string, unclaimed: NonNullable<Unclaimed>
): (rule: LifecycleRule) => boolean {
  const wanted = unclaimedRule(keyPrefix, unclaimed)
  return rule => rule.ID === wanted.ID && rule.Status === wanted.Status && isSameFilter(rule, wanted) &&
    rule.Expiration?.Days === wanted.Expiration?.Days
}

function isSameFilter (one: LifecycleRule, other: LifecycleRule): boolean {
  return isDeepStrictEqual(withOneFilter(one).Filter, withOneFilter(other).Filter)
}

/** A list of rules in which ours replace those that we made before; the others stay. */
export function withRules<T extends { ID?: string | undefined }> (rules: readonly T[], ours: readonly T[]): T[] {
  return [...rules.filter(({ ID }) => !OUR_IDS.has(ID)), ...ours]
}

/**
 * A rule that says the same when it is put again. Ceph RGW 16.2 returns several conditions side by side, and of those
 * it keeps one when they are put: the rule would match more than it did.
 */
export function withOneFilter (rule: LifecycleRule): LifecycleRule {
  if (rule.Filter === undefined) return rule
  const { And, Tag, ...single } = rule.Filter
  const Tags = [...And?.Tags ?? [], ...Tag === undefined ? [] : [Tag]]
  const others = Object.fromEntries(
    Object.entries({ ...single, ...And, Tags: undefined }).filter(([, value]) => value !== undefined)
  )
  if (Object.keys(others).length + Tags.length > 1) {
    return { ...rule, Filter: { And: { ...others, ...Tags.length > 0 && { Tags } } } }
  }
  return { ...rule, Filter: { ...others, ...Tags[0] && { Tag: Tags[0] } } }
}
