import { EventEmitter, once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import health, { type HealthOptions } from '../plugins/health.js'

async function appWith (checks: HealthOptions['checks']): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(health, { checks })
  return app
}

t.test('a process that runs is live, whatever its checks say', async t => {
  const app = await appWith({
    store: async () => {
      throw new Error('gone')
    }
  })
  const response = await app.inject('/health/live')
  t.equal(response.statusCode, 200)
  t.same(response.json(), { status: 'ok' })
})

t.test('a service whose checks pass is ready', async t => {
  t.equal((await (await appWith({ store: async () => {} })).inject('/health/ready')).statusCode, 200)
})

t.test('a service with a failing check is not ready, and says why', async t => {
  const app = await appWith({
    store: async () => {
      throw new Error('there is no such bucket')
    },
    other: async () => {}
  })
  t.match((await app.inject('/health/ready')).json(), {
    statusCode: 503,
    code: 'FST_HEALTH_NOT_READY',
    message: 'Not ready: store: there is no such bucket'
  })
})

t.test('a check that never answers counts as failed', async t => {
  const app = await appWith({ store: () => new Promise(() => {}) })
  t.match((await app.inject('/health/ready')).json(), { statusCode: 503, message: /store: no answer/ })
})

t.test('many probes at once make one check', async t => {
  let checks = 0
  const app = await appWith({
    store: async () => {
      checks++
    }
  })
  await Promise.all(Array.from({ length: 50 }, () => app.inject('/health/ready')))
  t.equal(checks, 1)
})

t.test('a service that shuts down is not ready', async t => {
  const app = await appWith({ store: async () => {} })
  let status: number | undefined
  app.addHook('preClose', async () => {
    status = (await fetch(`${address}/health/ready`)).status
  })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  t.equal((await fetch(`${address}/health/ready`)).status, 200)
  await app.close()
  t.equal(status, 503)
})

t.test(
  'a service that drains is not ready, answers everything else, and asks clients to connect elsewhere',
  async t => {
    const app = await appWith({ store: async () => {} })
    app.get('/work', async () => 'done')
    t.not((await app.inject('/work')).headers.connection, 'close')
    await app.drain(0)
    t.equal((await app.inject('/health/ready')).statusCode, 503)
    t.equal((await app.inject('/health/live')).statusCode, 200)
    t.match(await app.inject('/work'), { statusCode: 200, headers: { connection: 'close' } })
  }
)

t.test('a request under way finishes while the service closes', async t => {
  const app = await appWith({})
  const work = new EventEmitter()
  app.get('/slow', async () => {
    work.emit('started')
    await once(work, 'finish')
    return 'finished'
  })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const started = once(work, 'started')
  const slow = fetch(`${address}/slow`)
  await started
  const closed = app.close()
  await setTimeout(50)
  work.emit('finish')
  const response = await slow
  t.equal(response.headers.get('connection'), 'close', 'or the connection would hold up the end')
  t.equal(await response.text(), 'finished')
  await closed
})

t.test('an overloaded service turns requests away with the time to come back, and stays alive', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(health, { checks: {}, maxEventLoopDelay: 20 })
  app.get('/work', async () => 'done')
  await app.ready()
  while (!app.isUnderPressure()) {
    block(200)
    await setTimeout(1)
  }
  const response = await app.inject('/work')
  t.match(response.json(), { statusCode: 503, code: 'FST_UNDER_PRESSURE' })
  t.equal(response.headers['retry-after'], '5')
  t.equal((await app.inject('/health/live')).statusCode, 200)
})

function block (milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}
