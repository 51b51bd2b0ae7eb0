import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { S3Client } from '@aws-sdk/client-s3'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import uploadUrl from '../../../plugins/upload-url/index.js'
import { EXAMPLE_CREDENTIALS, FIXED_OPTIONS, asAlice, register } from '../../fixtures/app.js'
import { freePort } from '../../fixtures/free-port.js'
import { errorBody, scriptedStore } from '../../fixtures/scripted-store.js'

const DIRECTORY_BUCKET = 'recordings--use1-az4--x-s3'

/** A store without objects that keeps its connections open, and tells how many there are. */
async function countingStore (t: Test) {
  const sockets = new Set<Socket>()
  const server = createServer((_request, response) => response.writeHead(404).end(errorBody('NoSuchKey')))
  server.keepAliveTimeout = 0
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { sockets, config: { ...FIXED_OPTIONS.client, endpoint: `http://127.0.0.1:${port}`, forcePathStyle: true } }
}

async function askForStatus (client: S3Client | object): Promise<void> {
  const app = Fastify()
  await app.register(uploadUrl, { ...FIXED_OPTIONS, client })
  const { key } = await app.uploads.createUploadUrl({}, { owner: 'alice' })
  await app.uploads.getUploadStatus({ key }, { owner: 'alice' })
  await app.close()
}

t.test('twenty apps that were opened and closed leave no connection', async t => {
  const { sockets, config } = await countingStore(t)
  for (let apps = 0; apps < 20; apps += 1) await askForStatus(config)
  await Promise.all([...sockets].map(socket => once(socket, 'close')))
  t.equal(sockets.size, 0)
})

t.test('the client of a host, and a request handler of a host, stay open', async t => {
  const { sockets, config } = await countingStore(t)
  const client = new S3Client(config)
  t.teardown(() => client.destroy())
  await askForStatus(client)
  await askForStatus({ ...config, requestHandler: client.config.requestHandler })
  await askForStatus(client)
  t.equal(sockets.size, 1, 'all three used the one connection')
})

t.test('an app starts without a store and without credentials, and signs as soon as it has some', async t => {
  const endpoint = `http://127.0.0.1:${await freePort()}`
  let provide = async (): Promise<typeof EXAMPLE_CREDENTIALS> => {
    throw new Error('not yet')
  }
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(uploadUrl, {
    ...FIXED_OPTIONS,
    client: { region: 'us-east-1', endpoint, credentials: () => provide() }
  })
  await app.ready()
  t.match((await asAlice(app, { url: '/upload-url' })).json(), { statusCode: 503, code: 'FST_UPLOAD_NO_CREDENTIALS' })
  provide = async () => EXAMPLE_CREDENTIALS
  t.equal((await asAlice(app, { url: '/upload-url' })).statusCode, 200)
})

for (const [what, listener] of [
  ['can’t be reached', undefined],
  ['says nothing', () => {}],
  [
    'refuses the signature',
    (_request, response) => {
      response.writeHead(403).end(errorBody('SignatureDoesNotMatch'))
    }
  ]
] satisfies Array<[string, RequestListener | undefined]>) {
  t.test(
    `where the SDK needs the store to sign, and it ${what}, the app starts, and answers with the seconds to wait`,
    async t => {
      const endpoint =
        listener === undefined ? `http://127.0.0.1:${await freePort()}` : (await scriptedStore(t, listener)).endpoint
      const app = Fastify()
      t.teardown(() => app.close())
      await app.register(uploadUrl, {
        ...FIXED_OPTIONS,
        bucket: DIRECTORY_BUCKET,
        client: { ...FIXED_OPTIONS.client, endpoint }
      })
      await app.ready()
      const response = await asAlice(app, { url: '/upload-url' })
      t.match(response.json(), { statusCode: 503, code: 'FST_UPLOAD_NO_CREDENTIALS' })
      t.match(response.headers, { 'retry-after': /^\d+$/ })
      t.notMatch(response.body, /127\.0\.0\.1|localhost|ECONN|secret/)
    }
  )
}

t.test('a bucket that has no forms is answered 501', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(uploadUrl, { ...FIXED_OPTIONS, bucket: DIRECTORY_BUCKET })
  const response = await asAlice(app, { url: '/upload-forms', method: 'POST', payload: {} })
  t.match(response.json(), { statusCode: 501, code: 'FST_UPLOAD_FORMS_UNSUPPORTED' })
})

t.test('a bucket that the SDK can’t sign for stops the start, with the reason', async t => {
  for (const bucket of ['../recordings', 'arn:aws:s3:us-west-2:1:accesspoint/recordings/more']) {
    await t.rejects(register({ ...FIXED_OPTIONS, bucket }), {
      code: 'FST_UPLOAD_INVALID_OPTIONS',
      message: /sign for this bucket: .+/
    })
  }
})
