import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readdir, rename, rm, truncate } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { CompleteMultipartUploadCommand, CreateMultipartUploadCommand, HeadObjectCommand, ListMultipartUploadsCommand, ListPartsCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import t from 'tap'
import type { Test } from 'tap'
import { listFiles, startLocalStore, temporaryFolder } from '../fixtures/local-store.js'
import { RUN_SOURCE } from '../fixtures/source.js'
import { presignPut } from '../fixtures/presign.js'
import { sendRaw } from '../fixtures/send-raw.js'
import type { Store } from '../fixtures/store.js'
import { readObject } from '../s3/behaviour.js'

const CREDENTIALS = { accessKeyId: 'AKID', secretAccessKey: 'secret' }
const KEY = 'uploads/alice/talk.mp3'
const SIZE = 10_000_000

/** Begins a PUT of {@link SIZE} bytes, sends half of it, and leaves the rest to the caller. */
async function beginUpload (t: Test, store: Store): Promise<Socket> {
  const { url } = await presignPut(store, KEY, { size: SIZE })
  const { host, hostname, port, pathname, search } = new URL(url)
  const socket = connect(Number(port), hostname)
  t.teardown(() => { socket.destroy() })
  socket.on('error', () => {})
  socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${SIZE}\r\n\r\n`)
  socket.write(Buffer.alloc(SIZE / 2))
  return socket
}

/** Waits until the folder holds this many files; the test's own time-out is the limit. */
async function filesToBe (directory: string, count: number): Promise<void> {
  while ((await listFiles(directory)).length !== count) await wait(10)
}

t.test('a client that hangs up leaves no object and no file', async (t) => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory })
  const socket = await beginUpload(t, store)
  await filesToBe(directory, 1)
  socket.destroy()
  await filesToBe(directory, 0)
  t.equal(await readObject(store, KEY), undefined)
})

t.test('a client that hangs up leaves the object that was there before', async (t) => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory })
  await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: KEY, Body: 'before' }))
  const socket = await beginUpload(t, store)
  await filesToBe(directory, 2)
  socket.destroy()
  await filesToBe(directory, 1)
  t.equal((await readObject(store, KEY))?.toString(), 'before')
})

t.test('a client that goes silent is dropped', async (t) => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory, idleTimeout: 300 })
  const socket = await beginUpload(t, store)
  await once(socket, 'close')
  await filesToBe(directory, 0)
  t.equal(await readObject(store, KEY), undefined)
})

t.test('closing the store in the middle of an upload leaves nothing of it', async (t) => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory })
  await beginUpload(t, store)
  await filesToBe(directory, 1)
  await store.close()
  t.same(await listFiles(directory), [])
})

t.test('a process killed in the middle of an upload leaves no object, and the next start sweeps up', async (t) => {
  const directory = await temporaryFolder(t)
  const child = spawn(process.execPath, [...RUN_SOURCE, fileURLToPath(new URL('../fixtures/store-process.ts', import.meta.url)), directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data') as [Buffer]
  const inChild: Store = { ...JSON.parse(line.toString()) as Store, kind: 'local-s3' }
  const { url } = await presignPut(inChild, 'whole', {})
  t.equal((await sendRaw(url, { method: 'PUT', body: 'put before the crash' })).status, 200)
  await beginUpload(t, inChild)
  await filesToBe(directory, 2)
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.equal((await listFiles(directory)).length, 2, 'the crash left a half-written file')

  const store = await startLocalStore(t, { directory })
  t.equal((await listFiles(directory)).length, 1, 'which is gone')
  t.equal(await readObject(store, KEY), undefined)
  t.equal((await readObject(store, 'whole'))?.toString(), 'put before the crash')
})

t.test('a second store in the same folder leaves the uploads of the first alone', async (t) => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory })
  const socket = await beginUpload(t, store)
  await filesToBe(directory, 1)
  await startLocalStore(t, { directory })
  socket.write(Buffer.alloc(SIZE / 2))
  const [answer] = await once(socket, 'data') as [Buffer]
  t.match(answer.toString(), /^HTTP\/1\.1 200 OK/)
  t.equal((await readObject(store, KEY))?.length, SIZE)
})

t.test('objects survive a restart with everything they carry', async (t) => {
  const directory = await temporaryFolder(t)
  const before = await startLocalStore(t, { directory, credentials: CREDENTIALS })
  await before.client.send(new PutObjectCommand({ Bucket: before.bucket, Key: KEY, Body: 'sound', ContentType: 'audio/mpeg', Metadata: { filename: 'talk.mp3' }, ServerSideEncryption: 'AES256' }))
  const head = async ({ client, bucket }: Store): Promise<unknown> => {
    const { $metadata: _, ...rest } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: KEY, ChecksumMode: 'ENABLED' }))
    return rest
  }
  const expected = await head(before)
  await before.close()
  const after = await startLocalStore(t, { directory, credentials: CREDENTIALS })
  t.same(await head(after), expected)
  t.equal((await readObject(after, KEY))?.toString(), 'sound')
})

t.test('multipart uploads in progress survive a restart', async (t) => {
  const directory = await temporaryFolder(t)
  const before = await startLocalStore(t, { directory })
  const object = { Bucket: before.bucket, Key: KEY }
  const { UploadId } = await before.client.send(new CreateMultipartUploadCommand(object))
  const { ETag } = await before.client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'sound' }))
  await before.close()

  const { client, ...after } = await startLocalStore(t, { directory })
  const { Parts } = await client.send(new ListPartsCommand({ ...object, UploadId }))
  t.match(Parts, [{ PartNumber: 1, ETag, Size: 5 }])
  await client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }))
  t.equal((await readObject({ ...after, client }, KEY))?.toString(), 'sound')
  t.equal((await listFiles(directory)).length, 1, 'the parts are gone')
  t.same((await client.send(new ListMultipartUploadsCommand({ Bucket: after.bucket }))).Uploads, undefined)
})

t.test('an upload whose completion was cut off by a crash is tidied away at the next start', async (t) => {
  const directory = await temporaryFolder(t)
  const before = await startLocalStore(t, { directory })
  const object = { Bucket: before.bucket, Key: KEY }
  const { UploadId } = await before.client.send(new CreateMultipartUploadCommand(object))
  const { ETag } = await before.client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'sound' }))
  const uploads = join(directory, 'buckets', before.bucket, 'uploads')
  await cp(uploads, join(directory, 'saved'), { recursive: true })
  await before.client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }))
  await before.close()
  await rm(uploads, { recursive: true })
  await rename(join(directory, 'saved'), uploads)

  const after = await startLocalStore(t, { directory })
  t.equal((await listFiles(directory)).length, 1)
  t.equal((await readObject(after, KEY))?.toString(), 'sound')
})

t.test('a file that is not whole is no object', async (t) => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory })
  await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: KEY, Body: 'sound' }))
  const objects = join(directory, 'buckets', store.bucket, 'objects')
  const [file = ''] = (await readdir(objects, { recursive: true })).filter((name) => /\w{64}$/.test(name))
  await truncate(join(objects, file), 20)
  t.equal(await readObject(store, KEY), undefined)
})

t.test('a refused upload leaves no file', async (t) => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory })
  const { url, headers } = await presignPut(store, KEY, { sha256: Buffer.alloc(32).toString('base64') })
  t.equal((await sendRaw(url, { method: 'PUT', headers, body: 'sound' })).code, 'BadDigest')
  t.same(await listFiles(directory), [])
})
