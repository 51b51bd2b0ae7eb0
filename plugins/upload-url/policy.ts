import { audioFormatsOf } from './containers.js'
import { errors } from './errors.js'
import { extensionOf, formatOfExtension, formatsOfType, isOtherType, mediaType, type Format } from './formats.js'
import { metadataHeaders } from './metadata.js'
import type { MultipartDeclaration } from './multipart/schemas.js'
import type { ResolvedOptions } from './options.js'
import type { UploadDeclaration, UploadFormDeclaration } from './upload-urls/schemas.js'

/** The largest object a single PUT or form can carry, in bytes ("Amazon S3 quotas"). */
const SINGLE_REQUEST_LIMIT = 5 * 1024 ** 3

/** What the policy made of a declaration: what may be uploaded, in the words of S3. */
export interface Admission {
  /** Extension for the object key, without the dot; empty when nothing tells the format. */
  readonly extension: string
  /** Exact size in bytes. */
  readonly size: number | undefined
  /** Everything bound to the object, as request headers by lower-case name: the caller's own, to add to. */
  readonly headers: Record<string, string>
}

/** What the policy made of a form: also the bounds of its file in bytes, both inclusive. */
export interface FormAdmission extends Admission {
  readonly contentLengthRange: readonly [min: number, max: number]
}

type Policy = Pick<ResolvedOptions, 'formats' | 'maxSize' | 'required' | 'encryption'>

/**
 * Decides whether a file may be uploaded with one PUT, and what S3 has to enforce if so.
 *
 * @param at where the declaration stands in the request, to name fields in errors, as in `files/3/`
 * @throws as {@link admit}; a configured maximum makes the size mandatory, since nothing else bounds a PUT
 */
export function admitPut (policy: Policy, declaration: UploadDeclaration, at = ''): Admission {
  if (declaration.size === undefined && policy.maxSize !== undefined) throw sizeRequired(policy, at)
  admitSingleRequest(`${at}size`, declaration.size)
  return admit(policy, declaration, at)
}

/**
 * Decides whether a file may be posted as a form, whose policy can bound a size that is not known yet.
 *
 * @throws as {@link admit}
 */
export function admitForm (policy: Policy, { maxSize, ...declaration }: UploadFormDeclaration): FormAdmission {
  admitSingleRequest('size', declaration.size)
  admitMaximum('maxSize', maxSize, policy.maxSize)
  const admission = admit(policy, declaration)
  const { size } = admission
  const largest = size ?? maxSize ?? policy.maxSize ?? SINGLE_REQUEST_LIMIT
  return { ...admission, contentLengthRange: [size ?? 1, Math.min(largest, SINGLE_REQUEST_LIMIT)] }
}

/**
 * Decides whether a file may be uploaded in parts. Their sum is held against the maximum on completion, and only the
 * store knows how large an object it takes.
 *
 * @throws as {@link admit}; FST_UPLOAD_MULTIPART_UNSUPPORTED where every upload must declare a SHA-256
 */
export function admitMultipart (policy: Policy, declaration: MultipartDeclaration): Admission {
  if (policy.required.has('sha256')) throw new errors.FST_UPLOAD_MULTIPART_UNSUPPORTED()
  return admit(policy, declaration)
}

/**
 * Decides whether a file may be uploaded at all. The one place for it, whichever way the file comes in.
 *
 * @throws FST_UPLOAD_FIELD_REQUIRED, FST_UPLOAD_FORMAT_REFUSED, FST_UPLOAD_FORMAT_CONFLICT,
 * FST_UPLOAD_TOO_LARGE or FST_UPLOAD_INVALID_METADATA, naming the field
 */
function admit (policy: Policy, declaration: UploadDeclaration, at = ''): Admission {
  const { filename, size, sha256 } = declaration
  const storedAs = admitFormat(policy, declaration, extensionOf(filename), at)
  if (size === undefined && policy.required.has('size')) throw sizeRequired(policy, at)
  admitMaximum(`${at}size`, size, policy.maxSize)
  if (sha256 === undefined && policy.required.has('sha256')) {
    throw new errors.FST_UPLOAD_FIELD_REQUIRED(`${at}sha256`, 'every upload has to declare the SHA-256 of its bytes')
  }
  const headers: Record<string, string> = {}
  if (storedAs !== undefined) headers['content-type'] = storedAs.contentType
  if (sha256 !== undefined) headers['x-amz-checksum-sha256'] = toBase64(sha256)
  Object.assign(headers, metadataHeaders(declaration, at))
  if (policy.encryption !== undefined) Object.assign(headers, encryptionHeaders(policy.encryption))
  return { extension: storedAs?.extension ?? '', size, headers }
}

/** The media type to store a file under, and the extension of its key: empty where the type leaves that open. */
interface StoredAs {
  readonly contentType: string
  readonly extension: string
}

function admitFormat ({ formats, required }: Policy, { filename, contentType }: UploadDeclaration, extension: string, at: string): StoredAs | undefined {
  const type = mediaType(contentType)
  if (type !== '') return formatOfBoth(type, extension, formats, at)
  const format = formatOfExtension(extension, formats)
  if (format !== undefined) return { contentType: format.contentType, extension }
  if (extension !== '') throw refused(`${at}filename`, `.${extension}`, formats)
  if (required.has('contentType') || contentType !== undefined || filename !== undefined) {
    throw new errors.FST_UPLOAD_FIELD_REQUIRED(`${at}contentType`, `say what the file is, or give a filename with an extension. Accepted are ${acceptedBy(formats)}`)
  }
  return undefined
}

// Platforms report whatever types they like for a recording, so an extension that is accepted outweighs them.
function formatOfBoth (type: string, extension: string, formats: readonly Format[], at: string): StoredAs {
  const candidates = formatsOfType(type, formats)
  const byExtension = formatOfExtension(extension, candidates) ?? formatOfExtension(extension, formats)
  if (byExtension !== undefined) {
    const { contentType } = byExtension
    const agree = candidates.includes(byExtension) || !(isOtherType(type) || isOtherType(contentType))
    if (agree) return { contentType, extension }
  }
  if (candidates.length === 0) throw refused(`${at}contentType`, type, formats)
  const named = formatOfExtension(extension)
  if (byExtension !== undefined || (named !== undefined && !candidates.some(candidate => audioFormatsOf(candidate).includes(named)))) {
    throw new errors.FST_UPLOAD_FORMAT_CONFLICT(`${at}filename ends in .${extension}, but ${at}contentType says ${type}: make them agree, or leave one out`)
  }
  return storedByType(type, candidates)
}

// A type that several formats share is kept as it is: taking it for one of them would make the others wrong.
function storedByType (type: string, [format, ...others]: readonly Format[]): StoredAs {
  if (others.length > 0) return { contentType: type, extension: '' }
  return { contentType: format!.contentType, extension: format!.extensions[0]! }
}

function admitSingleRequest (field: string, size: number | undefined): void {
  if (size === undefined || size <= SINGLE_REQUEST_LIMIT) return
  throw new errors.FST_UPLOAD_TOO_LARGE(field, size, `S3 takes at most ${SINGLE_REQUEST_LIMIT} in one request: use a multipart upload`)
}

function admitMaximum (field: string, size: number | undefined, maxSize: number | undefined): void {
  if (size === undefined || maxSize === undefined || size <= maxSize) return
  throw new errors.FST_UPLOAD_TOO_LARGE(field, size, `at most ${maxSize} are accepted`)
}

function sizeRequired ({ maxSize }: Policy, at: string): Error {
  const limit = maxSize === undefined ? '' : `, at most ${maxSize}`
  return new errors.FST_UPLOAD_FIELD_REQUIRED(`${at}size`, `every upload has to declare its exact size in bytes${limit}`)
}

function refused (field: string, value: string, formats: readonly Format[]): Error {
  return new errors.FST_UPLOAD_FORMAT_REFUSED(field, value, acceptedBy(formats))
}

function acceptedBy (formats: readonly Format[]): string {
  return formats.map(({ contentType, extensions }) => `${contentType} (.${extensions.join(', .')})`).join('; ')
}

function encryptionHeaders (encryption: NonNullable<Policy['encryption']>): Record<string, string> {
  if (encryption === 'AES256') return { 'x-amz-server-side-encryption': 'AES256' }
  return {
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': encryption.kmsKeyId
  }
}

// A query string turns the + of base64 into a space.
function toBase64 (sha256: string): string {
  const encoding = sha256.length === 64 ? 'hex' : 'base64'
  return Buffer.from(encoding === 'hex' ? sha256 : sha256.replaceAll(' ', '+'), encoding).toString('base64')
}
