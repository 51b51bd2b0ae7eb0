import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCommand
} from '@aws-sdk/client-s3'
import type { CompletedPart } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import t from 'tap'
import { startLocalStore, temporaryFolder } from '../fixtures/local-store.js'
import type { LocalStore } from '../fixtures/local-store.js'
import { signingClient } from '../fixtures/presign.js'
import { sendRaw } from '../fixtures/send-raw.js'
import { readObject } from '../s3/behaviour.js'

const KEY = 'uploads/alice/talk.mp3'
const ROUNDS = 20

/** What became of a request: `ok`, or the code of the error. */
async function outcome (sent: Promise<unknown>): Promise<string> {
  return await sent.then(
    () => 'ok',
    (error: unknown) => {
      if (error instanceof S3ServiceException) return error.name
      throw error
    }
  )
}

async function startUpload (
  { client, bucket: Bucket }: LocalStore,
  body: string
): Promise<{ UploadId: string; Parts: CompletedPart[] }> {
  const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: KEY }))
  const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key: KEY, UploadId, PartNumber: 1, Body: body }))
  return { UploadId, Parts: [{ PartNumber: 1, ETag }] }
}

t.test('an upload that is aborted while it is completed is either', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const { client, bucket: Bucket } = store
  for (let round = 0; round < ROUNDS; round++) {
    const body = `sound ${round}`.repeat(100_000)
    const { UploadId, Parts } = await startUpload(store, body)
    const upload = { Bucket, Key: KEY, UploadId }
    const complete = outcome(client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })))
    const abort = outcome(client.send(new AbortMultipartUploadCommand(upload)))
    const object = {
      completed: await complete,
      aborted: await abort,
      isThere: (await readObject(store, KEY))?.toString() === body
    }
    const expected =
      object.completed === 'ok'
        ? { completed: 'ok', aborted: 'NoSuchUpload', isThere: true }
        : { completed: 'NoSuchUpload', aborted: 'ok', isThere: false }
    t.same(object, expected)
  }
})

t.test('of several completions at once each is answered the same', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const { UploadId, Parts } = await startUpload(store, 'sound')
  const answers = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const command = new CompleteMultipartUploadCommand({
        Bucket: store.bucket,
        Key: KEY,
        UploadId,
        MultipartUpload: { Parts }
      })
      return (await store.client.send(command)).ETag
    })
  )
  t.equal(new Set(answers).size, 1)
})

t.test('a bucket that is deleted under other requests is missing to them, not an internal error', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const { client } = store
  for (let round = 0; round < ROUNDS; round++) {
    const Bucket = `bucket-${round}`
    await client.send(new CreateBucketCommand({ Bucket }))
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: KEY }))
    const outcomes = await Promise.all([
      outcome(client.send(new CreateMultipartUploadCommand({ Bucket, Key: KEY }))),
      outcome(client.send(new DeleteBucketCommand({ Bucket }))),
      outcome(client.send(new CreateMultipartUploadCommand({ Bucket, Key: KEY }))),
      outcome(client.send(new UploadPartCommand({ Bucket, Key: KEY, UploadId, PartNumber: 1, Body: 'sound' }))),
      outcome(client.send(new ListObjectsV2Command({ Bucket }))),
      outcome(client.send(new DeleteBucketCommand({ Bucket })))
    ])
    const unexpected = outcomes.filter(code => !['ok', 'NoSuchBucket', 'NoSuchUpload'].includes(code))
    t.same(unexpected, [], outcomes.join())
  }
})

t.test('an object that was put while its bucket is being deleted is not lost', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const { client } = store
  for (let round = 0; round < ROUNDS; round++) {
    const Bucket = `bucket-${round}`
    await client.send(new CreateBucketCommand({ Bucket }))
    await client.send(new PutObjectCommand({ Bucket, Key: KEY, Body: 'before' }))
    await client.send(new DeleteObjectCommand({ Bucket, Key: KEY }))
    const [put, deleted] = await Promise.all([
      outcome(client.send(new PutObjectCommand({ Bucket, Key: KEY, Body: 'sound' }))),
      outcome(client.send(new DeleteBucketCommand({ Bucket })))
    ])
    t.same([put, deleted], put === 'ok' ? ['ok', 'BucketNotEmpty'] : ['NoSuchBucket', 'ok'])
    t.equal(
      (await readObject({ ...store, bucket: Bucket }, KEY).catch(() => undefined))?.toString(),
      put === 'ok' ? 'sound' : undefined
    )
  }
})

t.test('a list of more parts than an upload can have is refused while it is still being sent', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const { UploadId } = await startUpload(store, 'sound')
  const command = new CompleteMultipartUploadCommand({ Bucket: store.bucket, Key: KEY, UploadId })
  const url = await getSignedUrl(signingClient(store), command)
  const sent = request(url, { method: 'POST', agent: false, headers: { 'content-length': 3_000_000 } })
  sent.on('error', () => {})
  sent.write(`<CompleteMultipartUpload>${'<Part><ETag>a</ETag></Part>'.repeat(40_000)}`)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  t.match(Buffer.concat(await response.toArray()).toString(), '<Code>MalformedXML</Code>')
  sent.destroy()
})

t.test('a list of parts is read in pieces, between which others are served', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const { UploadId } = await startUpload(store, 'sound')
  const url = await getSignedUrl(
    signingClient(store),
    new CompleteMultipartUploadCommand({ Bucket: store.bucket, Key: KEY, UploadId })
  )
  const body = `<CompleteMultipartUpload>${'&amp;'.repeat(800_000)}</CompleteMultipartUpload>`
  // in time of the processor, which does not depend on what else the machine does
  const used = (): number => process.cpuUsage().user
  const start = used()
  let [last, longest] = [start, 0]
  const timer = setInterval(() => {
    longest = Math.max(longest, used() - last)
    last = used()
  }, 0)
  const answer = await sendRaw(url, { method: 'POST', body })
  clearInterval(timer)
  t.equal(answer.code, 'MalformedXML')
  const total = used() - start
  t.ok(longest < total / 3, `at most ${longest / 1000} ms of ${total / 1000} ms at once`)
})

t.test('a list of parts over 4 MiB is refused before it is sent', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const { UploadId } = await startUpload(store, 'sound')
  const url = await getSignedUrl(
    signingClient(store),
    new CompleteMultipartUploadCommand({ Bucket: store.bucket, Key: KEY, UploadId })
  )
  const sent = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-length': 4 * 1024 * 1024 + 1, expect: '100-continue' }
  })
  sent.on('continue', () => t.fail('told to go ahead'))
  sent.flushHeaders()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  t.match(Buffer.concat(await response.toArray()).toString(), '<Code>MaxMessageLengthExceeded</Code>')
  sent.destroy()
})

t.test('an upload of ten thousand parts is completed', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const { client, bucket: Bucket } = store
  const { UploadId } = await startUpload(store, 'sound')
  const etag = createHash('md5').update('sound').digest('hex')
  const Parts = Array.from({ length: 10_000 }, (_, index) => ({
    PartNumber: index + 1,
    ETag: `"${etag}"`,
    ChecksumSHA256: `${'b'.repeat(43)}=`
  }))
  const code = await outcome(
    client.send(new CompleteMultipartUploadCommand({ Bucket, Key: KEY, UploadId, MultipartUpload: { Parts } }))
  )
  t.equal(code, 'EntityTooSmall', 'the list itself is good')
  t.equal(await outcome(client.send(new HeadBucketCommand({ Bucket }))), 'ok')
})
