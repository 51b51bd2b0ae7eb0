import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import Fastify from 'fastify'
import t from 'tap'
import eventQueue from '../plugins/event-queue.js'
import { EXAMPLE_CREDENTIALS } from './fixtures/app.js'
import { freePort } from './fixtures/free-port.js'

Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey
})

const NO_EVENTS = async () => {
  throw new Error('there is no event')
}

t.test('a queue that cannot be reached shows in the log once, and the server goes on, and closes at once', async t => {
  const broken = createServer(socket => {
    socket.destroy()
  }).listen(0, '127.0.0.1')
  t.teardown(() => {
    broken.close()
  })
  await once(broken, 'listening')
  const log: string[] = []
  const app = Fastify({
    logger: {
      level: 'error',
      stream: {
        write: (line: string) => {
          log.push(line)
        }
      }
    }
  })
  const { port } = broken.address() as AddressInfo
  await app.register(eventQueue, { queueUrl: `http://127.0.0.1:${port}/000000000000/uploads`, handle: NO_EVENTS })
  app.get('/', async () => 'here')
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  // The SDK tries three times, so the fourth connection belongs to another poll.
  for (let connections = 0; connections < 4; connections++) await once(broken, 'connection')
  t.match(
    log.map(line => JSON.parse(line)),
    [{ level: 50, msg: /^the queue of events is unavailable/ }]
  )
  t.equal(log.length, 1)
  t.equal(await (await fetch(address)).text(), 'here')
  await app.close()
  t.equal(log.length, 1)
})

t.test('a server that does not listen takes nothing from the queue', async t => {
  const log: string[] = []
  const app = Fastify({
    logger: {
      level: 'error',
      stream: {
        write: (line: string) => {
          log.push(line)
        }
      }
    }
  })
  await app.register(eventQueue, {
    queueUrl: `http://127.0.0.1:${await freePort()}/000000000000/uploads`,
    handle: NO_EVENTS
  })
  await app.ready()
  await app.close()
  t.same(log, [])
})
