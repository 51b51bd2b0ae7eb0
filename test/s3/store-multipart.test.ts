import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCommand
} from '@aws-sdk/client-s3'
import type {
  CompletedPart,
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  MultipartUpload
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import t from 'tap'
import { signingClient } from '../fixtures/presign.js'
import { sendRaw } from '../fixtures/send-raw.js'
import { startStore } from '../fixtures/store.js'
import type { Store } from '../fixtures/store.js'
import { KEY, behaviour, readObject, refusal } from './behaviour.js'

const MIN_PART = Buffer.alloc(5 * 1024 * 1024, 'a')
const LAST_PART = Buffer.from('the end')

async function create ({ client, bucket }: Store, key = KEY): Promise<string> {
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      ContentType: 'audio/mpeg',
      Metadata: { filename: 'talk.mp3' }
    })
  )
  return UploadId ?? ''
}

async function partUrl (
  store: Store,
  uploadId: string,
  partNumber: number,
  { key = KEY, size }: { key?: string; size?: number } = {}
): Promise<string> {
  const command = new UploadPartCommand({
    Bucket: store.bucket,
    Key: key,
    UploadId: uploadId,
    PartNumber: partNumber,
    ContentLength: size
  })
  return await getSignedUrl(signingClient(store), command, { signableHeaders: new Set(['host', 'content-length']) })
}

async function putPart (store: Store, uploadId: string, partNumber: number, body: Buffer): Promise<CompletedPart> {
  const { headers } = await sendRaw(await partUrl(store, uploadId, partNumber, { size: body.length }), {
    method: 'PUT',
    body
  })
  return { PartNumber: partNumber, ETag: headers.etag ?? '' }
}

async function complete (
  { client, bucket }: Store,
  uploadId: string,
  parts: CompletedPart[],
  condition: { IfNoneMatch?: string } = {}
): Promise<{ status: number; code: string }> {
  try {
    const { $metadata } = await client.send(
      new CompleteMultipartUploadCommand({
        Bucket: bucket,
        Key: KEY,
        UploadId: uploadId,
        MultipartUpload: { Parts: parts },
        ...condition
      })
    )
    return { status: $metadata.httpStatusCode ?? 0, code: '' }
  } catch (error) {
    if (error instanceof S3ServiceException) return { status: error.$metadata.httpStatusCode ?? 0, code: error.name }
    throw error
  }
}

async function abort ({ client, bucket }: Store, uploadId: string): Promise<{ status: number; code: string }> {
  const outcome = client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: KEY, UploadId: uploadId }))
  return await outcome.then(
    () => ({ status: 204, code: '' }),
    (error: S3ServiceException) => ({ status: error.$metadata.httpStatusCode ?? 0, code: error.name })
  )
}

behaviour('parts sent to presigned URLs become one object', [200, ''], async (store, t) => {
  const uploadId = await create(store)
  const parts = [await putPart(store, uploadId, 1, MIN_PART), await putPart(store, uploadId, 2, LAST_PART)]
  const answer = await complete(store, uploadId, parts)
  t.ok((await readObject(store, KEY))?.equals(Buffer.concat([MIN_PART, LAST_PART])))
  const head = await store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: KEY }))
  t.match(head, { ETag: /^"[0-9a-f]{32}-2"$/, ContentType: 'audio/mpeg', Metadata: { filename: 'talk.mp3' } })
  return answer
})

behaviour('completing tells the ETag', [200, 'ETag'], async (store, t) => {
  const uploadId = await create(store)
  const Parts = [await putPart(store, uploadId, 1, LAST_PART)]
  const { ETag } = await store.client.send(
    new CompleteMultipartUploadCommand({
      Bucket: store.bucket,
      Key: KEY,
      UploadId: uploadId,
      MultipartUpload: { Parts }
    })
  )
  const head = await store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: KEY }))
  if (ETag) t.equal(ETag, head.ETag)
  return { status: 200, code: ETag ? 'ETag' : '' }
})

behaviour('a part sent again replaces the first', [200, ''], async (store, t) => {
  const uploadId = await create(store)
  await putPart(store, uploadId, 1, Buffer.from('first'))
  const answer = await complete(store, uploadId, [await putPart(store, uploadId, 1, LAST_PART)])
  t.equal((await readObject(store, KEY))?.toString(), LAST_PART.toString())
  return answer
})

behaviour('parts that are not named are left out', [200, ''], async (store, t) => {
  const uploadId = await create(store)
  await putPart(store, uploadId, 1, Buffer.from('dropped'))
  const answer = await complete(store, uploadId, [await putPart(store, uploadId, 7, LAST_PART)])
  t.equal((await readObject(store, KEY))?.toString(), answer.status === 200 ? LAST_PART.toString() : undefined)
  return answer
})

behaviour('an upload that is not complete is no object', [204, ''], async (store, t) => {
  const uploadId = await create(store)
  await putPart(store, uploadId, 1, LAST_PART)
  t.equal(await readObject(store, KEY), undefined)
  return { status: 204, code: '' }
})

refusal(
  'a part of another size than signed is refused',
  [403, 'SignatureDoesNotMatch'],
  async store =>
    await sendRaw(await partUrl(store, await create(store), 1, { size: 6 }), { method: 'PUT', body: LAST_PART })
)
refusal('a part URL with another part number than signed is refused', [403, 'SignatureDoesNotMatch'], async store => {
  const url = await partUrl(store, await create(store), 1)
  return await sendRaw(url.replace('partNumber=1', 'partNumber=2'), { method: 'PUT', body: LAST_PART })
})
refusal(
  'a part of an unknown upload is refused',
  [404, 'NoSuchUpload'],
  async store => await sendRaw(await partUrl(store, '0'.repeat(48), 1), { method: 'PUT', body: LAST_PART })
)
refusal(
  'a part of an upload under another key is refused',
  [404, 'NoSuchUpload'],
  async store =>
    await sendRaw(await partUrl(store, await create(store, 'uploads/bob/talk.mp3'), 1), {
      method: 'PUT',
      body: LAST_PART
    })
)
refusal(
  'an upload id that is a path is refused',
  [404, 'NoSuchUpload'],
  async store => await sendRaw(await partUrl(store, '../../../etc', 1), { method: 'PUT', body: LAST_PART })
)
behaviour(
  'part number 0 is refused',
  [400, 'InvalidArgument'],
  async store => await sendRaw(await partUrl(store, await create(store), 0), { method: 'PUT', body: LAST_PART })
)
behaviour(
  'part number 10001 is refused',
  [400, 'InvalidArgument'],
  async store => await sendRaw(await partUrl(store, await create(store), 10_001), { method: 'PUT', body: LAST_PART })
)

refusal('completing with parts out of order is refused', [400, 'InvalidPartOrder'], async store => {
  const uploadId = await create(store)
  const parts = [await putPart(store, uploadId, 1, MIN_PART), await putPart(store, uploadId, 2, LAST_PART)]
  return await complete(store, uploadId, parts.reverse())
})
refusal('completing with a part too small before the last is refused', [400, 'EntityTooSmall'], async store => {
  const uploadId = await create(store)
  return await complete(store, uploadId, [
    await putPart(store, uploadId, 1, LAST_PART),
    await putPart(store, uploadId, 2, LAST_PART)
  ])
})
refusal('completing with a part that was never sent is refused', [400, 'InvalidPart'], async store => {
  const uploadId = await create(store)
  return await complete(store, uploadId, [{ ...(await putPart(store, uploadId, 1, LAST_PART)), PartNumber: 2 }])
})
refusal('completing with another ETag than the part has is refused', [400, 'InvalidPart'], async store => {
  const uploadId = await create(store)
  return await complete(store, uploadId, [
    { ...(await putPart(store, uploadId, 1, LAST_PART)), ETag: `"${'0'.repeat(32)}"` }
  ])
})
refusal(
  'completing without parts is refused',
  [400, 'MalformedXML'],
  async store => await complete(store, await create(store), [])
)
refusal(
  'completing an unknown upload is refused',
  [404, 'NoSuchUpload'],
  async store => await complete(store, '0'.repeat(48), [{ PartNumber: 1, ETag: '"0"' }])
)

behaviour('completing twice is answered the same', [200, ''], async (store, t) => {
  const uploadId = await create(store)
  const input = {
    Bucket: store.bucket,
    Key: KEY,
    UploadId: uploadId,
    MultipartUpload: { Parts: [await putPart(store, uploadId, 1, LAST_PART)] }
  }
  const answer = async (): Promise<unknown> => {
    const {
      $metadata: { httpStatusCode },
      ETag: etag,
      Bucket,
      Key
    } = await store.client.send(new CompleteMultipartUploadCommand(input))
    return { httpStatusCode, ETag: store.kind === 'rgw' ? 'left out at times' : etag, Bucket, Key }
  }
  t.same(await answer(), await answer())
  t.equal((await readObject(store, KEY))?.toString(), LAST_PART.toString())
  return { status: 200, code: '' }
})

behaviour('completing again with other parts is refused', [404, 'NoSuchUpload'], async (store, t) => {
  const uploadId = await create(store)
  const part = await putPart(store, uploadId, 1, LAST_PART)
  t.equal((await complete(store, uploadId, [part])).status, 200)
  return await complete(store, uploadId, [{ ...part, ETag: `"${'0'.repeat(32)}"` }])
})

behaviour(
  'completing again when another object has taken the key is refused',
  [404, 'NoSuchUpload'],
  async (store, t) => {
    const uploadId = await create(store)
    const parts = [await putPart(store, uploadId, 1, LAST_PART)]
    t.equal((await complete(store, uploadId, parts)).status, 200)
    await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: KEY, Body: 'another' }))
    const answer = await complete(store, uploadId, parts)
    t.equal((await readObject(store, KEY))?.toString(), 'another')
    return answer
  }
)

behaviour('aborting a completed upload is refused, and leaves the object', [404, 'NoSuchUpload'], async (store, t) => {
  const uploadId = await create(store)
  t.equal((await complete(store, uploadId, [await putPart(store, uploadId, 1, LAST_PART)])).status, 200)
  const answer = await abort(store, uploadId)
  t.equal((await readObject(store, KEY))?.toString(), LAST_PART.toString())
  return answer
})

behaviour(
  'completing with If-None-Match leaves an object that is there alone',
  [412, 'PreconditionFailed'],
  async (store, t) => {
    const uploadId = await create(store)
    const parts = [await putPart(store, uploadId, 1, LAST_PART)]
    await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: KEY, Body: 'already here' }))
    const answer = await complete(store, uploadId, parts, { IfNoneMatch: '*' })
    const expected = answer.status === 412 ? 'already here' : LAST_PART.toString()
    t.equal((await readObject(store, KEY))?.toString(), expected)
    return answer
  }
)

refusal('an aborted upload takes no more parts', [404, 'NoSuchUpload'], async store => {
  const uploadId = await create(store)
  await putPart(store, uploadId, 1, LAST_PART)
  await store.client.send(new AbortMultipartUploadCommand({ Bucket: store.bucket, Key: KEY, UploadId: uploadId }))
  return await sendRaw(await partUrl(store, uploadId, 2), { method: 'PUT', body: LAST_PART })
})

t.test('parts are listed in pages', async t => {
  const store = await startStore(t)
  const uploadId = await create(store)
  for (const number of [5, 1, 3]) await putPart(store, uploadId, number, Buffer.from(`part ${number}`))
  const list = async (more: object): Promise<unknown> => {
    const { Parts, IsTruncated, NextPartNumberMarker } = await store.client.send(
      new ListPartsCommand({ Bucket: store.bucket, Key: KEY, UploadId: uploadId, ...more })
    )
    return [Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]), IsTruncated, NextPartNumberMarker]
  }
  t.same(await list({}), [
    [
      [1, 6],
      [3, 6],
      [5, 6]
    ],
    false,
    '5'
  ])
  t.same(await list({ MaxParts: 2 }), [
    [
      [1, 6],
      [3, 6]
    ],
    true,
    '3'
  ])
  t.same(await list({ MaxParts: 2, PartNumberMarker: '3' }), [[[5, 6]], false, '5'])
})

t.test('uploads in progress are listed until they end', async t => {
  const store = await startStore(t)
  const list = async (): Promise<Array<string | undefined>> => {
    const { Uploads = [] } = await store.client.send(
      new ListMultipartUploadsCommand({ Bucket: store.bucket, Prefix: 'uploads/' })
    )
    return Uploads.map(({ UploadId }) => UploadId)
  }
  const uploadId = await create(store)
  t.same(await list(), [uploadId])
  await abort(store, uploadId)
  t.same(await list(), [])
})

t.test('uploads in progress are listed in pages, of which none is lost', async t => {
  const store = await startStore(t)
  const started: string[] = []
  for (const key of ['b', 'a', 'b', 'c', 'b', 'd/e', 'd/f']) started.push(`${key} ${await create(store, key)}`)
  const page = async (input: Partial<ListMultipartUploadsCommandInput>): Promise<ListMultipartUploadsCommandOutput> =>
    await store.client.send(new ListMultipartUploadsCommand({ Bucket: store.bucket, ...input }))
  const name = ({ Key, UploadId }: MultipartUpload): string => `${Key} ${UploadId}`
  const sorted = (names: string[]): string[] => [...names].sort()

  for (const MaxUploads of [1, 2, 3, 7, 1000]) {
    const found: string[] = []
    let next: Partial<ListMultipartUploadsCommandInput> = {}
    for (let pages = 0; pages < 10; pages++) {
      const { Uploads = [], IsTruncated, NextKeyMarker, NextUploadIdMarker } = await page({ MaxUploads, ...next })
      t.ok(Uploads.length <= MaxUploads)
      found.push(...Uploads.map(name))
      if (IsTruncated !== true) break
      next = { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker }
    }
    t.same(sorted(found), sorted(started), `in pages of ${MaxUploads}`)
    t.same(
      found.map(text => text[0]),
      ['a', 'b', 'b', 'b', 'c', 'd', 'd'],
      'ordered by key'
    )
  }
  t.same(
    (await page({ Prefix: 'd/' })).Uploads?.map(({ Key }) => Key),
    ['d/e', 'd/f']
  )
})

/** The keys of uploads in progress, and their common prefixes. */
async function listKeys (
  store: Store,
  input: Partial<ListMultipartUploadsCommandInput>
): Promise<{ status: number; code: string }> {
  for (const key of ['a', 'b', 'b', 'd/e', 'd/f']) await create(store, key)
  const command = new ListMultipartUploadsCommand({ Bucket: store.bucket, ...input })
  const { $metadata, Uploads = [], CommonPrefixes = [] } = await store.client.send(command)
  const names = [...Uploads.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => `${Prefix}*`)]
  return { status: $metadata.httpStatusCode ?? 0, code: names.join(' ') }
}

behaviour(
  'uploads in progress after a key are those of later keys',
  [200, 'd/e d/f'],
  async store => await listKeys(store, { KeyMarker: 'b' })
)
behaviour(
  'uploads in progress are grouped by a delimiter',
  [200, 'a b b d/*'],
  async store => await listKeys(store, { Delimiter: '/' })
)
