import { S3Error, notImplemented } from './errors.js'
import { readTaggingHeader } from './tags.js'
import type { Tags } from './tags.js'

const MAX_METADATA_BYTES = 2048
const STANDARD_HEADERS = [
  'content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'
]
const ENCRYPTION = 'x-amz-server-side-encryption'
const KMS_KEY = 'x-amz-server-side-encryption-aws-kms-key-id'

/** Names of `x-amz-*` headers and form fields that this store acts on; `x-amz-meta-*` and checksums aside. */
const KNOWN_NAMES = new Set([
  'x-amz-algorithm', 'x-amz-content-sha256', 'x-amz-credential', 'x-amz-date', 'x-amz-expires',
  'x-amz-security-token', 'x-amz-signature', 'x-amz-signedheaders', 'x-amz-user-agent',
  'x-amz-acl', 'x-amz-storage-class', 'x-amz-tagging', ENCRYPTION, KMS_KEY,
  'x-amz-decoded-content-length', 'x-amz-trailer', 'x-amz-sdk-checksum-algorithm', 'x-amz-mp-object-size'
])

/** The header that makes a PUT a copy. */
export const COPY_SOURCE = 'x-amz-copy-source'

/** Names that mean something in a copy alone. */
const COPY_NAMES = new Set([
  COPY_SOURCE, 'x-amz-metadata-directive', 'x-amz-tagging-directive',
  'x-amz-copy-source-if-match', 'x-amz-copy-source-if-none-match',
  'x-amz-copy-source-if-modified-since', 'x-amz-copy-source-if-unmodified-since'
])

/** What an object has besides its body, as given when it was put. */
export interface ObjectHeaders {
  /** Headers that GET and HEAD return, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** User metadata, by lower-case name without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>
  readonly tags: Tags
}

/**
 * Refuses what this store would have to ignore.
 *
 * @throws S3Error NotImplemented, naming the first such `x-amz-*` name
 */
export function refuseUnknownNames (names: readonly string[]): void {
  const isKnown = (name: string): boolean => KNOWN_NAMES.has(name) || /^x-amz-(meta|checksum)-/.test(name) ||
    (COPY_NAMES.has(name) && names.includes(COPY_SOURCE))
  const unknown = names.find((name) => name.startsWith('x-amz-') && !isKnown(name))
  if (unknown !== undefined) throw notImplemented(unknown)
}

/**
 * Reads what is to be stored with an object from the headers of a PUT or the fields of a form.
 *
 * @param names lower-case names of everything sent
 * @param value returns the value of one of them
 * @throws S3Error MetadataTooLarge, InvalidEncryptionAlgorithmError, InvalidStorageClass, InvalidTag, BadRequest,
 *   InvalidArgument, NotImplemented
 */
export function readObjectHeaders (
  names: readonly string[], value: (name: string) => string | undefined
): ObjectHeaders {
  refuseAcl(value('x-amz-acl'))
  const storageClass = value('x-amz-storage-class')
  if (storageClass !== undefined && storageClass !== 'STANDARD') {
    throw new S3Error(
      'InvalidStorageClass', 'The storage class you specified is not valid; local-s3 has STANDARD only.'
    )
  }
  return {
    headers: { ...readStandardHeaders(value), ...readEncryption(value) },
    metadata: readMetadata(names, value),
    tags: readTaggingHeader(value('x-amz-tagging'))
  }
}

/** @throws S3Error NotImplemented for every ACL but those that describe how things are in any case */
export function refuseAcl (acl: string | undefined): void {
  if (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control') {
    throw notImplemented(`the ACL ${JSON.stringify(acl)}`)
  }
}

/** A value as a response header can carry it. S3 sends what is not plain ASCII as RFC 2047 does. */
export function headerText (text: string): string {
  return /^[\x20-\x7e\t]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`
}

function readStandardHeaders (value: (name: string) => string | undefined): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'binary/octet-stream' }
  for (const name of STANDARD_HEADERS) {
    const text = name === 'content-encoding' ? withoutAwsChunked(value(name)) : value(name)
    if (text !== undefined && text !== '') headers[name] = text
  }
  return headers
}

/** `aws-chunked` describes how the body was sent, not what it is. */
function withoutAwsChunked (encoding: string | undefined): string | undefined {
  return encoding?.split(',').map((item) => item.trim()).filter((item) => item !== 'aws-chunked').join(',')
}

/**
 * Reads how an object is to be encrypted. It is recorded and reported, not done.
 *
 * @throws S3Error InvalidEncryptionAlgorithmError, InvalidArgument
 */
export function readEncryption (value: (name: string) => string | undefined): Record<string, string> {
  const algorithm = value(ENCRYPTION)
  const key = value(KMS_KEY)
  if (algorithm !== undefined && algorithm !== 'AES256' && algorithm !== 'aws:kms') {
    throw new S3Error(
      'InvalidEncryptionAlgorithmError',
      'The encryption request you specified is not valid. Supported values: AES256, aws:kms.',
      { ArgumentName: ENCRYPTION, ArgumentValue: algorithm }
    )
  }
  if (key !== undefined && algorithm !== 'aws:kms') {
    throw new S3Error(
      'InvalidArgument',
      `Server Side Encryption with AWS KMS managed key requires HTTP header ${ENCRYPTION} : aws:kms`,
      { ArgumentName: ENCRYPTION }
    )
  }
  return { ...algorithm !== undefined && { [ENCRYPTION]: algorithm }, ...key !== undefined && { [KMS_KEY]: key } }
}

function readMetadata (
  names: readonly string[], value: (name: string) => string | undefined
): Record<string, string> {
  const entries = names.filter((name) => name.startsWith('x-amz-meta-'))
    .map((name) => [name.slice('x-amz-meta-'.length), value(name) ?? ''] as const)
  const invalid = entries.find(([name]) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name))
  if (invalid !== undefined) {
    throw new S3Error(
      'InvalidArgument',
      'A metadata name must be one that an HTTP header can have.',
      { ArgumentName: `x-amz-meta-${invalid[0]}` }
    )
  }
  const size = entries.reduce((sum, [name, text]) => sum + Buffer.byteLength(name) + Buffer.byteLength(text), 0)
  if (size > MAX_METADATA_BYTES) {
    throw new S3Error(
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
      { Size: size, MaxSizeAllowed: MAX_METADATA_BYTES }
    )
  }
  return Object.fromEntries(entries)
}
