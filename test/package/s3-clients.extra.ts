// Hosts bring an S3Client of a version of their own: it works, or the start is refused with the version wanted.
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { S3Client } from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import { asAlice, ownerFromHeader, register } from '../fixtures/app.js'
import { startLocalStore, temporaryFolder } from '../fixtures/local-store.js'
import { appFor } from '../fixtures/uploads-to.js'

const run = promisify(execFile)
const INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts']
const MIB = 1024 ** 2

const folder = await temporaryFolder(t)

/** The class of clients of one version, from the registry. */
async function install (version: string): Promise<typeof S3Client> {
  const directory = join(folder, version)
  await mkdir(directory)
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true }))
  await run('npm', [...INSTALL, `@aws-sdk/client-s3@${version}`], { cwd: directory })
  return createRequire(join(directory, 'host.js'))('@aws-sdk/client-s3').S3Client
}

async function storeAndClient (t: Test, version: string) {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const { endpoint, region, credentials } = store
  const client = new (await install(version))({ endpoint, region, credentials, forcePathStyle: true })
  t.teardown(() => client.destroy())
  return { store, client }
}

for (const version of ['3.600.0', '3.800.0', '3.930.0']) {
  t.test(`with a client of ${version} the start is refused, and the version wanted is named`, async t => {
    const { store, client } = await storeAndClient(t, version)
    await t.rejects(register({ bucket: store.bucket, client, owner: ownerFromHeader }), {
      code: 'FST_UPLOAD_INVALID_OPTIONS',
      message: /client is an S3Client of another version .* install 3\.\d+\.0 or later/
    })
  })
}

for (const version of ['3.931.0', 'latest']) {
  t.test(`with a client of ${version} everything works`, async t => {
    const { store, client } = await storeAndClient(t, version)
    const app = await appFor(t, store, { client })
    const post = async (url: string, payload: object) => (await asAlice(app, { method: 'POST', url, payload })).json()

    await app.uploads.checkStore()
    const { url, headers, key } = await app.uploads.createUploadUrl(
      { filename: 'talk.wav', size: 4 },
      { owner: 'alice' }
    )
    t.notMatch(url.toLowerCase(), /crc32|sdk-checksum/)
    t.match((await asAlice(app, { url: '/upload-status', query: { key } })).json(), { status: 'pending' })
    t.equal((await fetch(url, { method: 'PUT', headers, body: 'RIFF' })).status, 200)
    t.match((await asAlice(app, { url: '/upload-status', query: { key, inspect: 'true' } })).json(), {
      status: 'rejected',
      size: 4
    })
    t.match(await post('/upload-forms', {}), { method: 'POST' })

    const bytes = Buffer.alloc(9 * MIB, 'x')
    const upload = await post('/multipart-uploads', { filename: 'talk.wav', size: bytes.length })
    const reference = { key: upload.key, uploadId: upload.uploadId }
    const { parts } = await post('/multipart-uploads/part-urls', { ...reference, from: 1, to: 2 })
    for (const { partNumber, url } of parts) {
      await fetch(url, {
        method: 'PUT',
        body: bytes.subarray((partNumber - 1) * upload.partSize, partNumber * upload.partSize)
      })
    }
    const listed = (await asAlice(app, { url: '/multipart-uploads/parts', query: reference })).json().parts
    t.equal(listed.length, 2)
    const completion = {
      ...reference,
      parts: listed.map(({ partNumber, etag }: { partNumber: number; etag: string }) => ({ partNumber, etag }))
    }
    const completed = await post('/multipart-uploads/complete', completion)
    t.match(completed, { size: bytes.length })
    t.same(await post('/multipart-uploads/complete', completion), completed, 'and again')
    t.equal((await asAlice(app, { method: 'DELETE', url: '/multipart-uploads', query: reference })).statusCode, 204)
    t.equal((await asAlice(app, { url: '/multipart-uploads/parts', query: reference })).statusCode, 404)
  })
}
