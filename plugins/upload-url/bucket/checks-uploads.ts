import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, ListPartsCommand,
  UploadPartCommand
} from '@aws-sdk/client-s3'
import type { UploadUrl } from '../index.js'
import { assertStatus, CheckError } from './check-error.js'
import { CHECK_OWNER, type BucketCheckContext, type Check } from './context.js'

const BYTES = Buffer.from('Written by "fastify-upload-url check": may be deleted.\n')
const FILE = {
  filename: 'check.wav',
  contentType: 'audio/wav',
  size: BYTES.length,
  sha256: createHash('sha256').update(BYTES).digest('hex')
}
const AS_CHECK = { owner: CHECK_OWNER }

/** Whether uploads work, and only as they were signed. */
export const uploads: readonly Check[] = [
  {
    title: 'a file can be uploaded by URL',
    permissions: 's3:PutObject on the prefix; where uploads expire by tag, s3:PutObjectTagging too',
    isVital: true,
    run: async context => { await putFile(context) }
  },
  { title: 'a file of another type than was signed is refused', run: putOtherType },
  { title: 'a URL works once', run: putTwice },
  { title: 'an upload can be read back', permissions: 's3:GetObject on the prefix', run: readBack },
  { title: 'a file can be uploaded by form, and a larger one is refused', run: postForm },
  {
    title: 'a file can be uploaded in parts',
    permissions: 's3:PutObject and s3:ListMultipartUploadParts on the prefix',
    run: uploadParts
  },
  { title: 'a multipart upload can be aborted', permissions: 's3:AbortMultipartUpload on the prefix', run: abortParts }
]

/** Uploads a file by URL. @returns its key @throws CheckError where that fails */
export async function putFile (context: BucketCheckContext): Promise<string> {
  const upload = await sign(context)
  await assertStatus('PUT', await put(upload), 200)
  return upload.key
}

async function putOtherType (context: BucketCheckContext): Promise<void> {
  const { url, headers } = await sign(context)
  const { status } = await put({ url, headers: { ...headers, 'content-type': 'text/html' } })
  if (status !== 403) {
    throw new CheckError(
      `it was answered ${status} instead of 403`,
      'The store does not enforce signed headers: use another.'
    )
  }
}

async function putTwice (context: BucketCheckContext): Promise<void> {
  const upload = await sign(context)
  await assertStatus('the first PUT', await put(upload), 200)
  const { status } = await put(upload)
  if (status !== 412) {
    throw new CheckError(
      `the second PUT was answered ${status} instead of 412`,
      'The store has no conditional writes (If-None-Match): use another, or a newer version of it.'
    )
  }
}

async function readBack (context: BucketCheckContext): Promise<void> {
  const key = await putFile(context)
  const status = await context.uploads.getUploadStatus({ key }, AS_CHECK)
  if (status.status !== 'uploaded' || status.size !== BYTES.length) {
    throw new CheckError('its size is not known afterwards', 'Allow this key s3:GetObject on the prefix.')
  }
  const { url: downloadUrl } = await context.uploads.createDownloadUrl({ key }, AS_CHECK)
  await assertStatus('GET', await fetch(downloadUrl), 200)
}

async function postForm ({ uploads, createdKeys }: BucketCheckContext): Promise<void> {
  const constraints = { contentType: FILE.contentType, maxSize: BYTES.length }
  const { url, fields, key } = await uploads.createUploadForm(constraints, AS_CHECK)
  createdKeys.add(key)
  const post = (bytes: Buffer<ArrayBuffer>) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    form.set('file', new Blob([bytes]))
    return fetch(url, { method: 'POST', body: form, redirect: 'manual' })
  }
  await assertStatus('POST', await post(BYTES), 200, 201, 204)
  const { status } = await post(Buffer.concat([BYTES, BYTES]))
  if (status < 400) {
    throw new CheckError(
      `the larger one was answered ${status}`,
      'The store does not enforce POST policies: use another.'
    )
  }
}

async function uploadParts (context: BucketCheckContext): Promise<void> {
  const { client } = context
  const upload = await startMultipartUpload(context)
  const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: BYTES }))
  const { Parts = [] } = await client.send(new ListPartsCommand(upload))
  if (Parts.length !== 1) {
    throw new CheckError('the part is not listed', 'Allow this key s3:ListMultipartUploadParts on the prefix.')
  }
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
  await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }))
}

async function abortParts (context: BucketCheckContext): Promise<void> {
  await context.client.send(new AbortMultipartUploadCommand(await startMultipartUpload(context)))
}

async function startMultipartUpload (context: BucketCheckContext) {
  const { key } = await sign(context)
  const object = { Bucket: context.bucket, Key: key }
  const { UploadId } = await context.client.send(new CreateMultipartUploadCommand(object))
  return { ...object, UploadId }
}

async function sign ({ uploads, createdKeys }: BucketCheckContext): Promise<UploadUrl> {
  const upload = await uploads.createUploadUrl(FILE, AS_CHECK)
  createdKeys.add(upload.key)
  return upload
}

function put ({ url, headers }: Pick<UploadUrl, 'url' | 'headers'>): Promise<Response> {
  return fetch(url, { method: 'PUT', headers, body: BYTES })
}
