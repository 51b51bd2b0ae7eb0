import type { StoredChecksum } from './checksums.js'
import { notImplemented } from './errors.js'
import { readObjectHeaders } from './object-headers.js'
import type { ObjectHeaders } from './object-headers.js'
import { describeObject, preconditionFailed, publishObject } from './objects.js'
import type { Operation, OperationContext } from './operation.js'
import { readExpectedBody } from './request-body.js'
import { header, headerNames } from './s3-request.js'

/** PutObject. Every error that can be known is reported before the body is asked for. */
export const putObject: Operation = async (context) => {
  const { request, signature, settings, storage } = context
  const body = readExpectedBody(request, signature, settings)
  const described = readObjectHeaders(headerNames(request), (name) => header(request, name))
  const onlyIfNew = await checkWriteCondition(context)
  const file = await storage.createFile()
  try {
    const { md5, checksum } = await body.receive(async (chunk) => await file.write(chunk))
    const lastModified = settings.now().toISOString()
    const description = { key: request.key, etag: md5, lastModified, ...described, ...checksum && { checksum } }
    await publishObject(storage, request.bucket, file, description, { by: 'Put', onlyIfNew })
    return { status: 200, headers: { etag: `"${md5}"`, ...checksumHeaders(checksum), ...encryptionHeaders(described) } }
  } finally {
    await file.discard()
  }
}

/**
 * Reads the condition under which an object may be written, and reports early where it can't be met.
 *
 * @returns true for `If-None-Match: *`
 * @throws S3Error PreconditionFailed; NotImplemented for every other condition
 */
export async function checkWriteCondition ({ request, storage }: OperationContext): Promise<boolean> {
  const other = ['if-match', 'if-modified-since', 'if-unmodified-since'].find((name) => request.headers.has(name))
  if (other !== undefined) throw notImplemented(`${other} on a write`)
  const condition = request.headers.get('if-none-match')
  if (condition === undefined) return false
  if (condition !== '*') throw notImplemented(`If-None-Match: ${condition} on a write`)
  const object = await describeObject(storage, request.bucket, request.key)
  if (object !== undefined) throw preconditionFailed('If-None-Match')
  return true
}

/** The checksum as responses carry it. */
export function checksumHeaders (checksum: StoredChecksum | undefined): Record<string, string> {
  if (checksum === undefined) return {}
  const type = checksum.value.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT'
  return { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': type }
}

/** Those of the stored headers that say how an object is encrypted. */
export function encryptionHeaders ({ headers }: Pick<ObjectHeaders, 'headers'>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-server-side-encryption')))
}
