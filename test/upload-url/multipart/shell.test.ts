import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { MIB, putPart, sha256, someBytes, start, stored, uploaderApp } from './uploader.js'

const SCRIPT = join(import.meta.dirname, 'upload-in-parts.sh')
const run = promisify(execFile)

/** An app that listens, and knows its callers by a bearer token, which is their name. */
async function listeningApp (t: Parameters<typeof uploaderApp>[0]) {
  const { app, store } = await uploaderApp(t, {
    owner: request =>
      /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? (request.headers['x-user'] as string)
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, store }
}

async function upload (app: FastifyInstance, file: string) {
  const { port } = app.server.address() as AddressInfo
  return await run(SCRIPT, [file], { env: { ...process.env, API_URL: `http://127.0.0.1:${port}`, API_KEY: 'alice' } })
}

async function someFile (t: Parameters<typeof uploaderApp>[0], name: string, bytes: Buffer): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'recordings-'))
  t.teardown(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, name), bytes)
  return join(directory, name)
}

t.test('a shell uploads a recording in parts with curl, and its SHA-256 is the same there', async t => {
  const { app, store } = await listeningApp(t)
  const bytes = someBytes(17 * MIB + 3)
  const file = await someFile(t, 'Sitzung "Köln" 1.wav', bytes)
  const { stdout, stderr } = await upload(app, file)
  const { key, size } = JSON.parse(stdout)
  t.equal(size, bytes.length)
  t.equal(stderr, 'part 1 of 3\npart 2 of 3\npart 3 of 3\n')
  t.equal(sha256((await stored(store, key))!), sha256(bytes))
  t.same(await readdir(join(file, '..')), ['Sitzung "Köln" 1.wav'], 'no file of its own stays')
})

t.test('an upload that was interrupted goes on without sending finished parts again', async t => {
  const { app, store } = await listeningApp(t)
  const bytes = someBytes(9 * MIB)
  const file = await someFile(t, 'a.wav', bytes)
  const begun = await start(app, { filename: 'a.wav', size: bytes.length })
  await putPart(app, begun, 1, bytes.subarray(0, begun.partSize))
  await writeFile(`${file}.upload`, JSON.stringify(begun))
  const { stdout, stderr } = await upload(app, file)
  t.equal(stderr, 'part 2 of 2\n')
  t.equal(JSON.parse(stdout).key, begun.key)
  t.equal(sha256((await stored(store, begun.key))!), sha256(bytes))
})

t.test('a file that is refused fails with the reason', async t => {
  const { app } = await listeningApp(t)
  await t.rejects(upload(app, await someFile(t, 'letter.docx', Buffer.from('Dear Sir'))), { code: 22 })
})
