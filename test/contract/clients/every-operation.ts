// Calls every operation with openapi-fetch, typed by `service.ts`, and prints which answered what. Compiled and run by a test.
import { readFile } from 'node:fs/promises'
import createClient from 'openapi-fetch'
import type { components, paths } from './service.js'

const [, , baseUrl = '', apiKey = '', metricsKey = '', file = ''] = process.argv
const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${apiKey}` } })
const recording = await readFile(file)
const PART = 5 * 1024 ** 2
const big = new Uint8Array(PART + 1)

/** What was answered, where it is what was asked for. */
function taken<T> (operation: string, { data, error, response }: { data?: T, error?: components['schemas']['UploadError'], response: Response }): T {
  if (error !== undefined) throw new Error(`${operation}: ${error.code} ${error.message}`)
  console.log(`${operation} ${response.status}`)
  return data as T
}

async function put (url: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url, { method: 'PUT', body, headers })
  if (!response.ok) throw new Error(await response.text())
  return response.headers.get('etag') ?? ''
}

taken('getLiveness', await client.GET('/health/live'))
taken('getReadiness', await client.GET('/health/ready'))
taken('getMetrics', await client.GET('/metrics', { parseAs: 'text', headers: { authorization: `Bearer ${metricsKey}` } }))

const upload = taken('createUploadUrl', await client.GET('/upload-url', { params: { query: { filename: 'dictation.mp3', size: recording.length } } }))
await put(upload.url, new Uint8Array(recording), upload.headers)
const method: 'PUT' = upload.method
taken('generatePresignedUrl', await client.GET('/generate-presigned-url'))
const { uploads: [first] } = taken('createUploadUrls', await client.POST('/upload-urls', { body: { files: [{ contentType: 'audio/wav', metadata: { language: 'en' } }] } }))
taken('createUploadForm', await client.POST('/upload-forms', { body: { filename: 'a.wav', maxSize: 1000 } }))

const status = taken('getUploadStatus', await client.GET('/upload-status', { params: { query: { key: upload.key, inspect: true } } }))
if (status.status !== 'uploaded' || status.audio?.container !== 'mp3') throw new Error(`${method} ${first?.key}: ${JSON.stringify(status)}`)
const link = taken('createDownloadUrl', await client.GET('/download-url', { params: { query: { key: upload.key } } }))
if (!recording.equals(new Uint8Array(await (await fetch(link.url)).arrayBuffer()))) throw new Error('the recording came back changed')

const started = taken('createMultipartUpload', await client.POST('/multipart-uploads', { body: { filename: 'long.wav' } }))
const { key, uploadId } = started
const { parts } = taken('createPartUrls', await client.POST('/multipart-uploads/part-urls', { body: { key, uploadId, from: 1, to: 1 } }))
for (const { url } of parts) await put(url, big)
const arrived = taken('listParts', await client.GET('/multipart-uploads/parts', { params: { query: { key, uploadId } } }))
taken('completeMultipartUpload', await client.POST('/multipart-uploads/complete', { body: { key, uploadId, parts: arrived.parts.map(({ partNumber, etag }) => ({ partNumber, etag })) } }))
const other = taken('createMultipartUpload', await client.POST('/multipart-uploads', { body: {} }))
taken('abortMultipartUpload', await client.DELETE('/multipart-uploads', { params: { query: { key: other.key, uploadId: other.uploadId } } }))

taken('createUppyForm', await client.GET('/uppy/s3/params', { params: { query: { filename: 'a.wav' } } }))
const uppy = taken('createUppyUpload', await client.POST('/uppy/s3/multipart', { body: { filename: 'a.wav', type: 'audio/wav' } }))
const signed = taken('readUppyUpload', await client.GET('/uppy/s3/multipart/{path}', { params: { path: { path: `${uppy.uploadId}/1` }, query: { key: uppy.key } } }))
if (!('url' in signed)) throw new Error('a URL was asked for')
const ETag = await put(signed.url, big)
taken('completeUppyUpload', await client.POST('/uppy/s3/multipart/{path}', { params: { path: { path: `${uppy.uploadId}/complete` }, query: { key: uppy.key } }, body: { parts: [{ PartNumber: 1, ETag }] } }))
const given = taken('createUppyUpload', await client.POST('/uppy/s3/multipart', { body: { filename: 'b.wav' } }))
taken('abortUppyUpload', await client.DELETE('/uppy/s3/multipart/{path}', { params: { path: { path: given.uploadId }, query: { key: given.key } } }))
taken('signUppyRequest', await client.POST('/uppy/s3/sign', { body: { method: 'PUT', key: 'a.wav', size: 10 } }))

const { companionEndpoint } = taken('createUppyToken', await client.POST('/uppy-tokens'))
const token = companionEndpoint.slice('/uppy/'.length)
taken('createUppyFormByToken', await client.GET('/uppy/{token}/s3/params', { params: { path: { token }, query: { filename: 'a.wav' } } }))
const byToken = taken('createUppyUploadByToken', await client.POST('/uppy/{token}/s3/multipart', { params: { path: { token } }, body: { filename: 'a.wav' } }))
const batch = taken('readUppyUploadByToken', await client.GET('/uppy/{token}/s3/multipart/{path}', { params: { path: { token, path: `${byToken.uploadId}/batch` }, query: { key: byToken.key, partNumbers: '1' } } }))
if (!('presignedUrls' in batch)) throw new Error('URLs were asked for')
const etagByToken = await put(batch.presignedUrls['1'] ?? '', big)
taken('completeUppyUploadByToken', await client.POST('/uppy/{token}/s3/multipart/{path}', { params: { path: { token, path: `${byToken.uploadId}/complete` }, query: { key: byToken.key } }, body: { parts: [{ PartNumber: 1, ETag: etagByToken }] } }))
const givenByToken = taken('createUppyUploadByToken', await client.POST('/uppy/{token}/s3/multipart', { params: { path: { token } }, body: { filename: 'b.wav' } }))
taken('abortUppyUploadByToken', await client.DELETE('/uppy/{token}/s3/multipart/{path}', { params: { path: { token, path: givenByToken.uploadId }, query: { key: givenByToken.key } } }))
taken('signUppyRequestByToken', await client.POST('/uppy/{token}/s3/sign', { params: { path: { token } }, body: { method: 'PUT', key: 'a.wav', size: 10 } }))
