const BODY = `
async function main () {
  const app = Fastify()
  await app.register(localS3, { directory: './objects' })
  const { bucket, endpoint, region, credentials } = app.localS3
  const client = { endpoint, region, credentials, forcePathStyle: true }
  await app.register(uploadUrl, { bucket, client, owner: () => 'alice' })
  await app.register(uppy, { tokenSecret: 'a secret for a throwaway app, no more' })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const { url, headers, key } = await (await fetch(address + '/upload-url?size=4')).json()
  const { status: uploaded } = await fetch(url, { method: 'PUT', headers, body: 'RIFF' })
  const { status: uppyStatus } = await fetch(address + app.uppy.createToken('alice').companionEndpoint + '/s3/params?filename=a.mp3')
  const status = await (await fetch(address + '/upload-status?inspect=true&key=' + encodeURIComponent(key))).json()
  await app.close()
  console.log(JSON.stringify({ url, uploaded, uppy: uppyStatus, status }))
}
main()
`

const IMPORTS = `
import Fastify from 'fastify'
import localS3 from 'fastify-local-s3'
import uploadUrl from 'fastify-upload-url'
import uppy from 'fastify-upload-url/uppy'
`

/** An app of each kind that registers everything, uploads four bytes, and prints how it went. */
export const ESM_APP = IMPORTS + BODY

export const CJS_APP = `
const Fastify = require('fastify')
const { default: localS3 } = require('fastify-local-s3')
const { default: uploadUrl } = require('fastify-upload-url')
const { default: uppy } = require('fastify-upload-url/uppy')
${BODY}`

export const TYPESCRIPT_APP = `${IMPORTS}
import { errors, type UploadUrl, type UploadUrlOptions } from 'fastify-upload-url'

export const options: UploadUrlOptions = { bucket: 'b', owner: request => request.headers.host, require: ['size'], expiresIn: 60 }
export const code: string = new errors.FST_UPLOAD_NOT_FOUND().code
export const methodOf = ({ method }: UploadUrl): 'PUT' => method
${BODY.replace(').json()', ').json() as UploadUrl')}`
