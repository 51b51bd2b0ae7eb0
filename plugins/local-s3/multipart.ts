import { readAlgorithm } from './checksums.js'
import { S3Error, notImplemented } from './errors.js'
import { readObjectHeaders } from './object-headers.js'
import type { Operation } from './operation.js'
import { checksumHeaders, encryptionHeaders } from './put-object.js'
import { xmlReply } from './reply.js'
import { readExpectedBody, receiveDocument } from './request-body.js'
import { header, headerNames, integerParameter, parameter } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import { createUpload, endUpload, listPartNumbers, listUploads, openPart, publishPart, readUpload, removeUpload } from './uploads.js'
import type { StoredPart } from './uploads.js'

/** Most parts of one upload. */
export const MAX_PARTS = 10_000

/** CreateMultipartUpload. */
export const createMultipartUpload: Operation = async ({ request, signature, settings, storage }) => {
  await receiveDocument(readExpectedBody(request, signature, settings))
  const described = readObjectHeaders(headerNames(request), (name) => header(request, name))
  const checksum = readChecksumKind(request)
  const uploadId = await createUpload(storage, request.bucket, { key: request.key, initiated: settings.now().toISOString(), ...described, ...checksum })
  return xmlReply('InitiateMultipartUploadResult', { Bucket: request.bucket, Key: request.key, UploadId: uploadId }, {
    ...encryptionHeaders(described),
    ...checksum.checksumAlgorithm && { 'x-amz-checksum-algorithm': checksum.checksumAlgorithm.toUpperCase(), 'x-amz-checksum-type': checksum.checksumType }
  })
}

/** UploadPart. */
export const uploadPart: Operation = async ({ request, signature, settings, storage }) => {
  const uploadId = readUploadId(request)
  const partNumber = integerParameter(request, 'partNumber', NaN, 1, MAX_PARTS)
  if (Number.isNaN(partNumber)) throw new S3Error('InvalidArgument', 'This operation needs a partNumber.', { ArgumentName: 'partNumber' })
  const body = readExpectedBody(request, signature, settings)
  const upload = await readUpload(storage, request.bucket, request.key, uploadId)
  const [expected, actual] = [upload.checksumAlgorithm, body.promise.checksum?.algorithm]
  if (expected !== undefined && expected !== actual) {
    throw new S3Error('InvalidRequest', `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual ?? 'null'}`)
  }
  const file = await storage.createFile()
  try {
    const { md5, checksum } = await body.receive(async (chunk) => await file.write(chunk))
    await publishPart(storage, request.bucket, uploadId, file, {
      partNumber, etag: md5, lastModified: settings.now().toISOString(), ...checksum && { checksum }
    })
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
  const maxParts = integerParameter(request, 'max-parts', 1000, 0, 2 ** 31 - 1)
  const marker = integerParameter(request, 'part-number-marker', 0, 0, 2 ** 31 - 1)
  const following = (await listPartNumbers(storage, bucket, uploadId)).filter((number) => number > marker)
  const page = following.slice(0, Math.min(maxParts, 1000))
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
  if (request.query.has('delimiter')) throw notImplemented('delimiter in ListMultipartUploads')
  const prefix = parameter(request, 'prefix') ?? ''
  const keyMarker = parameter(request, 'key-marker') ?? ''
  const idMarker = parameter(request, 'upload-id-marker') ?? ''
  const maxUploads = integerParameter(request, 'max-uploads', 1000, 1, 1000)
  const all = await listUploads(storage, request.bucket, prefix)
  const lastSeen = all.findIndex(({ key, uploadId }) => key === keyMarker && uploadId === idMarker)
  const following = lastSeen === -1 ? all.filter(({ key }) => key > keyMarker) : all.slice(lastSeen + 1)
  const page = following.slice(0, maxUploads)
  const truncated = page.length < following.length
  return xmlReply('ListMultipartUploadsResult', {
    Bucket: request.bucket,
    KeyMarker: keyMarker,
    UploadIdMarker: idMarker,
    NextKeyMarker: truncated ? page.at(-1)!.key : undefined,
    NextUploadIdMarker: truncated ? page.at(-1)!.uploadId : undefined,
    Prefix: prefix,
    MaxUploads: maxUploads,
    IsTruncated: truncated,
    Upload: page.map(({ key, uploadId, initiated }) => ({ Key: key, UploadId: uploadId, StorageClass: 'STANDARD', Initiated: initiated }))
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

/** The upload a request is about; the router has seen to it that there is one. */
export const readUploadId = (request: S3Request): string => parameter(request, 'uploadId') ?? ''

function readChecksumKind (request: S3Request): { checksumAlgorithm: ReturnType<typeof readAlgorithm>, checksumType: 'COMPOSITE' | 'FULL_OBJECT' } | Record<string, never> {
  const name = header(request, 'x-amz-checksum-algorithm')
  if (name === undefined) return {}
  const checksumAlgorithm = readAlgorithm(name)
  const wanted = header(request, 'x-amz-checksum-type') ?? (checksumAlgorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE')
  const possible = checksumAlgorithm === 'crc64nvme' ? ['FULL_OBJECT'] : checksumAlgorithm.startsWith('sha') ? ['COMPOSITE'] : ['COMPOSITE', 'FULL_OBJECT']
  if (!possible.includes(wanted)) throw new S3Error('InvalidRequest', `The ${wanted} checksum type cannot be used with the ${checksumAlgorithm} checksum algorithm.`)
  return { checksumAlgorithm, checksumType: wanted === 'FULL_OBJECT' ? 'FULL_OBJECT' : 'COMPOSITE' }
}
