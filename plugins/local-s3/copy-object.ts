import { requireBucket } from './buckets.js'
import { createChecksum, createDigest, readAlgorithm } from './checksums.js'
import type { StoredChecksum } from './checksums.js'
import { S3Error, notImplemented } from './errors.js'
import { checkReadConditions } from './get-object.js'
import { COPY_SOURCE, readEncryption, readObjectHeaders } from './object-headers.js'
import type { ObjectHeaders } from './object-headers.js'
import { openObject, preconditionFailed, publishObject } from './objects.js'
import type { StoredObject } from './objects.js'
import type { Operation } from './operation.js'
import { checkWriteCondition, encryptionHeaders } from './put-object.js'
import { MAX_BODY_BYTES } from './receive-body.js'
import { xmlReply } from './reply.js'
import { readExpectedBody, receiveText } from './request-body.js'
import { header, headerNames } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import type { StoredFileWriter } from './stored-file.js'

/** CopyObject, within this store. */
export const copyObject: Operation = async (context) => {
  const { request, signature, settings, storage } = context
  await receiveText(readExpectedBody(request, signature, settings))
  const { bucket, key } = readSource(header(request, COPY_SOURCE) ?? '')
  const [replaceMetadata, replaceTags] =
    [readDirective(request, 'x-amz-metadata-directive'), readDirective(request, 'x-amz-tagging-directive')]
  if (bucket === request.bucket && key === request.key && !replaceMetadata) {
    throw new S3Error(
      'InvalidRequest',
      'This copy request is illegal because it is trying to copy an object to itself without changing the ' +
      "object's metadata, storage class, website redirect location or encryption attributes."
    )
  }
  const given = readObjectHeaders(headerNames(request), (name) => header(request, name))
  const onlyIfNew = await checkWriteCondition(context)
  await requireBucket(storage, bucket)
  const source = await openObject(storage, bucket, key)
  const file = await storage.createFile()
  try {
    checkSource(request, source)
    const described = {
      headers: replaceMetadata ? given.headers : withEncryption(source.description, request),
      metadata: replaceMetadata ? given.metadata : source.description.metadata,
      tags: replaceTags ? given.tags : source.description.tags
    }
    const { etag, checksum } = await copyBody(source, file, checksumAlgorithm(request, source))
    const lastModified = settings.now().toISOString()
    const description = { key: request.key, etag, lastModified, ...described, ...checksum && { checksum } }
    await publishObject(storage, request.bucket, file, description, { by: 'Copy', onlyIfNew })
    return xmlReply('CopyObjectResult', {
      LastModified: lastModified,
      ETag: `"${etag}"`,
      ...checksum && { [`Checksum${checksum.algorithm.toUpperCase()}`]: checksum.value, ChecksumType: 'FULL_OBJECT' }
    }, encryptionHeaders(described))
  } finally {
    await source.close()
    await file.discard()
  }
}

/**
 * Reads `bucket/key`, percent-encoded and with or without a slash before it.
 *
 * @throws S3Error InvalidArgument, NotImplemented
 */
function readSource (text: string): { bucket: string, key: string } {
  const [path = '', query] = text.split('?', 2)
  if (query !== undefined) throw notImplemented(`${query.split('=', 1)[0]} in ${COPY_SOURCE}`)
  const [, bucket, encodedKey] = /^\/?([^/]+)\/(.+)$/.exec(path) ?? []
  try {
    if (bucket !== undefined && encodedKey !== undefined) return { bucket, key: decodeURIComponent(encodedKey) }
  } catch {
    // not percent-encoded UTF-8
  }
  throw new S3Error(
    'InvalidArgument',
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    { ArgumentName: COPY_SOURCE, ArgumentValue: text }
  )
}

/** @returns true for REPLACE, false for COPY and by default */
function readDirective (request: S3Request, name: string): boolean {
  const directive = header(request, name) ?? 'COPY'
  if (directive === 'COPY' || directive === 'REPLACE') return directive === 'REPLACE'
  throw new S3Error('InvalidArgument', `Unknown ${name}.`, { ArgumentName: name, ArgumentValue: directive })
}

/** @throws S3Error PreconditionFailed, InvalidRequest */
function checkSource (request: S3Request, { size, description }: StoredObject): void {
  try {
    checkReadConditions((name) => header(request, `${COPY_SOURCE}-${name}`), description)
  } catch (error) {
    // a copy that is not made has no other way to say so
    const isNotModified = error instanceof S3Error && error.code === 'NotModified'
    throw isNotModified ? preconditionFailed(`${COPY_SOURCE}-If-None-Match`) : error
  }
  if (size > MAX_BODY_BYTES) {
    throw new S3Error(
      'InvalidRequest',
      `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_BODY_BYTES}`
    )
  }
}

/** How an object is encrypted is not copied with it. */
function withEncryption ({ headers }: ObjectHeaders, request: S3Request): Record<string, string> {
  const others = Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-server-side-encryption'))
  return { ...Object.fromEntries(others), ...readEncryption((name) => header(request, name)) }
}

/** The algorithm that the request names, or that of the source. */
function checksumAlgorithm (
  request: S3Request, { description }: StoredObject
): StoredChecksum['algorithm'] | undefined {
  const name = header(request, 'x-amz-checksum-algorithm')
  return name === undefined ? description.checksum?.algorithm : readAlgorithm(name)
}

/** Copies a body. What was made of parts becomes an object in one piece, with the ETag and checksum of such. */
async function copyBody (
  source: StoredObject, file: StoredFileWriter, algorithm: StoredChecksum['algorithm'] | undefined
): Promise<{ etag: string, checksum: StoredChecksum | undefined }> {
  const md5 = createDigest('md5')
  const checksum = algorithm && createChecksum(algorithm)
  for await (const chunk of source.read()) {
    md5.update(chunk)
    checksum?.update(chunk)
    await file.write(chunk)
  }
  const value = (await checksum?.digest())?.toString('base64')
  return {
    etag: (await md5.digest()).toString('hex'),
    checksum: algorithm && value !== undefined ? { algorithm, value } : undefined
  }
}
