// Calls every operation with openapi-fetch, typed by `service.ts`, and prints which answered what. Compiled and run by a
// test.
import { readFile } from 'node:fs/promises'
import createClient from 'openapi-fetch'
import type { components, paths } from './service.js'

const [, , baseUrl = '', apiKey = '', file = ''] = process.argv
const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${apiKey}` } })
const recording = await readFile(file)
const PART = 5 * 1024 ** 2
const big = new Uint8Array(PART + 1)

/** What was answered, where it is what was asked for. */
function taken<T> (
  operation: string,
  { data, error, response }: { data?: T; error?: components['schemas']['UploadError']; response: Response }
): T {
  if (error !== undefined) throw new Error(`${operation}: ${error.code} ${error.message}`)
  console.log(`${operation} ${response.status}`)
  return data as T
}

async function put (url: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url, { method: 'PUT', body, headers })
  if (!response.ok) throw new Error(await response.text())
  return response.headers.get('etag') ?? ''
}

const upload = taken(
  'createUploadUrl',
  await client.GET('/upload-url', {
    params: { query: { filename: 'dictation.mp3', size: recording.length } }
  })
)
await put(upload.url, new Uint8Array(recording), upload.headers)
const method: 'PUT' = upload.method
taken('generatePresignedUrl', await client.GET('/generate-presigned-url'))
const {
  uploads: [first]
} = taken(
  'createUploadUrls',
  await client.POST('/upload-urls', {
    body: { files: [{ contentType: 'audio/wav', metadata: { language: 'en' } }] }
  })
)
taken('createUploadForm', await client.POST('/upload-forms', { body: { filename: 'a.wav', maxSize: 1000 } }))

const status = taken(
  'getUploadStatus',
  await client.GET('/upload-status', {
    params: { query: { key: upload.key, inspect: true } }
  })
)
if (status.status !== 'uploaded' || status.audio?.container !== 'mp3') {
  throw new Error(`${method} ${first?.key}: ${JSON.stringify(status)}`)
}
const link = taken('createDownloadUrl', await client.GET('/download-url', { params: { query: { key: upload.key } } }))
const download = await fetch(link.url)
if (!recording.equals(new Uint8Array(await download.arrayBuffer()))) throw new Error('the recording came back changed')

const result = taken(
  'createResultUrl',
  await client.POST('/result-urls', {
    body: { key: upload.key, name: 'transcript.json' }
  })
)
await put(result.url, new TextEncoder().encode('{}'), result.headers)
const after = taken('getUploadStatus', await client.GET('/upload-status', { params: { query: { key: upload.key } } }))
if (after.status !== 'uploaded' || after.results?.[0]?.name !== result.name) throw new Error(JSON.stringify(after))
taken(
  'createDownloadUrl',
  await client.GET('/download-url', {
    params: { query: { key: upload.key, result: result.name } }
  })
)

const started = taken(
  'createMultipartUpload',
  await client.POST('/multipart-uploads', { body: { filename: 'long.wav' } })
)
const { key, uploadId } = started
const { parts } = taken(
  'createPartUrls',
  await client.POST('/multipart-uploads/part-urls', {
    body: { key, uploadId, from: 1, to: 1 }
  })
)
for (const { url } of parts) await put(url, big)
const arrived = taken(
  'listParts',
  await client.GET('/multipart-uploads/parts', {
    params: { query: { key, uploadId } }
  })
)
taken(
  'completeMultipartUpload',
  await client.POST('/multipart-uploads/complete', {
    body: { key, uploadId, parts: arrived.parts.map(({ partNumber, etag }) => ({ partNumber, etag })) }
  })
)
const other = taken('createMultipartUpload', await client.POST('/multipart-uploads', { body: {} }))
taken(
  'abortMultipartUpload',
  await client.DELETE('/multipart-uploads', {
    params: { query: { key: other.key, uploadId: other.uploadId } }
  })
)

const inProgress = taken('listMultipartUploads', await client.GET('/multipart-uploads'))
if (inProgress.uploads.length !== 0) throw new Error(JSON.stringify(inProgress))
const page = taken('listUploads', await client.GET('/uploads', { params: { query: { limit: 100 } } }))
if (!page.uploads.some(({ key }) => key === upload.key)) throw new Error(JSON.stringify(page))
taken('claimUpload', await client.POST('/claims', { body: { key: upload.key } }))
taken('deleteUpload', await client.DELETE('/uploads', { params: { query: { key: upload.key } } }))
