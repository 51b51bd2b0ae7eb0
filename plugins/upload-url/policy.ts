import { audioFormatsOf } from './containers.js'
import { errors } from './errors.js'
import { extensionOf, formatOfExtension, formatsOfType, isOtherType, mediaType, type Format } from './formats.js'
import { MAX_DURATION, metadataHeaders } from './metadata.js'
import { partCount, sizeOfPart, type PartLayout } from './multipart/part-layout.js'
import type { FormFile, UploadFile } from './schemas.js'
import type { ResolvedOptions } from './options.js'
import { contentTypeOfResult } from './result-name.js'
import { S3_LIMITS } from './s3/limits.js'
import { UNCLAIMED_TAG } from './unclaimed-tag.js'

type Policy =
  Pick<ResolvedOptions, 'formats' | 'maxSize' | 'configured' | 'required' | 'encryption' | 'unclaimed' | 'limits'>

/** What S3 has to enforce of an upload. */
export interface Constraints {
  /** Extension for the object key, without the dot; empty when nothing tells the format. */
  readonly extension: string
  /** Exact size in bytes. */
  readonly size: number | undefined
  /** Everything bound to the object, as request headers by lower-case name: the caller's own, to add to. */
  readonly headers: Record<string, string>
}

/**
 * Decides whether a file may be uploaded with one PUT. A largest or smallest size makes the size mandatory, since
 * nothing else bounds a PUT.
 *
 * @param at where the file stands in the request, to name fields in errors, as in `files/3/`
 * @throws FST_UPLOAD_FIELD_REQUIRED, FST_UPLOAD_FORMAT_REFUSED, FST_UPLOAD_FORMAT_CONFLICT, FST_UPLOAD_TOO_LARGE,
 * FST_UPLOAD_TOO_SMALL or FST_UPLOAD_INVALID_METADATA, naming the field
 */
export function putConstraints (policy: Policy, file: UploadFile, at = ''): Constraints {
  const isBounded = policy.maxSize !== undefined || policy.limits.minSize !== undefined
  if (file.size === undefined && isBounded) throw sizeRequired(policy, at)
  assertSingleRequest(`${at}size`, file.size)
  return constraintsOf(policy, file, at)
}

/**
 * Decides whether a file may be posted as a form, whose policy can bound a size that is not known yet.
 *
 * @returns also the bounds of the file in bytes, both inclusive
 * @throws as {@link putConstraints}
 */
export function formConstraints (
  policy: Policy, { maxSize, ...file }: FormFile
): Constraints & { readonly contentLengthRange: readonly [min: number, max: number] } {
  const { minSize = 1 } = policy.limits
  assertSingleRequest('size', file.size)
  assertSingleRequest('the smallest upload accepted', minSize)
  assertMaximum('maxSize', maxSize, policy.maxSize)
  assertMinimum('maxSize', maxSize, minSize)
  const constraints = constraintsOf(policy, file)
  const max = file.size ?? Math.min(maxSize ?? Infinity, policy.maxSize ?? Infinity, S3_LIMITS.maxPartSize)
  return { ...constraints, contentLengthRange: [file.size ?? minSize, max] }
}

/**
 * Decides whether a file may be uploaded in parts. Its SHA-256, where one is required, is that of each part.
 *
 * @throws as {@link putConstraints}
 */
export function multipartConstraints (policy: Policy, file: UploadFile): Constraints {
  const max = maxClaimSize(policy.unclaimed) ?? Infinity
  if (file.size !== undefined && file.size > max) {
    const limit = `at most ${max} can be copied when an upload is claimed`
    throw new errors.FST_UPLOAD_TOO_LARGE('size', file.size, limit)
  }
  return constraintsOf({ ...policy, required: new Set([...policy.required].filter(field => field !== 'sha256')) }, file)
}

/**
 * Decides whether a result may be uploaded. Its size is seldom known beforehand, so it need not be declared.
 *
 * @param result its name, which tells its type, and its size in bytes
 * @returns everything bound to the object but its size, as request headers by lower-case name
 * @throws FST_UPLOAD_TOO_LARGE, FST_UPLOAD_TOO_SMALL
 */
export function resultConstraints (
  policy: Policy, { name, size }: { readonly name: string, readonly size?: number | undefined }
): Record<string, string> {
  assertMaximum('size', size, Math.min(policy.maxSize ?? Infinity, S3_LIMITS.maxPartSize))
  assertMinimum('size', size, policy.limits.minSize)
  return {
    'content-type': contentTypeOfResult(name),
    ...metadataHeaders({}, '', policy.limits.metadata),
    ...encryptionHeaders(policy),
    ...tagHeaders(policy.limits.tags)
  }
}

/** One part of a multipart upload, as the client describes it: size in bytes, SHA-256 in hex or base64. */
export interface PartRequest {
  readonly partNumber: number
  readonly size?: number | undefined
  readonly sha256?: string | undefined
}

/**
 * Decides whether a part may be uploaded. Under a maximum, what is signed can never make an object that is larger:
 * no part is longer than the part size, and the end of each, counted from the first byte of the object, is in bounds.
 *
 * @returns the headers to sign, by lower-case name, Content-Length among them where the size is known
 * @throws FST_UPLOAD_INVALID_PARTS, FST_UPLOAD_FIELD_REQUIRED or FST_UPLOAD_TOO_LARGE, naming the part
 */
export function partHeaders (
  policy: Policy, layout: PartLayout, { partNumber, size, sha256 }: PartRequest
): Record<string, string> {
  const maxSize = smallest(policy.maxSize, layout.maxSize)
  const count = partCount(layout)
  if (count !== undefined && partNumber > count) {
    const { size, partSize } = layout
    throw invalidParts(`part ${partNumber} does not exist: ${size} bytes in parts of ${partSize} are ${count} parts`)
  }
  const expected = sizeOfPart(layout, partNumber)
  if (expected !== undefined && size !== undefined && size !== expected) {
    throw invalidParts(`part ${partNumber} must have ${expected} bytes, not ${size}`)
  }
  const length = expected ?? size
  if (length === undefined && maxSize !== undefined) {
    throw new errors.FST_UPLOAD_FIELD_REQUIRED(
      'parts', `the size of part ${partNumber} must be declared, since that of the upload was not: {partNumber, size}`
    )
  }
  if (length !== undefined) assertPartSize(layout, partNumber, length, maxSize)
  if (layout.checksums && sha256 === undefined) {
    throw new errors.FST_UPLOAD_FIELD_REQUIRED('parts', `part ${partNumber} must declare the SHA-256 of its bytes`)
  }
  return {
    ...length !== undefined && { 'content-length': String(length) },
    ...sha256 !== undefined && { 'x-amz-checksum-sha256': sha256ToBase64(sha256) }
  }
}

/**
 * The sizes in bytes that an upload in parts may have in the end, both inclusive. What was agreed on when it was
 * created holds: a maximum that a policy lowers later concerns URLs of parts, not the parts that are there.
 */
export function totalSizeRange (
  { configured, unclaimed, limits }: Policy, { size, maxSize = Infinity }: PartLayout
): readonly [min: number, max: number] {
  const min = size === undefined ? limits.minSize ?? 0 : 0
  return [min, Math.min(largestUpload({ maxSize: configured.maxSize, unclaimed }) ?? Infinity, size ?? maxSize)]
}

/** The largest size in bytes that is accepted, and that a claim can copy where it has to; undefined for no limit. */
export function largestUpload ({ maxSize, unclaimed }: Pick<Policy, 'maxSize' | 'unclaimed'>): number | undefined {
  return smallest(maxSize, maxClaimSize(unclaimed))
}

function maxClaimSize (unclaimed: Policy['unclaimed']): number | undefined {
  return unclaimed?.by === 'prefix' ? S3_LIMITS.maxCopySize : undefined
}

/** The smallest of limits, of which there may be none. */
export function smallest (...limits: ReadonlyArray<number | undefined>): number | undefined {
  const limit = Math.min(...limits.map(limit => limit ?? Infinity))
  return limit === Infinity ? undefined : limit
}

function assertPartSize (
  { partSize }: PartLayout, partNumber: number, size: number, maxSize: number | undefined
): void {
  if (size > S3_LIMITS.maxPartSize) {
    throw new errors.FST_UPLOAD_TOO_LARGE(`part ${partNumber}`, size, `S3 accepts at most ${S3_LIMITS.maxPartSize}`)
  }
  if (maxSize === undefined) return
  if (size > partSize) {
    const limit = `the parts of this upload have at most ${partSize}`
    throw new errors.FST_UPLOAD_TOO_LARGE(`part ${partNumber}`, size, limit)
  }
  assertMaximum(`the upload up to part ${partNumber}`, (partNumber - 1) * partSize + size, maxSize)
}

function constraintsOf (policy: Policy, file: UploadFile, at = ''): Constraints {
  const { filename, size, sha256 } = file
  const extension = extensionOf(filename)
  const storedAs = chooseType(policy, file, extension, at)
  // Among fewer formats, a type and an extension that contradict each other may seem to agree.
  if (policy.limits.formats !== undefined) chooseType({ ...policy, ...policy.configured }, file, extension, at)
  if (size === undefined && policy.required.has('size')) throw sizeRequired(policy, at)
  assertMaximum(`${at}size`, size, policy.maxSize)
  assertMinimum(`${at}size`, size, policy.limits.minSize)
  if (sha256 === undefined && policy.required.has('sha256')) {
    throw new errors.FST_UPLOAD_FIELD_REQUIRED(`${at}sha256`, 'every upload must declare the SHA-256 of its bytes')
  }
  const headers: Record<string, string> = {}
  if (storedAs !== undefined) headers['content-type'] = storedAs.contentType
  if (sha256 !== undefined) headers['x-amz-checksum-sha256'] = sha256ToBase64(sha256)
  Object.assign(
    headers, metadataHeaders(file, at, serviceMetadata(policy)), encryptionHeaders(policy),
    tagHeaders(uploadTags(policy))
  )
  return { extension: storedAs?.extension ?? '', size, headers }
}

/** The media type to store a file under, and the extension of its key: empty where the type leaves that open. */
interface StoredAs {
  readonly contentType: string
  readonly extension: string
}

function chooseType (
  { formats, required }: Policy, { filename, contentType }: UploadFile, extension: string, at: string
): StoredAs | undefined {
  const type = mediaType(contentType)
  if (type !== '') return typeOfBoth(type, extension, formats, at)
  const format = formatOfExtension(extension, formats)
  if (format !== undefined) return { contentType: format.contentType, extension }
  if (extension !== '') throw refused(`${at}filename`, `.${extension}`, formats)
  if (required.has('contentType') || contentType !== undefined || filename !== undefined) {
    const accepted = acceptedBy(formats)
    throw new errors.FST_UPLOAD_FIELD_REQUIRED(
      `${at}contentType`, `declare what the file is, or give a filename with an extension. Accepted: ${accepted}`
    )
  }
  return undefined
}

// Platforms report all kinds of types for a recording, so an extension that is accepted outweighs them.
function typeOfBoth (type: string, extension: string, formats: readonly Format[], at: string): StoredAs {
  const candidates = formatsOfType(type, formats)
  const byExtension = formatOfExtension(extension, candidates) ?? formatOfExtension(extension, formats)
  if (byExtension !== undefined) {
    const { contentType } = byExtension
    const agree = candidates.includes(byExtension) || !(isOtherType(type) || isOtherType(contentType))
    if (agree) return { contentType, extension }
  }
  if (candidates.length === 0) throw refused(`${at}contentType`, type, formats)
  const named = formatOfExtension(extension)
  const isNamedCandidate = named === undefined ||
    candidates.some(candidate => audioFormatsOf(candidate).includes(named))
  if (byExtension !== undefined || !isNamedCandidate) {
    throw new errors.FST_UPLOAD_FORMAT_CONFLICT(
      `${at}filename ends in .${extension}, but ${at}contentType is ${type}: make them agree, or omit one`
    )
  }
  return storedByType(type, candidates)
}

// A type that several formats share is kept as it is: taking it for one of them would make the others wrong.
function storedByType (type: string, [format, ...others]: readonly Format[]): StoredAs {
  if (others.length > 0) return { contentType: type, extension: '' }
  return { contentType: format!.contentType, extension: format!.extensions[0]! }
}

function refused (field: string, value: string, formats: readonly Format[]): Error {
  return new errors.FST_UPLOAD_FORMAT_REFUSED(field, value, acceptedBy(formats))
}

function acceptedBy (formats: readonly Format[]): string {
  if (formats.length === 0) return 'nothing'
  return formats.map(({ contentType, extensions }) => `${contentType} (.${extensions.join(', .')})`).join('; ')
}

function assertSingleRequest (field: string, size: number | undefined): void {
  if (size === undefined || size <= S3_LIMITS.maxPartSize) return
  throw new errors.FST_UPLOAD_TOO_LARGE(
    field, size, `S3 accepts at most ${S3_LIMITS.maxPartSize} in one request: use a multipart upload`
  )
}

function assertMaximum (field: string, size: number | undefined, maxSize: number | undefined): void {
  if (size === undefined || maxSize === undefined || size <= maxSize) return
  throw new errors.FST_UPLOAD_TOO_LARGE(field, size, `at most ${maxSize} are accepted`)
}

function assertMinimum (field: string, size: number | undefined, minSize: number | undefined): void {
  if (size === undefined || minSize === undefined || size >= minSize) return
  throw new errors.FST_UPLOAD_TOO_SMALL(field, size, `at least ${minSize} are required`)
}

function sizeRequired ({ maxSize }: Policy, at: string): Error {
  const limit = maxSize === undefined ? '' : `, at most ${maxSize}`
  return new errors.FST_UPLOAD_FIELD_REQUIRED(`${at}size`, `every upload must declare its exact size in bytes${limit}`)
}

// A job or an event that inspects the upload knows no request, so that the upload itself says what it may be.
function serviceMetadata ({ limits: { metadata, maxDuration } }: Policy): Record<string, string> {
  return { ...metadata, ...maxDuration !== undefined && { [MAX_DURATION]: String(maxDuration) } }
}

function uploadTags ({ limits: { tags = {} }, unclaimed }: Policy): Readonly<Record<string, string>> {
  if (unclaimed === undefined || unclaimed.by === 'prefix') return tags
  const [name, value] = UNCLAIMED_TAG
  return { ...tags, [name]: value }
}

function tagHeaders (tags: Readonly<Record<string, string>> = {}): Record<string, string> {
  const pairs = Object.entries(tags).map(pair => pair.map(encodeURIComponent).join('='))
  return pairs.length === 0 ? {} : { 'x-amz-tagging': pairs.join('&') }
}

function invalidParts (problem: string): Error {
  return new errors.FST_UPLOAD_INVALID_PARTS(problem)
}

/** How an object is to be encrypted, as request headers by lower-case name. */
export function encryptionHeaders ({ encryption }: Policy): Record<string, string> {
  if (encryption === undefined) return {}
  if (encryption === 'AES256') return { 'x-amz-server-side-encryption': 'AES256' }
  return {
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': encryption.kmsKeyId
  }
}

// A query string turns the + of base64 into a space.
function sha256ToBase64 (sha256: string): string {
  if (sha256.length === 64) return Buffer.from(sha256, 'hex').toString('base64')
  return Buffer.from(sha256.replaceAll(' ', '+'), 'base64').toString('base64')
}
