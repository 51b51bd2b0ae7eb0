import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import auth, { parseApiKeys } from '../plugins/auth.js'

async function appWithKeys (...pairs: string[]): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(auth, { keys: parseApiKeys(pairs) })
  app.get('/who', async request => ({ owner: request.owner }))
  app.get('/open', async () => 'anybody')
  return app
}

function ask (app: FastifyInstance, authorization?: string) {
  return app.inject({ url: '/who', headers: authorization === undefined ? {} : { authorization } })
}

t.test('an API key sent as a bearer token names its owner', async t => {
  const app = await appWithKeys('alice:the-first-api-key', 'bob:the-second-api-key')
  t.same((await ask(app, 'Bearer the-first-api-key')).json(), { owner: 'alice' })
  t.same((await ask(app, 'bearer the-second-api-key')).json(), { owner: 'bob' })
})

t.test('an owner may have several keys, so that one can be replaced', async t => {
  const app = await appWithKeys('alice:the-retired-api-key', 'alice:the-current-api-key')
  for (const key of ['the-retired-api-key', 'the-current-api-key']) { t.same((await ask(app, `Bearer ${key}`)).json(), { owner: 'alice' }) }
})

for (const authorization of [
  undefined,
  '',
  'Bearer',
  'Bearer ',
  'Bearer the-first-api-ke',
  'Bearer the-first-api-key2',
  'Bearer THE-FIRST-API-KEY',
  'Basic the-first-api-key',
  'the-first-api-key',
  'Bearer the-first-api-key the-second-api-key',
  'Bearer alice:the-first-api-key',
  'Bearer __proto__'
]) {
  t.test(`"${authorization}" is answered 401, with the scheme to use`, async t => {
    const response = await ask(await appWithKeys('alice:the-first-api-key'), authorization)
    t.match(response.json(), { statusCode: 401, code: 'FST_UPLOAD_UNAUTHENTICATED' })
    t.equal(response.headers['www-authenticate'], 'Bearer')
    t.notMatch(response.body, 'the-first-api-key')
  })
}

t.test('a route that reads no owner stays open', async t => {
  t.equal((await (await appWithKeys('alice:the-first-api-key')).inject('/open')).statusCode, 200)
})

t.test('a malformed pair is refused by its position, and its text is not repeated', async t => {
  t.throws(() => parseApiKeys(['alice:a-key-that-is-fine', 'hunter2']), {
    message: 'entry 2 is not of the form owner:key'
  })
  t.throws(() => parseApiKeys(['alice:hunter2 hunter2']), { message: /^(?!.*hunter2).*entry 1/ })
})

t.test('a key of 15 characters is refused, one of 16 is not', async t => {
  t.throws(() => parseApiKeys(['alice:' + 'k'.repeat(15)]), {
    message: 'the key of entry 1 is shorter than 16 characters'
  })
  t.equal(parseApiKeys(['alice:' + 'k'.repeat(16)]).length, 1)
})
