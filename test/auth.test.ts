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
  const app = await appWithKeys('alice:first-key', 'bob:second-key')
  t.same((await ask(app, 'Bearer first-key')).json(), { owner: 'alice' })
  t.same((await ask(app, 'bearer second-key')).json(), { owner: 'bob' })
})

t.test('an owner may have several keys, so that one can be replaced', async t => {
  const app = await appWithKeys('alice:old-key', 'alice:new-key')
  for (const key of ['old-key', 'new-key']) t.same((await ask(app, `Bearer ${key}`)).json(), { owner: 'alice' })
})

for (const authorization of [undefined, '', 'Bearer', 'Bearer ', 'Bearer first-ke', 'Bearer first-key2', 'Bearer FIRST-KEY', 'Basic first-key', 'first-key', 'Bearer first-key second-key', 'Bearer alice:first-key', 'Bearer __proto__']) {
  t.test(`"${authorization}" is answered 401, with the scheme to use`, async t => {
    const response = await ask(await appWithKeys('alice:first-key'), authorization)
    t.match(response.json(), { statusCode: 401, code: 'FST_UPLOAD_UNAUTHENTICATED' })
    t.equal(response.headers['www-authenticate'], 'Bearer')
    t.notMatch(response.body, 'first-key')
  })
}

t.test('a route that asks for no owner stays open', async t => {
  t.equal((await (await appWithKeys('alice:first-key')).inject('/open')).statusCode, 200)
})

t.test('a malformed pair is refused by its position, and its text is not repeated', async t => {
  t.throws(() => parseApiKeys(['alice:fine', 'hunter2']), { message: 'entry 2 is not of the form owner:key' })
  t.throws(() => parseApiKeys(['alice:hunter2 hunter2']), { message: /^(?!.*hunter2).*entry 1/ })
})
