import t from 'tap'
import { ask, costInQuery, limitedApp, statuses } from './fixtures/limited-app.js'
import { freePort } from './fixtures/free-port.js'

t.test('an owner who sends too much is told so, and when to come back', async t => {
  const app = await limitedApp(t, { perOwner: 2 })
  t.same(await statuses(2, () => ask(app, { user: 'alice' })), [200, 200])
  const refused = await ask(app, { user: 'alice' })
  t.match(refused.json(), {
    statusCode: 429,
    code: 'FST_RATE_LIMITED',
    error: 'Too Many Requests',
    message: /^Too many requests: an owner may send 2 a minute/
  })
  const seconds = Number(refused.headers['retry-after'])
  t.ok(seconds >= 1 && seconds <= 60, `Retry-After: ${seconds}`)
})

t.test('every reply says how much is left', async t => {
  const app = await limitedApp(t, { perOwner: 5 })
  t.match((await ask(app, { user: 'alice' })).headers, {
    'ratelimit-limit': '5',
    'ratelimit-remaining': '4',
    'ratelimit-reset': /^\d+$/
  })
})

t.test('of two limits, the one that is reached first is stated', async t => {
  const app = await limitedApp(t, { perOwner: 3, perAddress: 10 })
  t.match((await ask(app, { user: 'alice' })).headers, { 'ratelimit-limit': '3', 'ratelimit-remaining': '2' })
  await statuses(7, () => ask(app))
  t.match((await ask(app, { user: 'bob' })).headers, { 'ratelimit-limit': '10', 'ratelimit-remaining': '1' })
})

t.test('owners have limits of their own, whatever address they share', async t => {
  const app = await limitedApp(t, { perOwner: 1 })
  t.equal((await ask(app, { user: 'alice' })).statusCode, 200)
  t.equal((await ask(app, { user: 'alice' })).statusCode, 429)
  t.equal((await ask(app, { user: 'bob' })).statusCode, 200)
})

t.test('an owner has one limit, however many addresses they use', async t => {
  const app = await limitedApp(t, { perOwner: 1 })
  t.equal((await ask(app, { user: 'alice', address: '192.0.2.1' })).statusCode, 200)
  t.equal((await ask(app, { user: 'alice', address: '192.0.2.2' })).statusCode, 429)
})

t.test('an address without an owner is limited too, on paths that do not exist as well', async t => {
  const app = await limitedApp(t, { perAddress: 2 })
  t.same(await statuses(3, () => ask(app, { url: '/nowhere' })), [404, 404, 429])
  t.equal((await ask(app, { address: '192.0.2.2' })).statusCode, 200)
})

t.test('a whole IPv6 network counts as one address', async t => {
  const app = await limitedApp(t, { perAddress: 1 })
  t.equal((await ask(app, { address: '2001:db8::1' })).statusCode, 200)
  t.equal((await ask(app, { address: '2001:db8::ffff:2' })).statusCode, 429)
  t.equal((await ask(app, { address: '2001:db8:0:1::1' })).statusCode, 200)
})

t.test('exempt routes are never limited', async t => {
  const app = await limitedApp(t, { perAddress: 1 })
  t.same(await statuses(5, () => ask(app, { url: '/health' })), [200, 200, 200, 200, 200])
})

t.test('0 means no limit', async t => {
  const app = await limitedApp(t, {})
  const response = await ask(app, { user: 'alice' })
  t.notOk('ratelimit-limit' in response.headers)
})

t.test('without Redis from the start, a closed service answers 503, and its health goes on', async t => {
  const app = await limitedApp(t, {
    perAddress: 10,
    redisUrl: `redis://127.0.0.1:${await freePort()}`,
    withoutRedis: 'closed'
  })
  const response = await ask(app)
  t.match(response.json(), { statusCode: 503, code: 'FST_RATE_LIMIT_UNAVAILABLE' })
  t.equal(response.headers['retry-after'], '5')
  t.equal((await ask(app, { url: '/health' })).statusCode, 200)
})

t.test('a request costs its owner as much as it asks for', async t => {
  const app = await limitedApp(t, { perOwner: 10, cost: costInQuery })
  t.match((await ask(app, { user: 'alice', url: '/?cost=7' })).headers, {
    'ratelimit-limit': '10',
    'ratelimit-remaining': '3'
  })
  t.match((await ask(app, { user: 'alice' })).headers, { 'ratelimit-remaining': '2' })
  t.match(await ask(app, { user: 'alice', url: '/?cost=3' }), {
    statusCode: 429,
    headers: { 'ratelimit-remaining': '0' }
  })
  t.equal((await ask(app, { user: 'bob', url: '/?cost=10' })).statusCode, 200)
})

t.test('a cost beyond the limit is refused before the handler runs', async t => {
  let handled = 0
  const app = await limitedApp(t, { perOwner: 10, cost: costInQuery })
  app.addHook('preHandler', async () => {
    handled++
  })
  t.equal((await ask(app, { user: 'alice', url: '/?cost=11' })).statusCode, 429)
  t.equal(handled, 0)
})

t.test('requests without an owner, and exempt routes, cost nothing more', async t => {
  const app = await limitedApp(t, { perOwner: 5, perAddress: 5, cost: costInQuery })
  t.match((await ask(app, { url: '/?cost=100' })).headers, { 'ratelimit-remaining': '4' })
  t.equal((await ask(app, { user: 'alice', url: '/health?cost=100' })).statusCode, 200)
})
