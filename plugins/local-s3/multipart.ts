import { readAlgorithm } from './checksums.js'
import type { ChecksumAlgorithm } from './checksums.js'
import { S3Error } from './errors.js'
import { MAX_PAGE_SIZE, encodingType, groupByDelimiter, keyEncoder } from './list-objects.js'
import { readObjectHeaders } from './object-headers.js'
import { compareKeys } from './objects.js'
import type { Operation } from './operation.js'
import { checksumHeaders, encryptionHeaders } from './put-object.js'
import { xmlReply } from './reply.js'
import { readExpectedBody, receiveText } from './request-body.js'
import { header, headerNames, integerParameter, parameter } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import {
  createUpload, endUpload, listPartNumbers, listUploads, openPart, publishPart, readUpload, removeUpload
} from './uploads.js'
import type { StoredPart, UploadDescription } from './uploads.js'

/** Maximum number of parts of one upload. */
export const MAX_PARTS = 10_000

/** CreateMultipartUpload. */
export const createMultipartUpload: Operation = async ({ request, signature, settings, storage }) => {
  await receiveText(readExpectedBody(request, signature, settings))
  const { bucket, key } = request
  const described = readObjectHeaders(headerNames(request), (name) => header(request, name))
  const checksum = readChecksumKind(request)
  const uploadId = await createUpload(storage, bucket, { key, initiated: settings.now(), ...described, ...checksum })
  return xmlReply('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: uploadId }, {
    ...encryptionHeaders(described),
    ...checksum && {
      'x-amz-checksum-algorithm': checksum.checksumAlgorithm.toUpperCase(),
      'x-amz-checksum-type': checksum.checksumType
    }
  })
}

/** UploadPart. */
export const uploadPart: Operation = async ({ request, signature, settings, storage }) => {
  const { bucket, key } = request
  const uploadId = readUploadId(request)
  const partNumber = integerParameter(request, 'partNumber', NaN, 1, MAX_PARTS)
  if (Number.isNaN(partNumber)) {
    throw new S3Error('InvalidArgument', 'This operation needs a partNumber.', { ArgumentName: 'partNumber' })
  }
  const body = readExpectedBody(request, signature, settings)
  const upload = await readUpload(storage, bucket, key, uploadId)
  const [expected, actual] = [upload.checksumAlgorithm, body.expected.checksum?.algorithm]
  if (expected !== undefined && expected !== actual) {
    throw new S3Error(
      'InvalidRequest',
      'Checksum Type mismatch occurred, ' +
      `expected checksum Type: ${expected}, actual checksum Type: ${actual ?? 'null'}`
    )
  }
  const file = await storage.createFile()
  try {
    const { md5, checksum } = await body.receive(async (chunk) => await file.write(chunk))
    const lastModified = settings.now().toISOString()
    const part = { partNumber, etag: md5, lastModified, ...checksum && { checksum } }
    await publishPart(storage, bucket, uploadId, file, part)
    return { status: 200, headers: { etag: `"${md5}"`, ...checksumHeaders(checksum), ...encryptionHeaders(upload) } }
  } finally {
    await file.discard()
  }
}

/** ListParts. */
export const listParts: Operation = async ({ request, storage }) => {
  const uploadId = readUploadId(request)
  const { bucket, key } = request
  await readUpload(storage, bucket, key, uploadId)
  const maxParts = integerParameter(request, 'max-parts', MAX_PAGE_SIZE)
  const marker = integerParameter(request, 'part-number-marker', 0)
  const following = (await listPartNumbers(storage, bucket, uploadId)).filter((number) => number > marker)
  const page = following.slice(0, Math.min(maxParts, MAX_PAGE_SIZE))
  const parts: StoredPart[] = []
  for (const number of page) {
    const part = await openPart(storage, bucket, uploadId, number)
    await part?.close()
    if (part !== undefined) parts.push(part)
  }
  return xmlReply('ListPartsResult', {
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    StorageClass: 'STANDARD',
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1) ?? 0,
    MaxParts: maxParts,
    IsTruncated: page.length > 0 && page.length < following.length,
    Part: parts.map(({ size, description: { partNumber, etag, lastModified, checksum } }) => ({
      PartNumber: partNumber,
      LastModified: lastModified,
      ETag: `"${etag}"`,
      Size: size,
      ...checksum && { [`Checksum${checksum.algorithm.toUpperCase()}`]: checksum.value }
    }))
  })
}

/** ListMultipartUploads. */
export const listMultipartUploads: Operation = async ({ request, storage }) => {
  const prefix = parameter(request, 'prefix') ?? ''
  const delimiter = parameter(request, 'delimiter') ?? ''
  const keyMarker = parameter(request, 'key-marker') ?? ''
  // without a key, it means nothing
  const idMarker = keyMarker === '' ? '' : parameter(request, 'upload-id-marker') ?? ''
  const maxUploads = integerParameter(request, 'max-uploads', MAX_PAGE_SIZE)
  const encode = keyEncoder(request)
  const isAfterMarker = (key: string, uploadId = ''): boolean =>
    (compareKeys(key, keyMarker) || (idMarker === '' ? 0 : compareKeys(uploadId, idMarker))) > 0
  const uploads = await listUploads(storage, request.bucket, prefix)
  const following = groupByDelimiter(uploads, ({ key }) => key, prefix, delimiter)
    .filter(({ key, item }) => isAfterMarker(key, item?.uploadId))
  const page = following.slice(0, Math.min(maxUploads, MAX_PAGE_SIZE))
  const last = page.length < following.length ? page.at(-1) : undefined
  return xmlReply('ListMultipartUploadsResult', {
    Bucket: request.bucket,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: last && encode(last.key),
    NextUploadIdMarker: last?.item?.uploadId,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: encodingType(request),
    MaxUploads: maxUploads,
    IsTruncated: last !== undefined,
    Upload: page.flatMap(({ item }) => item === undefined
      ? []
      : [{ Key: encode(item.key), UploadId: item.uploadId, StorageClass: 'STANDARD', Initiated: item.initiated }]),
    CommonPrefixes: page.flatMap(({ key, item }) => item === undefined ? [{ Prefix: encode(key) }] : [])
  })
}

/** AbortMultipartUpload. */
export const abortMultipartUpload: Operation = async ({ request, storage }) => {
  const uploadId = readUploadId(request)
  await endUpload(storage, request.bucket, uploadId, async () => {
    await readUpload(storage, request.bucket, request.key, uploadId)
    await removeUpload(storage, request.bucket, uploadId)
  })
  return { status: 204 }
}

/** The id of the upload; the router calls operations on uploads only where there is one. */
export const readUploadId = (request: S3Request): string => parameter(request, 'uploadId') ?? ''

/** @throws S3Error NotImplemented, InvalidRequest */
function readChecksumKind (
  request: S3Request
): Required<Pick<UploadDescription, 'checksumAlgorithm' | 'checksumType'>> | undefined {
  const name = header(request, 'x-amz-checksum-algorithm')
  if (name === undefined) return undefined
  const checksumAlgorithm = readAlgorithm(name)
  const possible = checksumTypes(checksumAlgorithm)
  const wanted = header(request, 'x-amz-checksum-type') ?? possible[0]
  const checksumType = possible.find((type) => type === wanted)
  if (checksumType !== undefined) return { checksumAlgorithm, checksumType }
  throw new S3Error(
    'InvalidRequest',
    `The ${wanted} checksum type cannot be used with the ${checksumAlgorithm} checksum algorithm.`
  )
}

/** The types that an algorithm allows, the default first (AWS, "Checking object integrity in Amazon S3"). */
function checksumTypes (algorithm: ChecksumAlgorithm): ReadonlyArray<'COMPOSITE' | 'FULL_OBJECT'> {
  if (algorithm === 'crc64nvme') return ['FULL_OBJECT']
  return algorithm.startsWith('sha') ? ['COMPOSITE'] : ['COMPOSITE', 'FULL_OBJECT']
}
