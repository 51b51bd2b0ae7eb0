import { describeObject, openObject, rewriteObject } from './objects.js'
import type { Operation } from './operation.js'
import { xmlReply } from './reply.js'
import { readExpectedBody, receiveText } from './request-body.js'
import { readTaggingDocument } from './tags.js'

/** PutObjectTagging. */
export const putObjectTagging: Operation = async ({ request, signature, settings, storage }) => {
  const tags = readTaggingDocument(await receiveText(readExpectedBody(request, signature, settings)))
  await rewriteObject(storage, request.bucket, request.key, (description) => ({ ...description, tags }))
  return { status: 200 }
}

/** GetObjectTagging. */
export const getObjectTagging: Operation = async ({ request, storage }) => {
  const file = await openObject(storage, request.bucket, request.key)
  await file.close()
  return xmlReply('Tagging', { TagSet: { Tag: file.description.tags.map(([Key, Value]) => ({ Key, Value })) } })
}

/** DeleteObjectTagging: succeeds as well where there are no tags. */
export const deleteObjectTagging: Operation = async ({ request, storage }) => {
  const { bucket, key } = request
  const tagged = (await describeObject(storage, bucket, key))?.tags.length !== 0
  if (tagged) await rewriteObject(storage, bucket, key, (description) => ({ ...description, tags: [] }))
  return { status: 204 }
}
