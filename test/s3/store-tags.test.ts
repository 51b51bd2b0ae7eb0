import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectTaggingCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3ServiceException,
  UploadPartCommand
} from '@aws-sdk/client-s3'
import type { Tag } from '@aws-sdk/client-s3'
import t from 'tap'
import { startStore } from '../fixtures/store.js'
import type { Store } from '../fixtures/store.js'
import { KEY, behaviour, readObject } from './behaviour.js'

const BODY = 'sound of one hand clapping'

const object = ({ bucket }: Store): { Bucket: string; Key: string } => ({ Bucket: bucket, Key: KEY })
const readTags = async (store: Store): Promise<Tag[] | undefined> =>
  (await store.client.send(new GetObjectTaggingCommand(object(store)))).TagSet?.sort((one, other) =>
    one.Key! < other.Key! ? -1 : 1
  )

async function outcome (sent: Promise<unknown>): Promise<{ status: number; code: string }> {
  return await sent.then(
    () => ({ status: 200, code: '' }),
    (error: unknown) => {
      if (error instanceof S3ServiceException) return { status: error.$metadata.httpStatusCode ?? 0, code: error.name }
      throw error
    }
  )
}

const putTagged = async (store: Store, Tagging: string): Promise<{ status: number; code: string }> =>
  await outcome(store.client.send(new PutObjectCommand({ ...object(store), Body: BODY, Tagging })))

t.test('tags given with an object are kept, and counted by HEAD', async t => {
  const store = await startStore(t)
  await putTagged(store, 'status=new&by=a%20b')
  t.same(await readTags(store), [
    { Key: 'by', Value: 'a b' },
    { Key: 'status', Value: 'new' }
  ])
  const { TagCount } = await store.client.send(new HeadObjectCommand(object(store)))
  if (store.kind === 'local-s3') t.equal(TagCount, 2)
})

behaviour('tags given with a multipart upload become those of the object', [200, 'status=new'], async store => {
  const { UploadId } = await store.client.send(
    new CreateMultipartUploadCommand({ ...object(store), Tagging: 'status=new' })
  )
  const { ETag } = await store.client.send(
    new UploadPartCommand({ ...object(store), UploadId, PartNumber: 1, Body: BODY })
  )
  await store.client.send(
    new CompleteMultipartUploadCommand({
      ...object(store),
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] }
    })
  )
  const tags = (await readTags(store)) ?? []
  return { status: 200, code: tags.map(({ Key, Value }) => `${Key}=${Value}`).join() }
})

t.test('tags are replaced and deleted, and nothing else of the object changes', async t => {
  const store = await startStore(t)
  const head = async (): Promise<unknown> => {
    const { ETag, ContentLength, ContentType, Metadata, LastModified } = await store.client.send(
      new HeadObjectCommand(object(store))
    )
    // RGW counts a change of tags as one of the object
    return { ETag, ContentLength, ContentType, Metadata, ...(store.kind === 'local-s3' && { LastModified }) }
  }
  await store.client.send(
    new PutObjectCommand({ ...object(store), Body: BODY, ContentType: 'audio/mpeg', Metadata: { title: 'One hand' } })
  )
  const before = await head()
  t.same(await readTags(store), [])
  for (const Value of ['new', 'done']) {
    await store.client.send(
      new PutObjectTaggingCommand({ ...object(store), Tagging: { TagSet: [{ Key: 'status', Value }] } })
    )
    t.same(await readTags(store), [{ Key: 'status', Value }])
  }
  t.same(await head(), before)
  t.equal((await readObject(store, KEY))?.toString(), BODY)
  await store.client.send(new DeleteObjectTaggingCommand(object(store)))
  await t.resolves(store.client.send(new DeleteObjectTaggingCommand(object(store))), 'also where there are none')
  t.same(await readTags(store), [])
  t.same(await head(), before)
})

const tag = (Key: string, Value = 'value'): Tag => ({ Key, Value })
const putTags = async (store: Store, ...TagSet: Tag[]): Promise<{ status: number; code: string }> => {
  await store.client.send(new PutObjectCommand({ ...object(store), Body: BODY, Tagging: 'status=new' }))
  const answer = await outcome(
    store.client.send(new PutObjectTaggingCommand({ ...object(store), Tagging: { TagSet } }))
  )
  if (answer.status >= 400) t.same(await readTags(store), [tag('status', 'new')], 'the tags are as they were')
  return answer
}

const MANY = Array.from({ length: 11 }, (_, index) => tag(`key ${index}`))
behaviour('more than ten tags are refused', [400, 'BadRequest'], async store => await putTags(store, ...MANY))
behaviour(
  'more than ten tags with an object are refused',
  [400, 'BadRequest'],
  async store => await putTagged(store, MANY.map(({ Key, Value }) => `${encodeURIComponent(Key!)}=${Value}`).join('&'))
)
behaviour('a tag given twice is refused', [400, 'InvalidTag'], async store => await putTags(store, tag('a'), tag('a')))
behaviour(
  'a tag with a key over 128 characters is refused',
  [400, 'InvalidTag'],
  async store => await putTags(store, tag('a'.repeat(129)))
)
behaviour(
  'a tag with a value over 256 characters is refused',
  [400, 'InvalidTag'],
  async store => await putTags(store, tag('a', 'b'.repeat(257)))
)
behaviour(
  'a tag with a sign that S3 does not allow is refused',
  [400, 'InvalidTag'],
  async store => await putTags(store, tag('a', 'b#c'))
)
behaviour(
  'a tag in letters of any language is kept',
  [200, ''],
  async store => await putTags(store, tag('été', '音 +-=._:/@'))
)
behaviour(
  'tags of an object that is not there are refused',
  [404, 'NoSuchKey'],
  async store =>
    await outcome(store.client.send(new PutObjectTaggingCommand({ ...object(store), Tagging: { TagSet: [tag('a')] } })))
)
behaviour(
  'deleting tags of an object that is not there is refused',
  [404, 'NoSuchKey'],
  async store => await outcome(store.client.send(new DeleteObjectTaggingCommand(object(store))))
)
