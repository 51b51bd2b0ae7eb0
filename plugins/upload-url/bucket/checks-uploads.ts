import { createHash } from 'node:crypto'
import { AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, ListPartsCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import type { UploadUrl } from '../index.js'
import type { Check } from './check.js'
import { expectStatus, Fault } from './finding.js'
import { SCRATCH_OWNER, type Site } from './site.js'

const BYTES = Buffer.from('Written by "fastify-upload-url check": may be deleted.\n')
const DECLARATION = {
  filename: 'check.wav',
  contentType: 'audio/wav',
  size: BYTES.length,
  sha256: createHash('sha256').update(BYTES).digest('hex')
}
const ON = { owner: SCRATCH_OWNER }

/** Whether uploads work, and only as they were promised. */
export const uploads: readonly Check[] = [
  { title: 'a file can be put under a URL', isVital: true, run: putFile },
  { title: 'a file of another type than declared is refused', run: refuseOtherType },
  { title: 'a URL works once', run: refuseSecondPut },
  { title: 'what was uploaded can be read back', run: readBack },
  { title: 'a file can be posted with a form, and a larger one is refused', run: postForm },
  { title: 'a file can be uploaded in parts', run: uploadParts },
  { title: 'an upload in parts can be aborted', run: abortParts }
]

async function putFile (site: Site): Promise<void> {
  await expectStatus('PUT', await put(await sign(site)), 200)
}

async function refuseOtherType (site: Site): Promise<void> {
  const { url, headers } = await sign(site)
  const { status } = await fetch(url, { method: 'PUT', headers: { ...headers, 'content-type': 'text/html' }, body: BYTES })
  if (status !== 403) throw new Fault(`it was answered ${status} instead of 403`, 'The store does not hold clients to what was signed: use another.')
}

async function refuseSecondPut (site: Site): Promise<void> {
  const upload = await sign(site)
  await expectStatus('the first PUT', await put(upload), 200)
  const { status } = await put(upload)
  if (status !== 412) throw new Fault(`the second PUT was answered ${status} instead of 412`, 'The store has no conditional writes (If-None-Match): use another, or a newer version of it.')
}

async function readBack (site: Site): Promise<void> {
  const { url, key, headers } = await sign(site)
  await expectStatus('PUT', await put({ url, headers }), 200)
  const status = await site.uploads.getUploadStatus({ key }, ON)
  if (status.status === 'pending' || status.size !== BYTES.length) throw new Fault('its size is not known afterwards', 'Allow this key s3:GetObject on the prefix.')
  const { url: link } = await site.uploads.createDownloadUrl({ key }, ON)
  await expectStatus('GET', await fetch(link), 200)
}

async function postForm (site: Site): Promise<void> {
  const { url, fields, key } = await site.uploads.createUploadForm({ contentType: DECLARATION.contentType, maxSize: BYTES.length }, ON)
  site.made.add(key)
  const post = (bytes: Buffer<ArrayBuffer>) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    form.set('file', new Blob([bytes]))
    return fetch(url, { method: 'POST', body: form, redirect: 'manual' })
  }
  await expectStatus('POST', await post(BYTES), 200, 201, 204)
  const { status } = await post(Buffer.concat([BYTES, BYTES]))
  if (status < 400) throw new Fault(`the larger one was answered ${status}`, 'The store does not hold forms to their policy: use another.')
}

async function uploadParts (site: Site): Promise<void> {
  const { client } = site
  const upload = await startParts(site)
  const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: BYTES }))
  const { Parts = [] } = await client.send(new ListPartsCommand(upload))
  if (Parts.length !== 1) throw new Fault('the part is not listed', 'Allow this key s3:ListMultipartUploadParts on the prefix.')
  await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }))
}

async function abortParts (site: Site): Promise<void> {
  await site.client.send(new AbortMultipartUploadCommand(await startParts(site)))
}

async function startParts (site: Site): Promise<{ Bucket: string, Key: string, UploadId: string }> {
  const { key } = await sign(site)
  const target = { Bucket: site.bucket, Key: key }
  const { UploadId } = await site.client.send(new CreateMultipartUploadCommand(target))
  return { ...target, UploadId: UploadId! }
}

async function sign (site: Site): Promise<UploadUrl> {
  const upload = await site.uploads.createUploadUrl(DECLARATION, ON)
  site.made.add(upload.key)
  return upload
}

function put ({ url, headers }: Pick<UploadUrl, 'url' | 'headers'>): Promise<Response> {
  return fetch(url, { method: 'PUT', headers, body: BYTES })
}
