import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketCorsCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand
} from '@aws-sdk/client-s3'
import t from 'tap'
import type { Test } from 'tap'
import { createLocalS3 } from '../../plugins/local-s3/index.js'
import { RUN_SOURCE } from '../fixtures/source.js'
import { listFiles, startLocalStore, temporaryFolder } from '../fixtures/local-store.js'
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
  t.teardown(() => {
    socket.destroy()
  })
  socket.on('error', () => {})
  socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${SIZE}\r\n\r\n`)
  socket.write(Buffer.alloc(SIZE / 2))
  return socket
}

/** Starts a store in a process of its own. */
async function startProcess (directory: string): Promise<{ child: ChildProcess; store: Store }> {
  const script = fileURLToPath(new URL('../fixtures/store-process.ts', import.meta.url))
  const child = spawn(process.execPath, [...RUN_SOURCE, script, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, store: { ...(JSON.parse(line.toString()) as Store), kind: 'local-s3' } }
}

/** Waits until the folder holds this many files; the test's own time-out is the limit. */
async function filesToBe (directory: string, count: number): Promise<void> {
  while ((await listFiles(directory)).length !== count) await wait(10)
}

t.test('a client that hangs up leaves no object and no file', async t => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory })
  const socket = await beginUpload(t, store)
  await filesToBe(directory, 1)
  socket.destroy()
  await filesToBe(directory, 0)
  t.equal(await readObject(store, KEY), undefined)
})

t.test('a client that hangs up leaves the object that was there before', async t => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory })
  await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: KEY, Body: 'before' }))
  const socket = await beginUpload(t, store)
  await filesToBe(directory, 2)
  socket.destroy()
  await filesToBe(directory, 1)
  t.equal((await readObject(store, KEY))?.toString(), 'before')
})

t.test('a client that goes silent is dropped', async t => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory, idleTimeout: 300 })
  const socket = await beginUpload(t, store)
  await once(socket, 'close')
  await filesToBe(directory, 0)
  t.equal(await readObject(store, KEY), undefined)
})

t.test('closing the store in the middle of an upload leaves nothing of it', async t => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory })
  await beginUpload(t, store)
  await filesToBe(directory, 1)
  await store.close()
  t.same(await listFiles(directory), [])
})

t.test('a process killed in the middle of an upload leaves no object, and the next start sweeps up', async t => {
  const directory = await temporaryFolder(t)
  const { child, store: inChild } = await startProcess(directory)
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

t.test('a second store in the same folder does not start, and leaves the uploads of the first alone', async t => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory })
  const socket = await beginUpload(t, store)
  await filesToBe(directory, 1)
  const message = `local-s3: directory ${directory} is in use by another store`
  await t.rejects(createLocalS3({ directory }).start(), { message })
  await t.rejects(createLocalS3({ directory }).start(), { message }, 'however often it tries')
  socket.write(Buffer.alloc(SIZE / 2))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  t.match(answer.toString(), /^HTTP\/1\.1 200 OK/)
  t.equal((await readObject(store, KEY))?.length, SIZE)
})

t.test('a folder belongs to another process until that is killed', async t => {
  const directory = await temporaryFolder(t)
  const { child } = await startProcess(directory)
  await t.rejects(createLocalS3({ directory }).start(), { message: /in use by another store/ })
  child.kill('SIGSTOP')
  await t.rejects(
    createLocalS3({ directory }).start(),
    { message: /in use by another store/ },
    'also while it stands still'
  )
  child.kill('SIGKILL')
  await once(child, 'exit')
  await t.resolves(startLocalStore(t, { directory }))
})

t.test('of many stores that start in one folder at once, one does', async t => {
  const directory = await temporaryFolder(t)
  for (const round of [1, 2, 3, 4, 5]) {
    const stores = Array.from({ length: 8 }, () => createLocalS3({ directory }))
    const results = await Promise.allSettled(stores.map(async store => await store.start()))
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1, `round ${round}`)
    await Promise.all(stores.map(async store => await store.close()))
  }
})

t.test('a folder whose path is too long for a socket can be used, by one store', async t => {
  const directory = join(await temporaryFolder(t), 'a'.repeat(120))
  const store = await startLocalStore(t, { directory })
  await t.rejects(createLocalS3({ directory }).start(), { message: /in use by another store/ })
  await store.close()
  await t.resolves(startLocalStore(t, { directory }))
})

t.test('nobody but the owner may read what is stored', async t => {
  const directory = join(await temporaryFolder(t), 'store')
  const store = await startLocalStore(t, { directory })
  const object = { Bucket: store.bucket, Key: KEY }
  await store.client.send(new PutObjectCommand({ ...object, Body: 'sound' }))
  const { UploadId } = await store.client.send(new CreateMultipartUploadCommand(object))
  await store.client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'sound' }))
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  t.ok(entries.length > 8)
  for (const entry of entries) {
    if (entry.isSocket()) continue
    const path = join(entry.parentPath, entry.name)
    const mode = (await stat(path)).mode & 0o777
    t.equal(mode, entry.isDirectory() ? 0o700 : 0o600, path.slice(directory.length))
  }
})

t.test('folders that others could read are closed to them when the store starts', async t => {
  const directory = await temporaryFolder(t)
  await mkdir(join(directory, 'buckets'), { mode: 0o755 })
  await startLocalStore(t, { directory })
  t.equal((await stat(join(directory, 'buckets'))).mode & 0o777, 0o700)
})

t.test('objects survive a restart with everything they carry', async t => {
  const directory = await temporaryFolder(t)
  const before = await startLocalStore(t, { directory, credentials: CREDENTIALS })
  await before.client.send(
    new PutObjectCommand({
      Bucket: before.bucket,
      Key: KEY,
      Body: 'sound',
      ContentType: 'audio/mpeg',
      Metadata: { filename: 'talk.mp3' },
      ServerSideEncryption: 'AES256'
    })
  )
  const head = async ({ client, bucket }: Store): Promise<unknown> => {
    const { $metadata: _, ...rest } = await client.send(
      new HeadObjectCommand({ Bucket: bucket, Key: KEY, ChecksumMode: 'ENABLED' })
    )
    return rest
  }
  const expected = await head(before)
  await before.close()
  const after = await startLocalStore(t, { directory, credentials: CREDENTIALS })
  t.same(await head(after), expected)
  t.equal((await readObject(after, KEY))?.toString(), 'sound')
})

t.test('multipart uploads in progress survive a restart', async t => {
  const directory = await temporaryFolder(t)
  const before = await startLocalStore(t, { directory })
  const object = { Bucket: before.bucket, Key: KEY }
  const { UploadId } = await before.client.send(new CreateMultipartUploadCommand(object))
  const { ETag } = await before.client.send(
    new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'sound' })
  )
  await before.close()

  const { client, ...after } = await startLocalStore(t, { directory })
  const { Parts } = await client.send(new ListPartsCommand({ ...object, UploadId }))
  t.match(Parts, [{ PartNumber: 1, ETag, Size: 5 }])
  await client.send(
    new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } })
  )
  t.equal((await readObject({ ...after, client }, KEY))?.toString(), 'sound')
  t.equal((await listFiles(directory)).length, 1, 'the parts are gone')
  t.same((await client.send(new ListMultipartUploadsCommand({ Bucket: after.bucket }))).Uploads, undefined)
})

t.test('an upload whose completion was cut off by a crash is tidied away at the next start', async t => {
  const directory = await temporaryFolder(t)
  const before = await startLocalStore(t, { directory })
  const object = { Bucket: before.bucket, Key: KEY }
  const { UploadId } = await before.client.send(new CreateMultipartUploadCommand(object))
  const { ETag } = await before.client.send(
    new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'sound' })
  )
  const uploads = join(directory, 'buckets', before.bucket, 'uploads')
  await cp(uploads, join(directory, 'saved'), { recursive: true })
  await before.client.send(
    new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } })
  )
  await before.close()
  await rm(uploads, { recursive: true })
  await rename(join(directory, 'saved'), uploads)

  const after = await startLocalStore(t, { directory })
  t.equal((await listFiles(directory)).length, 1)
  t.equal((await readObject(after, KEY))?.toString(), 'sound')
})

/** The paths of the stored files of one kind, such as `objects`. */
async function storedFiles (directory: string, kind: string): Promise<string[]> {
  const entries = await readdir(join(directory, 'buckets'), { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => path.includes(`/${kind}`))
}

/** Ways in which a file gets damaged, each with what it does to the bytes. */
const DAMAGE: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  'cut off': bytes => bytes.subarray(0, 20),
  empty: () => Buffer.alloc(0),
  'of zeros': bytes => Buffer.alloc(bytes.length),
  'longer than it was': bytes => Buffer.concat([bytes, Buffer.alloc(10)]),
  'with a byte of its description changed': bytes => {
    const changed = Buffer.from(bytes)
    changed[changed.indexOf('"etag":"') + 10]! ^= 1
    return changed
  },
  'with a description that is no JSON': bytes => {
    const changed = Buffer.from(bytes)
    changed[changed.indexOf('{"')] = 0xff
    return changed
  }
}

for (const [kind, damage] of Object.entries(DAMAGE)) {
  t.test(`an object's file that is ${kind} counts as absent for every operation, and can be replaced`, async t => {
    const directory = await temporaryFolder(t)
    const store = await startLocalStore(t, { directory })
    const { client, bucket: Bucket } = store
    const object = { Bucket, Key: KEY }
    await client.send(new PutObjectCommand({ Bucket, Key: 'other', Body: 'whole' }))
    const before = await storedFiles(directory, 'objects')
    await client.send(new PutObjectCommand({ ...object, Body: 'sound' }))
    const [path = ''] = (await storedFiles(directory, 'objects')).filter(name => !before.includes(name))
    const list = async (): Promise<Array<string | undefined>> =>
      ((await client.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key)
    const spoil = async (): Promise<void> => await writeFile(path, damage(await readFile(path)))

    await spoil()
    t.equal(await readObject(store, KEY), undefined)
    await t.rejects(client.send(new HeadObjectCommand(object)), { name: 'NotFound' })
    t.same(await list(), ['other'])
    await client.send(new PutObjectCommand({ ...object, Body: 'new', IfNoneMatch: '*' }))
    t.equal((await readObject(store, KEY))?.toString(), 'new')
    await spoil()
    await t.resolves(client.send(new DeleteObjectCommand(object)))
    await client.send(new PutObjectCommand({ ...object, Body: 'new' }))
    await spoil()
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'other' }))
    await t.resolves(client.send(new DeleteBucketCommand({ Bucket })), 'a bucket that lists nothing is empty')
  })

  t.test(`a part, an upload and a bucket whose files are ${kind} fail nothing else`, async t => {
    const directory = await temporaryFolder(t)
    const store = await startLocalStore(t, { directory, credentials: CREDENTIALS })
    const { client, bucket: Bucket } = store
    const object = { Bucket, Key: KEY }
    const start = async (): Promise<string> =>
      (await client.send(new CreateMultipartUploadCommand(object))).UploadId ?? ''
    const put = async (UploadId: string): Promise<unknown> =>
      await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'sound' }))
    const spoil = async (kind: string): Promise<void> => {
      for (const path of await storedFiles(directory, kind)) await writeFile(path, damage(await readFile(path)))
    }
    const UploadId = await start()
    await put(UploadId)
    await spoil(`uploads/${UploadId}/00001`)
    t.same((await client.send(new ListPartsCommand({ ...object, UploadId }))).Parts, undefined)
    await put(UploadId)
    t.match((await client.send(new ListPartsCommand({ ...object, UploadId }))).Parts, [{ Size: 5 }])
    await spoil(`uploads/${UploadId}/upload`)
    const other = await start()
    await t.rejects(client.send(new ListPartsCommand({ ...object, UploadId })), { name: 'NoSuchUpload' })
    t.match((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads, [{ UploadId: other }])
    await spoil(`${Bucket}/bucket`)
    await t.rejects(client.send(new GetBucketCorsCommand({ Bucket })), { name: 'NoSuchCORSConfiguration' })
    await t.resolves(put(other))
    await store.close()
    await t.resolves(startLocalStore(t, { directory, credentials: CREDENTIALS }), 'nor the next start')
  })
}

t.test('a refused upload leaves no file', async t => {
  const directory = await temporaryFolder(t)
  const store = await startLocalStore(t, { directory })
  const { url, headers } = await presignPut(store, KEY, { sha256: Buffer.alloc(32).toString('base64') })
  t.equal((await sendRaw(url, { method: 'PUT', headers, body: 'sound' })).code, 'BadDigest')
  t.same(await listFiles(directory), [])
})
