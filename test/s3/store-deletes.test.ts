import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { createClient } from '../fixtures/local-store.js'
import { sendRaw } from '../fixtures/send-raw.js'
import type { Store } from '../fixtures/store.js'
import { KEY, behaviour, readObject } from './behaviour.js'

async function put ({ client, bucket }: Store, ...keys: string[]): Promise<void> {
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'sound' }))
}

async function deleteKeys (
  { client, bucket }: Store,
  keys: readonly string[],
  Quiet = false
): Promise<{ status: number; code: string; deleted: string[] }> {
  try {
    const { $metadata, Deleted = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.map(Key => ({ Key })), Quiet } })
    )
    return { status: $metadata.httpStatusCode ?? 0, code: '', deleted: Deleted.map(({ Key = '' }) => Key).sort() }
  } catch (error) {
    if (error instanceof S3ServiceException) { return { status: error.$metadata.httpStatusCode ?? 0, code: error.name, deleted: [] } }
    throw error
  }
}

behaviour('deleting an object twice succeeds', [204, ''], async (store, t) => {
  await put(store, KEY)
  const url = await getSignedUrl(store.client, new DeleteObjectCommand({ Bucket: store.bucket, Key: KEY }))
  t.equal((await sendRaw(url, { method: 'DELETE' })).status, 204)
  t.equal(await readObject(store, KEY), undefined)
  return await sendRaw(url, { method: 'DELETE' })
})

behaviour('several objects are deleted at once, and may be missing', [200, ''], async (store, t) => {
  await put(store, 'a', 'b & <c>', 'd')
  const answer = await deleteKeys(store, ['a', 'b & <c>', 'missing'])
  t.same(answer.deleted, ['a', 'b & <c>', 'missing'])
  const { Contents = [] } = await store.client.send(new ListObjectsV2Command({ Bucket: store.bucket }))
  t.same(
    Contents.map(({ Key }) => Key),
    ['d']
  )
  return answer
})

behaviour('a quiet deletion does not list what it has deleted', [200, ''], async (store, t) => {
  await put(store, 'a')
  const answer = await deleteKeys(store, ['a', 'missing'], true)
  t.same(answer.deleted, [])
  t.equal(await readObject(store, 'a'), undefined)
  return answer
})

behaviour('deleting more than a thousand objects at once is refused', [400, 'MalformedXML'], async (store, t) => {
  await put(store, 'a')
  const answer = await deleteKeys(store, ['a', ...Array.from({ length: 1000 }, (_, index) => `key ${index}`)])
  t.equal((await readObject(store, 'a'))?.toString(), 'sound', 'none is deleted')
  return answer
})

behaviour('deleting no objects at once is refused', [400, 'MalformedXML'], async store => await deleteKeys(store, []))

behaviour(
  'deleting several objects without a checksum of the list is refused',
  [400, 'InvalidRequest'],
  async (store, t) => {
    await put(store, KEY)
    const client = createClient(store.endpoint, store.region, store.credentials)
    client.middlewareStack.add(
      next => async args => {
        const { headers } = args.request as { headers: Record<string, string> }
        for (const name of Object.keys(headers)) if (/^x-amz-(sdk-)?checksum/.test(name)) delete headers[name]
        return await next(args)
      },
      { step: 'build', priority: 'low' }
    )
    const answer = await deleteKeys({ ...store, client }, [KEY])
    t.equal((await readObject(store, KEY)) !== undefined, answer.status >= 400)
    client.destroy()
    return answer
  }
)
