// Limits that replicas share, in a real Redis.
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { ask, costInQuery, limitedApp, statuses } from '../fixtures/limited-app.js'
import { freePort } from '../fixtures/free-port.js'
import { startRedis } from '../fixtures/redis.js'

t.test('replicas share one limit in Redis', async t => {
  const { url } = await startRedis(t)
  const replicas = await Promise.all([1, 2, 3].map(() => limitedApp(t, { perOwner: 30, redisUrl: url })))
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => ask(replicas[index % 3]!, { user: 'alice' }))
  )
  t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 30)
  t.equal(answers.filter(({ statusCode }) => statusCode === 429).length, 30)
})

t.test('replicas share what requests cost', async t => {
  const { url } = await startRedis(t)
  const [one, other] = await Promise.all(
    [1, 2].map(() => limitedApp(t, { perOwner: 100, redisUrl: url, cost: costInQuery }))
  )
  t.match(await ask(one!, { user: 'alice', url: '/?cost=60' }), {
    statusCode: 200,
    headers: { 'ratelimit-remaining': '40' }
  })
  t.match(await ask(other!, { user: 'alice', url: '/?cost=39' }), {
    statusCode: 200,
    headers: { 'ratelimit-remaining': '1' }
  })
  t.equal((await ask(one!, { user: 'alice', url: '/?cost=2' })).statusCode, 429)
})

t.test('when Redis goes, requests pass, the log says so once, and when it is back they are counted again', async t => {
  const log: string[] = []
  const port = await freePort()
  const { url, process } = await startRedis(t, port)
  const app = await limitedApp(t, { perOwner: 2, perAddress: 1000, redisUrl: url }, log)
  t.same(await statuses(3, () => ask(app, { user: 'alice' })), [200, 200, 429])
  process.kill('SIGKILL')
  await once(process, 'exit')
  t.same(await statuses(5, () => ask(app, { user: 'alice' })), [200, 200, 200, 200, 200])
  await startRedis(t, port)
  while (!('ratelimit-limit' in (await ask(app, { user: 'bob' })).headers)) await setTimeout(50)
  t.same(await statuses(3, () => ask(app, { user: 'carol' })), [200, 200, 429])
  t.equal(
    log.filter(line => line.includes('Redis is unavailable: until it is back, requests pass uncounted')).length,
    1
  )
  t.equal(log.filter(line => line.includes('Redis is available again')).length, 1)
})

t.test('a Redis that hangs makes nobody wait for long', async t => {
  const { url, process } = await startRedis(t)
  const app = await limitedApp(t, { perOwner: 1, redisUrl: url })
  t.equal((await ask(app, { user: 'alice' })).statusCode, 200)
  process.kill('SIGSTOP')
  t.equal((await ask(app, { user: 'alice' })).statusCode, 200)
  process.kill('SIGCONT')
})
