import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { checkForm, createChecksum } from './checksums.js'
import type { ChecksumAlgorithm, Digest, StoredChecksum } from './checksums.js'
import { S3Error, notImplemented } from './errors.js'
import { MAX_PARTS, readUploadId } from './multipart.js'
import { describeObject, publishObject } from './objects.js'
import type { ObjectDescription } from './objects.js'
import type { Operation, OperationContext } from './operation.js'
import { checkWriteCondition, checksumHeaders, encryptionHeaders } from './put-object.js'
import { xmlReply } from './reply.js'
import type { Reply } from './reply.js'
import { readExpectedBody, receiveXml } from './request-body.js'
import { header } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import type { StoredFileWriter } from './stored-file.js'
import { endUpload, openPart, readUpload, removeUpload } from './uploads.js'
import type { StoredPart, UploadDescription } from './uploads.js'
import { childText, children, malformedXml } from './xml.js'
import type { XmlElement } from './xml.js'

/** Least size of every part but the last, in bytes: 5 MiB. */
const MIN_PART_BYTES = 5 * 1024 * 1024

interface ListedPart {
  readonly partNumber: number
  readonly etag: string
  readonly checksum: string | undefined
}

/** What CompleteMultipartUpload answers with. */
type CompletedObject = Pick<ObjectDescription, 'etag' | 'checksum' | 'headers'>

/**
 * CompleteMultipartUpload. The parts are copied into a new file; they are removed only when the object is there, so
 * that a crash on the way loses neither.
 */
export const completeMultipartUpload: Operation = async (context) => {
  const { request, signature, settings, storage } = context
  const uploadId = readUploadId(request)
  // the checksum headers of this operation are about the object, not about the document that is its body
  const withoutChecksums = new Map([...request.headers].filter(([name]) => !isChecksumValue(name)))
  const body = readExpectedBody({ ...request, headers: withoutChecksums }, signature, settings)
  const document = await receiveXml(body, 'CompleteMultipartUpload')
  const { socket } = request.message
  // copying gigabytes takes a while, in which nothing moves on the connection
  socket.setTimeout(0)
  try {
    const object = await endUpload(storage, request.bucket, uploadId, async () =>
      await findCompleted(context, uploadId, document) ?? await complete(context, uploadId, document))
    return completedReply(request, object)
  } finally {
    socket.setTimeout(settings.idleTimeout)
  }
}

/**
 * Whether the same request has succeeded before: the object came from this upload, and from these parts. A client that
 * has missed the answer gets it again.
 */
async function findCompleted (
  { request, storage }: OperationContext, uploadId: string, document: XmlElement
): Promise<ObjectDescription | undefined> {
  const object = await describeObject(storage, request.bucket, request.key)
  if (object?.uploadId !== uploadId) return undefined
  const etags = createHash('md5')
  const parts = readPartList(document, object.checksum?.algorithm)
  for (const { etag } of parts) etags.update(Buffer.from(etag, 'hex'))
  return object.etag === multipartEtag(etags, parts.length) ? object : undefined
}

async function complete (
  context: OperationContext, uploadId: string, document: XmlElement
): Promise<CompletedObject> {
  const { request, storage } = context
  const upload = await readUpload(storage, request.bucket, request.key, uploadId)
  const parts = readPartList(document, upload.checksumAlgorithm)
  const onlyIfNew = await checkWriteCondition(context)
  const object = await assembleObject(context, upload, parts, onlyIfNew)
  await removeUpload(storage, request.bucket, uploadId)
  return object
}

function completedReply (request: S3Request, { etag, checksum, headers }: CompletedObject): Reply {
  return xmlReply('CompleteMultipartUploadResult', {
    Location: `http://${request.headers.get('host') ?? ''}${request.canonicalPath}`,
    Bucket: request.bucket,
    Key: request.key,
    ETag: `"${etag}"`,
    ...checksum && {
      [`Checksum${checksum.algorithm.toUpperCase()}`]: checksum.value,
      ChecksumType: checksumHeaders(checksum)['x-amz-checksum-type']
    }
  }, encryptionHeaders({ headers }))
}

async function assembleObject (
  context: OperationContext, upload: UploadDescription, listed: readonly ListedPart[], onlyIfNew: boolean
): Promise<CompletedObject> {
  const { request: { bucket, key }, storage, settings } = context
  const file = await storage.createFile()
  try {
    const etags = createHash('md5')
    const checksum = upload.checksumAlgorithm === undefined ? undefined : createChecksum(upload.checksumAlgorithm)
    let size = 0
    for (const [index, wanted] of listed.entries()) {
      const part = await openListedPart(context, upload, wanted, index === listed.length - 1)
      try {
        const { description } = part
        size += part.size
        etags.update(Buffer.from(description.etag, 'hex'))
        if (upload.checksumType === 'COMPOSITE') {
          checksum?.update(Buffer.from(description.checksum?.value ?? '', 'base64'))
        }
        await copy(part, file, upload.checksumType === 'FULL_OBJECT' ? checksum : undefined)
      } finally {
        await part.close()
      }
    }
    checkObjectSize(header(context.request, 'x-amz-mp-object-size'), size)
    const objectChecksum = await finishChecksum(context, upload, checksum, listed.length)
    const { headers, metadata, tags, uploadId } = upload
    const object: ObjectDescription = {
      key,
      etag: multipartEtag(etags, listed.length),
      lastModified: settings.now().toISOString(),
      headers,
      metadata,
      tags,
      uploadId,
      ...objectChecksum && { checksum: objectChecksum }
    }
    await publishObject(storage, bucket, file, object, { by: 'CompleteMultipartUpload', onlyIfNew })
    return object
  } finally {
    await file.discard()
  }
}

/** The MD5 of the parts' MD5s, and how many there are. */
const multipartEtag = (etags: Hash, count: number): string => `${etags.digest('hex')}-${count}`

async function copy (part: StoredPart, file: StoredFileWriter, checksum: Digest | undefined): Promise<void> {
  for await (const chunk of part.read()) {
    checksum?.update(chunk)
    await file.write(chunk)
  }
}

/** @throws S3Error InvalidPart, EntityTooSmall */
async function openListedPart (
  { storage, request }: OperationContext, upload: UploadDescription, wanted: ListedPart, isLast: boolean
): Promise<StoredPart> {
  const part = await openPart(storage, request.bucket, upload.uploadId, wanted.partNumber)
  const checksumMatches = wanted.checksum === undefined || wanted.checksum === part?.description.checksum?.value
  if (part?.description.etag === wanted.etag && checksumMatches) {
    if (isLast || part.size >= MIN_PART_BYTES) return part
    await part.close()
    throw new S3Error(
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
      { ProposedSize: part.size, MinSizeAllowed: MIN_PART_BYTES, PartNumber: wanted.partNumber, ETag: wanted.etag }
    )
  }
  await part?.close()
  throw new S3Error(
    'InvalidPart',
    'One or more of the specified parts could not be found. The part may not have been uploaded, ' +
    "or the specified entity tag may not match the part's entity tag.",
    { UploadId: upload.uploadId, PartNumber: wanted.partNumber, ETag: wanted.etag }
  )
}

/** @throws S3Error MalformedXML, InvalidPartOrder */
function readPartList (document: XmlElement, algorithm: ChecksumAlgorithm | undefined): ListedPart[] {
  const parts = children(document, 'Part').map((part) => ({
    partNumber: Number(childText(part, 'PartNumber') ?? NaN),
    etag: (childText(part, 'ETag') ?? '').replaceAll('"', ''),
    checksum: algorithm && childText(part, `Checksum${algorithm.toUpperCase()}`)
  }))
  const isPart = ({ partNumber, etag }: ListedPart): boolean =>
    Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= MAX_PARTS && etag !== ''
  const valid = parts.length > 0 && parts.length <= MAX_PARTS && parts.every(isPart)
  if (!valid) throw malformedXml()
  const ordered = parts.every(({ partNumber }, index) => index === 0 || parts[index - 1]!.partNumber < partNumber)
  if (!ordered) {
    throw new S3Error(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.'
    )
  }
  return parts
}

/** @throws S3Error BadDigest where the request names another checksum of the object */
async function finishChecksum (
  { request }: OperationContext, upload: UploadDescription, digest: Digest | undefined, count: number
): Promise<StoredChecksum | undefined> {
  const [expected] = [...request.headers].filter(([name]) => isChecksumValue(name))
  const algorithm = upload.checksumAlgorithm
  if (algorithm === undefined || digest === undefined) {
    if (expected === undefined) return undefined
    throw notImplemented(`${expected[0]} on an upload that was started without x-amz-checksum-algorithm`)
  }
  const suffix = upload.checksumType === 'COMPOSITE' ? `-${count}` : ''
  const value = `${(await digest.digest()).toString('base64')}${suffix}`
  if (expected !== undefined) {
    const [name, text] = expected
    const base64 = checkForm(algorithm, text.replace(/-\d+$/, ''))
    if (name !== `x-amz-checksum-${algorithm}` || base64 + suffix !== value) {
      throw new S3Error(
        'BadDigest', `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`
      )
    }
  }
  return { algorithm, value }
}

/** @throws S3Error InvalidRequest */
function checkObjectSize (expected: string | undefined, size: number): void {
  if (expected === undefined || expected === String(size)) return
  throw new S3Error(
    'InvalidRequest',
    `The provided 'x-amz-mp-object-size' header value ${expected} does not match what was computed: ${size}`
  )
}

const isChecksumValue = (name: string): boolean => /^x-amz-checksum-(?!type$|algorithm$|mode$)/.test(name)
