// Ceph RGW really sends, to an app that is gone for a while.
import { setTimeout } from 'node:timers/promises'
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

/** Waits for the hook; the time-out of the test is the limit. */
async function isTold (told: readonly string[], uploads: readonly string[]): Promise<void> {
  while (!uploads.every(upload => told.includes(upload))) await setTimeout(100)
}

t.test('every upload is told of, whichever way it came, also those while the app was gone', async t => {
  const store = await startStore(t)
  const port = await freePort()
  const told: string[] = []
  const destination = parseEventDestination(`http://127.0.0.1:${port}/upload-events/${SECRET}`)
  await setUpEvents({ client: store.client, bucket: store.bucket, keyPrefix: 'uploads', destination }, () => {})

  const app = await listening(t, store, port, told)
  const before = await uploadEachWay(app)
  await isTold(told, before)
  await app.close()

  const uploader = await appFor(t, store)
  const meanwhile = await uploadEachWay(uploader)
  await setTimeout(GONE_MS)
  t.notOk(meanwhile.some(upload => told.includes(upload)))

  await listening(t, store, port, told)
  await isTold(told, meanwhile)
  t.same(new Set(told), new Set([...before, ...meanwhile]), 'and of nothing else')
})
