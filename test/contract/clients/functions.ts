// Uploads a recording with the functions that Hey API generates. Compiled and run by a test.
import { readFile } from 'node:fs/promises'
import { client } from './functions/client.gen.js'
import { createUploadUrl, getUploadStatus } from './functions/index.js'

const [, , baseUrl = '', apiKey = '', file = ''] = process.argv
client.setConfig({ baseUrl, auth: apiKey })

const recording = await readFile(file)
const { data: upload, error } = await createUploadUrl({ query: { filename: 'dictation.mp3', size: recording.length } })
if (upload === undefined) throw new Error(error.message)
const { status } = await fetch(upload.url, {
  method: upload.method,
  headers: upload.headers,
  body: new Uint8Array(recording)
})
const { data: landed } = await getUploadStatus({ query: { key: upload.key } })
console.log(status, landed?.status, landed?.status === 'uploaded' && landed.size === recording.length)

const refused = await createUploadUrl({ query: { contentType: 'text/html' } })
// Narrows: the codes of a status are a closed list.
const code: 'FST_UPLOAD_FORMAT_REFUSED' | undefined =
  refused.error?.code === 'FST_UPLOAD_FORMAT_REFUSED' ? refused.error.code : undefined
console.log(code)
