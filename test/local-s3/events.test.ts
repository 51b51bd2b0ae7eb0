import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand
} from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import type { EventMessage, LocalS3Options } from '../../plugins/local-s3/index.js'
import { createClient, startLocalStore, temporaryFolder } from '../fixtures/local-store.js'
import { RUN_SOURCE } from '../fixtures/source.js'

interface Told {
  readonly name: string
  readonly bucket: string
  readonly key: string
  readonly size: number
  readonly etag: string
}

/** Resolves once a number of events have been told. */
function listener (count: number, onEvent: (message: EventMessage) => unknown = () => {}) {
  const told: Told[] = []
  let finish = (_: Told[]): void => {}
  const all = new Promise<Told[]>(resolve => {
    finish = resolve
  })
  return {
    all,
    told,
    async onEvent (message: EventMessage) {
      await onEvent(message)
      const [{ eventName, s3 }] = message.Records as unknown as [
        { eventName: string; s3: { bucket: { name: string }; object: { key: string; size: number; eTag: string } } }
      ]
      told.push({
        name: eventName,
        bucket: s3.bucket.name,
        key: s3.object.key,
        size: s3.object.size,
        etag: s3.object.eTag
      })
      if (told.length === count) finish(told)
    }
  }
}

async function startWith (t: Test, options: LocalS3Options) {
  const directory = await temporaryFolder(t)
  return { ...(await startLocalStore(t, { directory, ...options })), directory }
}

t.test('every way to create an object is told of, as S3 names it', async t => {
  const { all, onEvent } = listener(3)
  const { client, bucket } = await startWith(t, { onEvent })
  const about = { Bucket: bucket, Key: 'uploads/zo=C3=AB/a b+c.mp3' }
  await client.send(new PutObjectCommand({ ...about, Body: 'hello' }))
  await client.send(
    new CopyObjectCommand({ Bucket: bucket, Key: 'copy', CopySource: `${bucket}/${encodeURIComponent(about.Key)}` })
  )
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'parts' }))
  const { ETag } = await client.send(
    new UploadPartCommand({ Bucket: bucket, Key: 'parts', UploadId, PartNumber: 1, Body: 'part' })
  )
  await client.send(
    new CompleteMultipartUploadCommand({
      Bucket: bucket,
      Key: 'parts',
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] }
    })
  )
  const told = (await all).sort((one, other) => (one.key < other.key ? -1 : 1))
  t.match(told, [
    { name: 'ObjectCreated:Copy', bucket, key: 'copy', size: 5, etag: '5d41402abc4b2a76b9719d911017c592' },
    { name: 'ObjectCreated:CompleteMultipartUpload', key: 'parts', size: 4 },
    {
      name: 'ObjectCreated:Put',
      key: 'uploads/zo%3DC3%3DAB/a+b%2Bc.mp3',
      size: 5,
      etag: '5d41402abc4b2a76b9719d911017c592'
    }
  ])
})

t.test('an object that could not be written, and a deletion, are not told of', async t => {
  const { all, told, onEvent } = listener(1)
  const { client, bucket } = await startWith(t, { onEvent })
  const about = { Bucket: bucket, Key: 'x' }
  await client.send(new PutObjectCommand({ ...about, Body: 'hello' }))
  await all
  await t.rejects(client.send(new PutObjectCommand({ ...about, Body: 'other', IfNoneMatch: '*' })), {
    name: 'PreconditionFailed'
  })
  await t.rejects(
    client.send(new PutObjectCommand({ ...about, Body: 'other', ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }))
  )
  await client.send(new DeleteObjectCommand(about))
  t.equal(told.length, 1)
})

t.test('an event that is rejected comes again, and its error is told', async t => {
  const errors: unknown[] = []
  let calls = 0
  const { all, onEvent } = listener(1, () => {
    if (++calls === 1) throw new Error('not yet')
  })
  const { client, bucket, directory } = await startWith(t, { onEvent, onError: error => errors.push(error) })
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'x', Body: 'hello' }))
  await all
  t.match(errors, [{ message: 'not yet' }])
  t.match(await readdir(join(directory, 'events')), [])
})

t.test('an event whose handler was killed comes again after the restart', async t => {
  const directory = await temporaryFolder(t)
  const script = fileURLToPath(new URL('../fixtures/store-process.ts', import.meta.url))
  const child = spawn(process.execPath, [...RUN_SOURCE, script, directory, 'hold-events'], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { endpoint, region, credentials, bucket } = JSON.parse(line.toString())
  const client = createClient(endpoint, region, credentials)
  t.teardown(() => client.destroy())
  for (const key of ['a', 'b', 'c']) { await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'hello' })) }
  child.kill('SIGKILL')
  await once(child, 'exit')
  const { all, onEvent } = listener(3)
  await startLocalStore(t, { directory, onEvent })
  t.same((await all).map(({ key }) => key).sort(), ['a', 'b', 'c'])
})

t.test('without a listener nothing is kept', async t => {
  const { client, bucket, directory } = await startWith(t, {})
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'x', Body: 'hello' }))
  t.notOk((await readdir(directory)).includes('events'))
})
