import type { FastifyInstance } from 'fastify'
import t from 'tap'
import {
  abort,
  complete,
  list,
  putAll,
  putPart,
  send,
  signParts,
  start,
  stored,
  uploaderApp,
  type MultipartUpload
} from './uploader.js'

type Operation = (app: FastifyInstance, upload: MultipartUpload, user: string) => ReturnType<typeof send>

const PARTS = [{ partNumber: 1, etag: '5d41402abc4b2a76b9719d911017c592' }]
const OPERATIONS: ReadonlyArray<readonly [name: string, operation: Operation]> = [
  ['part URLs', (app, upload, user) => signParts(app, upload, { parts: [{ partNumber: 1 }] }, user)],
  ['the list of parts', (app, upload, user) => list(app, upload, user)],
  ['completion', (app, upload, user) => complete(app, upload, PARTS, user)],
  ['abortion', (app, upload, user) => abort(app, upload, user)]
]

/** All of a reply that could give something away. */
async function reply (answer: ReturnType<Operation>) {
  const {
    statusCode,
    headers: { date, ...headers },
    rawPayload
  } = await answer
  return { statusCode, headers, body: rawPayload.toString('hex') }
}

for (const [name, operation] of OPERATIONS) {
  t.test(`${name}: another owner’s key is answered 404, byte for byte the same whether or not it exists`, async t => {
    const { app, store } = await uploaderApp(t)
    const open = await start(app, { filename: 'a.mp3' })
    await putAll(app, open, Buffer.from('hello'))
    const done = await start(app, { filename: 'a.mp3' })
    await complete(app, done, await putAll(app, done, Buffer.from('hello')))
    const neither = {
      ...open,
      key: open.key.replace(/[0-9a-f]/g, '0'),
      uploadId: open.uploadId.replace(/[0-9a-f]/g, '0')
    }
    const [first, ...rest] = [
      await reply(operation(app, open, 'mallory')),
      await reply(operation(app, done, 'mallory')),
      await reply(operation(app, neither, 'mallory')),
      await reply(operation(app, { ...open, key: 'uploads/alice/../mallory/x.mp3' }, 'mallory')),
      await reply(operation(app, { ...open, key: 'elsewhere' }, 'mallory'))
    ]
    t.equal(first!.statusCode, 404)
    for (const other of rest) t.same(other, first)
    t.match(
      await send(app, { url: '/multipart-uploads/parts', query: { key: open.key, uploadId: open.uploadId } }).then(
        response => response.json()
      ),
      { parts: [{ partNumber: 1 }] },
      'the upload goes on'
    )
    t.equal((await stored(store, done.key))!.toString(), 'hello')
  })
}

for (const [name, operation] of OPERATIONS.slice(0, 3)) {
  t.test(
    `${name}: another owner’s upload id is answered 404, byte for byte the same whether or not it exists`,
    async t => {
      const { app } = await uploaderApp(t)
      const theirs = await start(app, { filename: 'a.mp3' })
      await putAll(app, theirs, Buffer.from('hello'))
      const own = await start(app, { filename: 'a.mp3' }, 'mallory')
      const invented = theirs.uploadId.replace(/[0-9a-f]/g, '0')
      const first = await reply(operation(app, { ...own, uploadId: theirs.uploadId }, 'mallory'))
      t.equal(first.statusCode, 404)
      t.same(await reply(operation(app, { ...own, uploadId: invented }, 'mallory')), first)
      t.same(await reply(operation(app, { ...own, uploadId: 'x' }, 'mallory')), first)
      t.same(await reply(operation(app, theirs, 'mallory')), first, 'and the same as for the key')
    }
  )
}

t.test('abortion: another owner’s upload id under an own key is one that has ended, and ends nothing', async t => {
  const { app } = await uploaderApp(t)
  const theirs = await start(app, { filename: 'a.mp3' })
  const own = await start(app, { filename: 'a.mp3' }, 'mallory')
  const first = await reply(abort(app, { ...own, uploadId: theirs.uploadId }, 'mallory'))
  t.equal(first.statusCode, 204)
  t.same(await reply(abort(app, { ...own, uploadId: theirs.uploadId.replace(/[0-9a-f]/g, '0') }, 'mallory')), first)
  t.equal((await list(app, theirs)).statusCode, 200)
  t.equal((await list(app, own, 'mallory')).statusCode, 200)
})

t.test('the key of a single upload is no key of an upload in parts', async t => {
  const { app } = await uploaderApp(t)
  const { key } = await app.uploads.createUploadUrl({ filename: 'a.mp3' }, { owner: 'alice' })
  for (const [, operation] of OPERATIONS) {
    t.equal((await operation(app, { key, uploadId: 'x', partSize: 1 }, 'alice')).statusCode, 404)
  }
})

t.test('what was declared can’t be undone by writing another size into the key', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.mp3', size: 5 })
  await putPart(app, upload, 1, Buffer.from('hello'))
  const forged = { ...upload, key: upload.key.replace('_5-', '_0-') }
  t.not(forged.key, upload.key)
  for (const [, operation] of OPERATIONS.slice(0, 3)) t.equal((await operation(app, forged, 'alice')).statusCode, 404)
})

t.test('without credentials every operation is answered 401', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app)
  for (const [, operation] of OPERATIONS) t.equal((await operation(app, upload, '')).statusCode, 401)
  t.equal((await send(app, { method: 'POST', url: '/multipart-uploads', payload: {} }, '')).statusCode, 401)
})
