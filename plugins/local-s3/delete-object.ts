import { S3Error, notImplemented } from './errors.js'
import { deleteObject as removeObject } from './objects.js'
import type { Operation } from './operation.js'
import { xmlReply } from './reply.js'
import { readExpectedBody, receiveXml } from './request-body.js'
import { checkKeyLength } from './s3-request.js'
import { child, childText, children, malformedXml } from './xml.js'
import type { XmlElement } from './xml.js'

/** Maximum of objects that one request may name. */
const MAX_OBJECTS = 1000

/** DeleteObject: succeeds as well where there is no such object. */
export const deleteObject: Operation = async ({ request, storage }) => {
  await removeObject(storage, request.bucket, request.key)
  return { status: 204 }
}

/** DeleteObjects: reports a key as deleted where there is no such object. */
export const deleteObjects: Operation = async ({ request, signature, settings, storage }) => {
  const body = readExpectedBody(request, signature, settings)
  if (body.expected.md5 === undefined && body.expected.checksum === undefined) {
    throw new S3Error(
      'InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*'
    )
  }
  const document = await receiveXml(body, 'Delete')
  const keys = readKeys(document)
  for (const key of keys) await removeObject(storage, request.bucket, key)
  const quiet = childText(document, 'Quiet') === 'true'
  return xmlReply('DeleteResult', { Deleted: quiet ? [] : keys.map((key) => ({ Key: key })) })
}

/** @throws S3Error MalformedXML, KeyTooLongError, NotImplemented */
function readKeys (document: XmlElement): string[] {
  const objects = children(document, 'Object')
  if (objects.length === 0 || objects.length > MAX_OBJECTS) throw malformedXml()
  return objects.map((object) => {
    for (const name of object.children.keys()) {
      if (name !== 'Key') throw notImplemented(`${name} in DeleteObjects`)
    }
    const key = child(object, 'Key')?.text ?? ''
    if (key === '') throw malformedXml()
    checkKeyLength(key)
    return key
  })
}
