// Does memory of the service grow while gigabytes go through multipart uploads? The store is a process of its own, the
// service another, and this one the client, which hashes what it sends.
//     npx tsx bench/multipart-rss.ts [GIGABYTES]
import { fork, type ChildProcess } from 'node:child_process'
import { createHash, randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import Fastify from 'fastify'
import { createLocalS3, type LocalS3 } from '../plugins/local-s3/index.js'
import uploadUrl, { type OperationOutput } from '../plugins/upload-url/index.js'
import { table } from './report.js'

const MB = 1e6
const SAMPLE_EVERY_MS = 250

async function serveStore (directory: string): Promise<void> {
  process.send!(await createLocalS3({ directory }).start())
}

async function serveApi (store: LocalS3): Promise<void> {
  const { bucket, endpoint, region, credentials } = store
  const app = Fastify()
  await app.register(uploadUrl, {
    bucket,
    client: { endpoint, region, credentials, forcePathStyle: true },
    allowAnonymous: true
  })
  process.send!(await app.listen({ host: '127.0.0.1', port: 0 }))
  process.on('message', () => process.send!(process.memoryUsage().rss))
}

async function startRole<T> (
  role: string,
  argument: string
): Promise<{ readonly child: ChildProcess; readonly hello: T }> {
  const child = fork(import.meta.filename, [role, argument])
  const [hello] = await once(child, 'message')
  return { child, hello: hello as T }
}

async function call<T> (url: string, body: object): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as T
}

async function upload (api: string, size: number): Promise<{ key: string; sha256: string }> {
  const { key, uploadId, partSize, partCount } = await call<OperationOutput<'createMultipartUpload'>>(
    `${api}/multipart-uploads`,
    { filename: 'day.wav', size }
  )
  const bytes = randomFillSync(Buffer.alloc(partSize))
  const hash = createHash('sha256')
  const parts = []
  for (let partNumber = 1; partNumber <= partCount!; partNumber += 1) {
    bytes.writeUInt32BE(partNumber)
    const part = bytes.subarray(0, Math.min(partSize, size - (partNumber - 1) * partSize))
    hash.update(part)
    const {
      parts: [signed]
    } = await call<{ parts: Array<{ url: string }> }>(`${api}/multipart-uploads/part-urls`, {
      key,
      uploadId,
      parts: [{ partNumber }]
    })
    const put = await fetch(signed!.url, { method: 'PUT', body: part })
    if (!put.ok) throw new Error(await put.text())
    parts.push({ partNumber, etag: put.headers.get('etag')! })
  }
  await call(`${api}/multipart-uploads/complete`, { key, uploadId, parts })
  return { key, sha256: hash.digest('hex') }
}

async function storedSha256 ({ endpoint, region, credentials, bucket }: LocalS3, key: string): Promise<string> {
  const { Body } = await new S3Client({ endpoint, region, credentials, forcePathStyle: true }).send(
    new GetObjectCommand({ Bucket: bucket, Key: key })
  )
  const hash = createHash('sha256')
  for await (const chunk of Body as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}

async function sample (child: ChildProcess): Promise<number> {
  child.send('rss')
  const [rss] = await once(child, 'message')
  return rss as number
}

async function measure (size: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'multipart-rss-'))
  const children: ChildProcess[] = []
  try {
    const store = await startRole<LocalS3>('store', directory)
    children.push(store.child)
    const api = await startRole<string>('api', JSON.stringify(store.hello))
    children.push(api.child)
    await upload(api.hello, 512 * MB)

    const samples = [await sample(api.child)]
    const timer = setInterval(() => {
      sample(api.child).then(
        rss => samples.push(rss),
        () => {}
      )
    }, SAMPLE_EVERY_MS)
    const { key, sha256 } = await upload(api.hello, size)
    clearInterval(timer)
    const isSame = sha256 === (await storedSha256(store.hello, key))
    const inMb = (bytes: number) => Math.round(bytes / MB)
    return table(
      ['through multipart', 'RSS before', 'least', 'most', 'after', 'SHA-256'],
      [
        [
          `${size / 1e9} GB`,
          ...[samples[0]!, Math.min(...samples), Math.max(...samples), samples.at(-1)!].map(rss => `${inMb(rss)} MB`),
          isSame ? 'same' : 'DIFFERS'
        ]
      ]
    )
  } finally {
    for (const child of children) child.kill()
    await rm(directory, { recursive: true, force: true })
  }
}

const [role, argument = ''] = process.argv.slice(2)
if (role === 'store') await serveStore(argument)
else if (role === 'api') await serveApi(JSON.parse(argument))
else console.log(await measure(Number(role ?? 5) * 1e9))
