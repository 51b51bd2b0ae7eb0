// Uploads a file until part 4, says so, and waits to be killed: node interrupted-upload.ts BASE_URL STORAGE SIZE
import { createUploader } from '../../openapi/client/node.js'
import { makeFile, PART } from './service.js'
import { createStorage } from './storage.js'

const [baseUrl = '', path = '', size = ''] = process.argv.slice(2)

const uploader = createUploader({
  baseUrl,
  headers: { 'x-user': 'alice' },
  storage: createStorage(path),
  partSize: PART,
  concurrency: 1,
  fetch: async (input, init) => {
    if (!String(input).includes('partNumber=4')) return await fetch(input, init)
    console.log('interrupted')
    return await new Promise(() => { setInterval(() => {}, 1_000) })
  }
})
await uploader.upload(makeFile(Number(size)).file).done
