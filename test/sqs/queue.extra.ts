import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import eventQueue from '../../plugins/event-queue.js'
import { CREDENTIALS, startQueue, type Queue } from './emulator.js'

Object.assign(process.env, CREDENTIALS)

/** A server that listens, and handles what its queue holds. */
async function consume (
  t: Test,
  queue: Queue,
  handle: (body: unknown) => Promise<void>,
  log: string[] = []
): Promise<FastifyInstance> {
  const app = Fastify({
    logger: {
      stream: {
        write: (line: string) => {
          log.push(line)
        }
      }
    }
  })
  t.teardown(() => app.close())
  await app.register(eventQueue, { queueUrl: queue.url, handle })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app
}

/** Asks until it is so. */
async function until (isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(50)
}

/** Something that happens when it is told to. */
function gate () {
  const controller = new AbortController()
  const opened = once(controller.signal, 'abort')
  return {
    open: () => controller.abort(),
    opened: async () => {
      await opened
    }
  }
}

const messages = (count: number) => Array.from({ length: count }, (_, number) => JSON.stringify({ number }))
const EMPTY = { waiting: 0, handled: 0 }

t.test('every message is handled, and then removed', async t => {
  const queue = await startQueue(t)
  const handled: unknown[] = []
  await consume(t, queue, async body => {
    handled.push(body)
  })
  await queue.send(messages(25))
  await until(() => handled.length === 25)
  await until(async () => JSON.stringify(await queue.count()) === JSON.stringify(EMPTY))
  t.same(new Set(handled.map(body => (body as { number: number }).number)).size, 25)
})

t.test('a message stays until its handler has finished, and ten are handled at a time', async t => {
  const queue = await startQueue(t)
  await queue.send(messages(25))
  const { open, opened } = gate()
  let atATime = 0
  let most = 0
  let finished = 0
  await consume(t, queue, async () => {
    most = Math.max(most, ++atATime)
    await opened()
    atATime--
    finished++
  })
  await until(() => atATime === 10)
  t.same(await queue.count(), { waiting: 15, handled: 10 })
  open()
  await until(() => finished === 25)
  t.equal(most, 10)
})

t.test(
  'a message whose handler fails stays in the queue, with a line in the log and nothing of its content',
  async t => {
    const queue = await startQueue(t)
    const log: string[] = []
    await queue.send(['{"secret":"hunter2"}'])
    await consume(
      t,
      queue,
      async () => {
        throw new Error('the store is away')
      },
      log
    )
    await until(() => log.some(line => line.includes('an event was not handled')))
    t.match(JSON.parse(log.find(line => line.includes('an event was not handled'))!), {
      level: 50,
      err: { message: 'the store is away' },
      messageId: String
    })
    t.same(await queue.count(), { waiting: 0, handled: 1 })
    t.notMatch(log.join(''), 'hunter2')
  }
)

t.test('a message that is not JSON is removed, and never handled', async t => {
  const queue = await startQueue(t)
  const log: string[] = []
  const handled: unknown[] = []
  await queue.send(['{"hunter2', '{}'])
  await consume(
    t,
    queue,
    async body => {
      handled.push(body)
    },
    log
  )
  await until(async () => handled.length === 1 && (await queue.count()).handled === 0)
  t.same(handled, [{}])
  t.match(log.join(''), 'is not JSON: removed')
  t.notMatch(log.join(''), 'hunter2')
})

t.test('a server that closes finishes what it is handling, and takes nothing more', async t => {
  const queue = await startQueue(t)
  await queue.send(messages(12))
  const { open, opened } = gate()
  let begun = 0
  let finished = 0
  const app = await consume(t, queue, async () => {
    begun++
    await opened()
    finished++
  })
  await until(() => begun === 10)
  let isClosed = false
  const closed = app.close().then(() => {
    isClosed = true
  })
  t.same(await queue.count(), { waiting: 2, handled: 10 })
  t.notOk(isClosed)
  open()
  await closed
  t.equal(finished, 10)
  t.same(await queue.count(), { waiting: 2, handled: 0 })
})

t.test('a server whose queue is empty closes without waiting for a message', async t => {
  const queue = await startQueue(t)
  const app = await consume(t, queue, async () => {})
  const before = Date.now()
  await app.close()
  t.ok(Date.now() - before < 10_000, 'a poll lasts 20 s')
})

t.test('a message stays hidden for as long as its handler takes', async t => {
  const queue = await startQueue(t)
  await queue.send(messages(1))
  const { open, opened } = gate()
  let runs = 0
  const handle = async () => {
    runs++
    await opened()
  }
  await consume(t, queue, handle)
  await until(() => runs === 1)
  await consume(t, queue, handle)
  await setTimeout(70_000)
  t.equal(runs, 1, 'after more than a minute, for which it was hidden at first')
  open()
  await until(async () => JSON.stringify(await queue.count()) === JSON.stringify(EMPTY))
})
