import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCopyCommand
} from '@aws-sdk/client-s3'
import type { CopyObjectCommandInput } from '@aws-sdk/client-s3'
import t from 'tap'
import { startStore } from '../fixtures/store.js'
import type { Store } from '../fixtures/store.js'
import { KEY, behaviour, readObject } from './behaviour.js'

const SOURCE = 'uploads/alice/été 1+2.mp3'
const BODY = 'sound of one hand clapping'

interface Answer {
  readonly status: number
  readonly code: string
}

/** Puts an object with metadata, tags and a type. */
async function putSource ({ client, bucket }: Store): Promise<void> {
  await client.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: SOURCE,
      Body: BODY,
      ContentType: 'audio/mpeg',
      Metadata: { title: 'One hand' },
      Tagging: 'status=new'
    })
  )
}

async function copy ({ client, bucket }: Store, input: Partial<CopyObjectCommandInput> = {}): Promise<Answer> {
  const CopySource = `${bucket}/${encodeURIComponent(SOURCE)}`
  const sent = client.send(new CopyObjectCommand({ Bucket: bucket, Key: KEY, CopySource, ...input }))
  return await sent.then(({ $metadata }) => ({ status: $metadata.httpStatusCode ?? 0, code: '' }), toAnswer)
}

function toAnswer (error: unknown): Answer {
  if (error instanceof S3ServiceException) return { status: error.$metadata.httpStatusCode ?? 0, code: error.name }
  throw error
}

async function describe ({ client, bucket }: Store, key = KEY): Promise<unknown> {
  const { ContentType, Metadata, ContentLength, ETag } = await client.send(
    new HeadObjectCommand({ Bucket: bucket, Key: key })
  )
  const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }))
  return { ContentType, Metadata, ContentLength, ETag, TagSet }
}

behaviour('a copy has the bytes, metadata, type and tags of its source', [200, ''], async (store, t) => {
  await putSource(store)
  const answer = await copy(store)
  t.equal((await readObject(store, KEY))?.toString(), BODY)
  t.same(await describe(store), await describe(store, SOURCE))
  return answer
})

behaviour('a copy can have metadata and a type of its own', [200, ''], async (store, t) => {
  await putSource(store)
  const answer = await copy(store, {
    MetadataDirective: 'REPLACE',
    ContentType: 'audio/ogg',
    Metadata: { by: 'alice' }
  })
  t.match(await describe(store), { ContentType: 'audio/ogg', Metadata: { by: 'alice' } })
  return answer
})

behaviour('a copy can have tags of its own', [200, 'done'], async store => {
  await putSource(store)
  const { status } = await copy(store, { TaggingDirective: 'REPLACE', Tagging: 'status=done' })
  const { TagSet = [] } = await store.client.send(new GetObjectTaggingCommand({ Bucket: store.bucket, Key: KEY }))
  return { status, code: TagSet[0]?.Value ?? '' }
})

behaviour('a copy ignores metadata that it is not told to take', [200, ''], async (store, t) => {
  await putSource(store)
  const answer = await copy(store, { Metadata: { by: 'alice' } })
  t.match(await describe(store), { Metadata: { title: 'One hand' } })
  return answer
})

behaviour('a copy goes into another bucket', [200, ''], async (store, t) => {
  await putSource(store)
  const Bucket = `${store.bucket}-2`
  await store.client.send(new CreateBucketCommand({ Bucket }))
  const answer = await copy(store, { Bucket })
  t.equal((await readObject({ ...store, bucket: Bucket }, KEY))?.toString(), BODY)
  return answer
})

behaviour('a copy of what is not there is refused', [404, 'NoSuchKey'], async store => await copy(store))
behaviour(
  'a copy out of a bucket that is not there is refused',
  [404, 'NoSuchBucket'],
  async store => await copy(store, { CopySource: 'no-such-bucket/key' })
)
behaviour('a copy of an object onto itself is refused', [400, 'InvalidRequest'], async store => {
  await putSource(store)
  return await copy(store, { Key: SOURCE })
})
behaviour('a copy of an object onto itself gives it new metadata', [200, ''], async (store, t) => {
  await putSource(store)
  const answer = await copy(store, { Key: SOURCE, MetadataDirective: 'REPLACE', Metadata: { by: 'alice' } })
  t.match(await describe(store, SOURCE), { Metadata: { by: 'alice' }, ContentLength: BODY.length })
  return answer
})
behaviour('a copy of a source that does not match is refused', [412, 'PreconditionFailed'], async (store, t) => {
  await putSource(store)
  const answer = await copy(store, { CopySourceIfMatch: '"0"' })
  t.equal((await readObject(store, KEY)) === undefined, answer.status >= 400)
  return answer
})
behaviour(
  'a copy with If-None-Match leaves an object that is there alone',
  [412, 'PreconditionFailed'],
  async (store, t) => {
    await putSource(store)
    await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: KEY, Body: 'already here' }))
    const answer = await copy(store, { IfNoneMatch: '*' })
    t.equal((await readObject(store, KEY))?.toString(), answer.status === 412 ? 'already here' : BODY)
    return answer
  }
)
behaviour('a copy with an unknown directive is refused', [400, 'InvalidArgument'], async store => {
  await putSource(store)
  return await copy(store, { MetadataDirective: 'MERGE' as 'COPY' })
})

t.test('of many copies at once with If-None-Match one wins', async t => {
  const store = await startStore(t)
  if (store.kind === 'rgw') return
  await putSource(store)
  const answers = await Promise.all(Array.from({ length: 6 }, async () => await copy(store, { IfNoneMatch: '*' })))
  t.same(answers.map(({ status }) => status).sort(), [200, 412, 412, 412, 412, 412])
})

behaviour('a part made by copying is not implemented', [501, 'NotImplemented'], async store => {
  await putSource(store)
  const object = { Bucket: store.bucket, Key: KEY }
  const { UploadId } = await store.client.send(new CreateMultipartUploadCommand(object))
  const CopySource = `${store.bucket}/${encodeURIComponent(SOURCE)}`
  const sent = store.client.send(new UploadPartCopyCommand({ ...object, UploadId, PartNumber: 1, CopySource }))
  return await sent.then(() => ({ status: 200, code: '' }), toAnswer)
})
