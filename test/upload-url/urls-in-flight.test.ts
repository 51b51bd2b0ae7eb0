import { EventEmitter, once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import uploadUrl from '../../plugins/upload-url/index.js'
import { FIXED_OPTIONS } from '../fixtures/app.js'

const BATCH = JSON.stringify({ files: Array(100).fill({}) })
/** As many batches as the URLs that one owner may leave unread. */
const MAX_BATCHES = 100

/**
 * The plugin behind a server that listens, with a route `/wait` that is answered when the test says: until then, all
 * that is asked for behind it on the same connection stays with the server, unread.
 */
async function listeningApp (t: Test) {
  const gate = new EventEmitter()
  const opened = once(gate, 'open')
  const sent = { batches: 0 }
  const app = Fastify()
  t.teardown(() => {
    app.server.closeAllConnections()
    return app.close()
  })
  app.addHook('onSend', async ({ url }) => {
    if (url !== '/upload-urls') return
    sent.batches += 1
    app.server.emit('batch sent')
  })
  app.get('/wait', async () => {
    await opened
  })
  await app.register(uploadUrl, FIXED_OPTIONS)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    app,
    sent,
    release: () => {
      gate.emit('open')
    }
  }
}

/** Asks for batches whose responses the client does not get to read, each on a connection of its own. */
async function leaveUnread (app: FastifyInstance, sent: { readonly batches: number }, owner: string): Promise<Socket[]> {
  const { port } = app.server.address() as AddressInfo
  const wanted = sent.batches + MAX_BATCHES
  const request =
    `GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /upload-urls HTTP/1.1\r\nHost: localhost\r\nx-user: ${owner}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${BATCH.length}\r\nConnection: close\r\n\r\n${BATCH}`
  const sockets = Array.from({ length: MAX_BATCHES }, () => connect(port, '127.0.0.1').on('error', () => {}))
  for (const socket of sockets) socket.write(request)
  while (sent.batches < wanted) await once(app.server, 'batch sent')
  return sockets
}

async function askForBatch (app: FastifyInstance, owner: string): Promise<Response> {
  const { port } = app.server.address() as AddressInfo
  const headers = { 'x-user': owner, 'content-type': 'application/json' }
  const response = await fetch(`http://127.0.0.1:${port}/upload-urls`, { method: 'POST', headers, body: BATCH })
  await response.clone().arrayBuffer()
  return response
}

t.test('a client that does not read its responses is refused more URLs, and others are not', async t => {
  const { app, sent } = await listeningApp(t)
  await leaveUnread(app, sent, 'alice')
  const refused = await askForBatch(app, 'alice')
  t.match(await refused.json(), { statusCode: 503, code: 'FST_UPLOAD_BUSY' })
  t.equal(refused.headers.get('retry-after'), '1')
  t.equal((await askForBatch(app, 'bob')).status, 200)
})

t.test('URLs whose responses were read count no more', async t => {
  const { app, sent, release } = await listeningApp(t)
  const sockets = await leaveUnread(app, sent, 'alice')
  release()
  await Promise.all(sockets.map(socket => once(socket.resume(), 'close')))
  t.equal((await askForBatch(app, 'alice')).status, 200)
})

t.test('URLs of a client that has hung up count no more', async t => {
  const { app, sent } = await listeningApp(t)
  const closed: Array<Promise<unknown>> = []
  app.server.on('connection', socket => closed.push(once(socket, 'close')))
  for (const socket of await leaveUnread(app, sent, 'alice')) socket.destroy()
  await Promise.all(closed)
  t.equal((await askForBatch(app, 'alice')).status, 200)
})

t.test('all owners together can leave only so many URLs unread', async t => {
  const { app, sent } = await listeningApp(t)
  for (const owner of ['alice', 'bob', 'carol', 'dave', 'erin']) await leaveUnread(app, sent, owner)
  t.equal((await askForBatch(app, 'frank')).status, 503)
})
