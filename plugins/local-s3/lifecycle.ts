import { readdir } from 'node:fs/promises'
import { readBucket } from './buckets.js'
import { S3Error } from './errors.js'
import { deleteObject, listObjects } from './objects.js'
import type { ListedObject } from './objects.js'
import type { Storage } from './storage.js'
import type { Tags } from './tags.js'
import { endUpload, listUploads, removeUpload } from './uploads.js'
import { child, childText, children, malformedXml, readXml } from './xml.js'
import type { XmlElement } from './xml.js'

const DAY_MS = 86_400_000

/** What a lifecycle rule makes go, and when. */
interface LifecycleRule {
  readonly id: string
  readonly prefix: string
  readonly tags: Tags
  /** Bytes, both exclusive. */
  readonly size: { readonly over: number, readonly under: number }
  /** When an object goes that was last modified then; undefined where the rule expires nothing. */
  readonly expires: ((lastModified: Date) => Date) | undefined
  /** Days after which an upload in progress goes. */
  readonly abortAfterDays: number | undefined
}

/** When an object goes, and by which rule. */
export interface Expiration {
  readonly date: Date
  readonly ruleId: string
}

/**
 * Reads the rules of a lifecycle configuration that are switched on. Transitions, and what concerns versions, have no
 * meaning in this store.
 *
 * @throws S3Error MalformedXML, InvalidArgument
 */
export function readLifecycleRules (document: string): LifecycleRule[] {
  const rules = children(readXml(document, 'LifecycleConfiguration'), 'Rule')
  if (rules.length === 0) throw malformedXml('A lifecycle configuration needs at least one Rule.')
  return rules.flatMap((rule, index) => {
    const status = childText(rule, 'Status') ?? ''
    if (!/^(?:Enabled|Disabled)$/.test(status)) throw malformedXml('The Status of a Rule is Enabled or Disabled.')
    const read = readRule(rule, index)
    return status === 'Enabled' ? [read] : []
  })
}

/** When an object goes, by the rules of its bucket; undefined where it stays. */
export function expirationOf (
  rules: readonly LifecycleRule[], { size, description }: ListedObject
): Expiration | undefined {
  const { key, tags, lastModified } = description
  const expirations = rules
    .filter((rule) => matches(rule, key) && size > rule.size.over && size < rule.size.under && hasTags(tags, rule.tags))
    .flatMap(({ expires, id }) => expires === undefined ? [] : [{ date: expires(new Date(lastModified)), ruleId: id }])
  return expirations.sort((one, other) => one.date.getTime() - other.date.getTime())[0]
}

/**
 * Does what the rules of all buckets say. Whether an object goes is decided when nothing else is done with it: it goes,
 * or what another request makes of it, as by tagging it, stays.
 */
export async function runLifecycle (storage: Storage, now: Date): Promise<void> {
  for (const bucket of await readdir(storage.bucketPath(''))) {
    const { lifecycle } = await readBucket(storage, bucket)
    if (lifecycle === undefined) continue
    const rules = readLifecycleRules(lifecycle)
    const isDue = (object: ListedObject): boolean => {
      const expiration = expirationOf(rules, object)
      return expiration !== undefined && expiration.date <= now
    }
    for (const object of await listObjects(storage, bucket, '')) {
      if (isDue(object)) await deleteObject(storage, bucket, object.description.key, isDue)
    }
    for (const { key, uploadId, initiated } of await listUploads(storage, bucket, '')) {
      const days = rules.filter((rule) => matches(rule, key)).flatMap(({ abortAfterDays }) => abortAfterDays ?? [])
      if (!days.some((count) => afterDays(new Date(initiated), count) <= now)) continue
      await endUpload(storage, bucket, uploadId, async () => {
        await removeUpload(storage, bucket, uploadId).catch(unlessNoSuchUpload)
      })
    }
  }
}

/** It has been completed or aborted meanwhile. */
function unlessNoSuchUpload (error: unknown): void {
  if (!(error instanceof S3Error && error.code === 'NoSuchUpload')) throw error
}

function readRule (rule: XmlElement, index: number): LifecycleRule {
  const filter = child(rule, 'Filter')
  const legacyPrefix = childText(rule, 'Prefix')
  if (filter === undefined && legacyPrefix === undefined) throw malformedXml('A Rule needs a Filter.')
  const conditions = (filter && child(filter, 'And')) ?? filter
  const text = (name: string): string | undefined => conditions && childText(conditions, name)
  const expiration = child(rule, 'Expiration')
  const abort = child(rule, 'AbortIncompleteMultipartUpload')
  return {
    id: childText(rule, 'ID') ?? `rule-${index + 1}`,
    prefix: legacyPrefix ?? text('Prefix') ?? '',
    tags: conditions === undefined
      ? []
      : children(conditions, 'Tag').map((tag) => [childText(tag, 'Key') ?? '', childText(tag, 'Value') ?? '']),
    size: {
      over: Number(text('ObjectSizeGreaterThan') ?? -1), under: Number(text('ObjectSizeLessThan') ?? Infinity)
    },
    expires: expiration && readExpiration(expiration),
    abortAfterDays: abort && readDays(childText(abort, 'DaysAfterInitiation'))
  }
}

function readExpiration (expiration: XmlElement): LifecycleRule['expires'] {
  const [days, date] = [childText(expiration, 'Days'), childText(expiration, 'Date')]
  if (date !== undefined) {
    const fixed = new Date(date)
    if (fixed.getTime() % DAY_MS !== 0) throw new S3Error('InvalidArgument', "'Date' must be at midnight GMT")
    return () => fixed
  }
  if (days === undefined) return undefined
  const count = readDays(days)
  return (lastModified) => afterDays(lastModified, count)
}

function readDays (text = ''): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new S3Error('InvalidArgument', "'Days' must be a positive integer")
}

/** S3 rounds up to the next midnight (AWS, "Lifecycle rules: based on an object's age"). */
const afterDays = (start: Date, days: number): Date =>
  new Date(Math.ceil((start.getTime() + days * DAY_MS) / DAY_MS) * DAY_MS)

const matches = ({ prefix }: LifecycleRule, key: string): boolean => key.startsWith(prefix)

const hasTags = (tags: Tags, wanted: Tags): boolean =>
  wanted.every(([key, value]) => tags.some((tag) => tag[0] === key && tag[1] === value))
