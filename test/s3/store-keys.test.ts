import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import t from 'tap'
import { presignPut } from '../fixtures/presign.js'
import { sendRaw } from '../fixtures/send-raw.js'
import { startStore } from '../fixtures/store.js'
import type { Store } from '../fixtures/store.js'
import { behaviour, readObject } from './behaviour.js'

const TRICKY = [
  '../../etc/passwd',
  '..',
  '.',
  './a',
  'a/../b',
  '%2e%2e%2fetc',
  'a%2Fb',
  'a//b',
  '/leading',
  'trailing/',
  'a b+c',
  "it's (me)*!",
  'ünïcödé/日本語/🎵.mp3',
  'a?b#c&d=e',
  'a\\b',
  '~/.ssh',
  'CON',
  'a'.repeat(1024)
]

async function put (store: Store, key: string, body: string): Promise<number> {
  const { url } = await presignPut(store, key)
  return (await sendRaw(url, { method: 'PUT', body })).status
}

async function listKeys ({ client, bucket }: Store): Promise<string[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
  return Contents.map(({ Key }) => Key ?? '')
}

t.test('every tricky key names its own object, byte for byte', async t => {
  const store = await startStore(t)
  for (const key of TRICKY) t.equal(await put(store, key, `body of ${key}`), 200, key)
  for (const key of TRICKY) t.equal((await readObject(store, key))?.toString(), `body of ${key}`, key)
  t.same(
    await listKeys(store),
    [...TRICKY].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
  )
})

t.test('any key at all can be put, read and deleted', async t => {
  const store = await startStore(t)
  const keys = fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }).filter(key => !/[\0\ufffe\uffff]/.test(key))
  await fc.assert(
    fc.asyncProperty(keys, async key => {
      if ((await put(store, key, key)) !== 200) return false
      if ((await readObject(store, key))?.toString() !== key) return false
      await store.client.send(new DeleteObjectCommand({ Bucket: store.bucket, Key: key }))
      return (await readObject(store, key)) === undefined
    }),
    { numRuns: 40 }
  )
})

behaviour('a key over 1024 bytes is refused', [400, 'KeyTooLongError'], async store => {
  const { url } = await presignPut(store, 'é'.repeat(513))
  return await sendRaw(url, { method: 'PUT', body: 'x' })
})

behaviour('a key that is no UTF-8 is refused', [400, 'InvalidURI'], async store => {
  const { url } = await presignPut(store, 'key')
  return await sendRaw(url.replace('/key?', '/%ff?'), { method: 'PUT', body: 'x' })
})

behaviour('dots in the path of a request lead to no other object', [403, 'SignatureDoesNotMatch'], async store => {
  const { url } = await presignPut(store, 'alice/talk.mp3')
  return await sendRaw(url.replace('alice/', 'bob/../alice/'), { method: 'PUT', body: 'x' })
})

behaviour('an encoded slash is a slash, as it is everywhere in S3', [200, ''], async (store, t) => {
  const { url } = await presignPut(store, 'alice/talk.mp3')
  const answer = await sendRaw(url.replace('alice/', 'alice%2F'), { method: 'PUT', body: 'x' })
  t.same(await listKeys(store), ['alice/talk.mp3'])
  return answer
})

t.test('a listing is ordered, filtered by prefix and cut into pages', async t => {
  const store = await startStore(t)
  const { client, bucket: Bucket } = store
  const keys = ['a/1', 'a/2', 'a/3', 'b/1', 'b/2/x']
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))
  t.same(await listKeys(store), keys)

  const first = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'a/', MaxKeys: 2 }))
  t.same(
    first.Contents?.map(({ Key, Size }) => [Key, Size]),
    [
      ['a/1', 3],
      ['a/2', 3]
    ]
  )
  t.equal(first.IsTruncated, true)
  const second = await client.send(
    new ListObjectsV2Command({ Bucket, Prefix: 'a/', MaxKeys: 2, ContinuationToken: first.NextContinuationToken })
  )
  t.same(
    second.Contents?.map(({ Key }) => Key),
    ['a/3']
  )
  t.equal(second.IsTruncated, false)

  const grouped = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'b/', Delimiter: '/' }))
  t.same(
    grouped.Contents?.map(({ Key }) => Key),
    ['b/1']
  )
  t.same(
    grouped.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ['b/2/']
  )
})
