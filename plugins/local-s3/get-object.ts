import { readBucket } from './buckets.js'
import { S3Error, notImplemented } from './errors.js'
import { expirationOf, readLifecycleRules } from './lifecycle.js'
import { openObject, preconditionFailed } from './objects.js'
import type { ObjectDescription, StoredObject } from './objects.js'
import type { Operation } from './operation.js'
import { checksumHeaders } from './put-object.js'
import { header, parameter } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import type { Storage } from './storage.js'

const OVERRIDES = [
  'content-type', 'content-language', 'expires', 'cache-control', 'content-disposition', 'content-encoding'
]

/** GetObject and HeadObject: ranges, conditions and `response-*` overrides. */
export const getObject: Operation = async ({ request, storage }) => {
  if (request.query.has('partNumber')) throw notImplemented('reading single parts of an object')
  const file = await openObject(storage, request.bucket, request.key)
  try {
    const { description, size } = file
    checkReadConditions((name) => request.headers.get(name), description)
    const range = readRange(request.headers.get('range'), size)
    const { start, end } = range ?? { start: 0, end: size - 1 }
    const headers = {
      ...objectHeaders(description, request),
      ...await expirationHeader(storage, request.bucket, file),
      // a checksum of the whole would not match a part
      ...range === undefined && wantsChecksum(request) && checksumHeaders(description.checksum),
      'content-length': String(end - start + 1),
      ...range && { 'content-range': `bytes ${start}-${end}/${size}` }
    }
    return { status: range === undefined ? 200 : 206, headers, body: { file, start, end } }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Which lifecycle rule lets the object expire, and when. */
async function expirationHeader (
  storage: Storage, bucket: string, object: StoredObject
): Promise<Record<string, string>> {
  const { lifecycle } = await readBucket(storage, bucket)
  const expiration = lifecycle === undefined ? undefined : expirationOf(readLifecycleRules(lifecycle), object)
  if (expiration === undefined) return {}
  const { date, ruleId } = expiration
  return { 'x-amz-expiration': `expiry-date="${date.toUTCString()}", rule-id="${encodeURIComponent(ruleId)}"` }
}

const wantsChecksum = (request: S3Request): boolean =>
  header(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED'

function objectHeaders (description: ObjectDescription, request: S3Request): Record<string, string> {
  const metadata = Object.entries(description.metadata).map(([name, text]) => [`x-amz-meta-${name}`, text] as const)
  return {
    ...description.headers,
    ...readOverrides(request),
    ...Object.fromEntries(metadata),
    etag: `"${description.etag}"`,
    'last-modified': new Date(description.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
    ...description.tags.length > 0 && { 'x-amz-tagging-count': String(description.tags.length) }
  }
}

function readOverrides (request: S3Request): Record<string, string> {
  const overrides: Record<string, string> = {}
  for (const name of OVERRIDES) {
    const text = parameter(request, `response-${name}`)
    if (text === undefined) continue
    if (!/^[\x20-\x7e]*$/.test(text)) {
      throw new S3Error(
        'InvalidArgument',
        'Header value cannot be represented in ASCII.',
        { ArgumentName: `response-${name}`, ArgumentValue: text }
      )
    }
    overrides[name] = text
  }
  return overrides
}

/**
 * Checks the conditions of RFC 9110, section 13, in its order of precedence.
 *
 * @param condition returns the value of a header such as `if-match`
 * @throws S3Error PreconditionFailed, NotModified
 */
export function checkReadConditions (
  condition: (name: string) => string | undefined, { etag, lastModified }: ObjectDescription
): void {
  const modified = Math.floor(Date.parse(lastModified) / 1000) * 1000
  const date = (name: string): number => Date.parse(condition(name) ?? '')
  const ifMatch = condition('if-match')
  const ifNoneMatch = condition('if-none-match')
  if (ifMatch !== undefined) {
    if (!includesEtag(ifMatch, etag)) throw preconditionFailed('If-Match')
  } else if (modified > date('if-unmodified-since')) {
    throw preconditionFailed('If-Unmodified-Since')
  }
  const unchanged = ifNoneMatch === undefined ? modified <= date('if-modified-since') : includesEtag(ifNoneMatch, etag)
  if (unchanged) throw new S3Error('NotModified', 'Not Modified', { ETag: `"${etag}"` })
}

const includesEtag = (list: string, etag: string): boolean => list.split(',')
  .map((item) => item.trim().replace(/^W\//, '').replaceAll('"', ''))
  .some((item) => item === '*' || item === etag)

/**
 * Reads one range of RFC 9110, section 14. As S3 does, several ranges and unknown units are ignored.
 *
 * @throws S3Error InvalidRange where the range has no byte of the object
 */
function readRange (text: string | undefined, size: number): { start: number, end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(text?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start <= end) return { start, end }
  throw new S3Error(
    'InvalidRange',
    'The requested range is not satisfiable',
    { RangeRequested: text ?? '', ActualObjectSize: size }
  )
}
