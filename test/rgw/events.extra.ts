// Ceph RGW really sends, to an app that is gone for a while.
import { execFile } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { parseEventDestination } from '../../plugins/upload-url/bucket/event-destination.js'
import { setUpEvents } from '../../plugins/upload-url/bucket/setup-events.js'
import uploadEvents from '../../plugins/upload-url/events/index.js'
import { freePort } from '../fixtures/free-port.js'
import { startStore, type Store } from '../fixtures/store.js'
import { appFor } from '../fixtures/uploads-to.js'
import { complete, putAll, start } from '../upload-url/multipart/uploader.js'

const SECRET = 'the-secret-of-the-path-0123456789'
const GONE_MS = 20_000
const WAIT_MS = 15_000

/** An app that listens for events, and what its hook is told. */
async function listening (t: Test, store: Store, port: number, told: string[]): Promise<FastifyInstance> {
  const app = await appFor(t, store)
  await app.register(uploadEvents, {
    http: { secret: SECRET },
    onUploaded: ({ key }, { owner }) => { told.push(`${owner} ${key}`) }
  })
  await app.listen({ port, host: '127.0.0.1' })
  return app
}

/** Uploads by a URL, by a form and in parts. */
async function uploadEachWay (app: FastifyInstance): Promise<string[]> {
  const put = await app.uploads.createUploadUrl({ filename: 'a b.mp3' }, { owner: 'zoë=1' })
  const form = await app.uploads.createUploadForm({ filename: 'a.mp3', maxSize: 100 }, { owner: 'zoë=1' })
  const body = new FormData()
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value)
  body.append('file', new Blob(['by form']))
  const answers = [
    await fetch(put.url, { method: 'PUT', headers: put.headers, body: 'by URL' }),
    await fetch(form.url, { method: 'POST', body })
  ]
  if (!answers.every(({ ok }) => ok)) throw new Error(await answers.find(({ ok }) => !ok)!.text())
  const multipart = await start(app, { filename: 'a.mp3' })
  await complete(app, multipart, await putAll(app, multipart, Buffer.from('in parts')))
  return [`zoë=1 ${put.key}`, `zoë=1 ${form.key}`, `alice ${multipart.key}`]
}

const isTold = (told: readonly string[], uploads: readonly string[]): boolean =>
  uploads.every(upload => told.includes(upload))

/** Waits for the hook, by default until the time-out of the test. */
async function waitUntilTold (
  told: readonly string[], uploads: readonly string[], timeoutMs = Infinity
): Promise<void> {
  for (let waited = 0; !isTold(told, uploads) && waited < timeoutMs; waited += 100) await setTimeout(100)
}

/**
 * RGW 16.2 tries again 4 000 times a second while connections are refused, and may lose track of a request: then it
 * sends nothing more. What it had to send lies in RADOS, where a gateway that starts finds it.
 */
async function crashGateway (): Promise<void> {
  const [script, ...args] = process.env['TEST_S3_CRASH']!.split(' ')
  await promisify(execFile)(script!, args)
}

t.test('every upload is told of, whichever way it came, also those that came while the app was gone', async t => {
  const store = await startStore(t)
  const port = await freePort()
  const told: string[] = []
  const destination = parseEventDestination(`http://127.0.0.1:${port}/upload-events/${SECRET}`)
  await setUpEvents({ client: store.client, bucket: store.bucket, keyPrefix: 'uploads', destination }, () => {})

  const app = await listening(t, store, port, told)
  const before = await uploadEachWay(app)
  await waitUntilTold(told, before)
  await app.close()

  const uploader = await appFor(t, store)
  const meanwhile = await uploadEachWay(uploader)
  await setTimeout(GONE_MS)
  t.notOk(meanwhile.some(upload => told.includes(upload)))

  await listening(t, store, port, told)
  await waitUntilTold(told, meanwhile, WAIT_MS)
  if (!isTold(told, meanwhile)) await crashGateway()
  await waitUntilTold(told, meanwhile)
  t.same(new Set(told), new Set([...before, ...meanwhile]), 'and of nothing else')
})
