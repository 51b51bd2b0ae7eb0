import t from 'tap'
import { notHeldToContract } from '../contract/held.js'
import { testEveryRoute, testTokenRoutes } from '../fixtures/every-route.js'
import { SETTINGS, allSettings, parseNested, startHost } from '../fixtures/host-settings.js'
import { startStore } from '../fixtures/store.js'

const store = await startStore(t)

t.test('every route works in an app that sets nothing', async t => {
  const app = await startHost(t, store, {})
  await testEveryRoute(t, app)
  await testTokenRoutes(t, app)
})

for (const [name, setting] of Object.entries(SETTINGS)) {
  t.test(`every route works as it does elsewhere in an app with ${name}`, async t => {
    await testEveryRoute(t, await startHost(t, store, setting))
  })
}

t.test('every route works as it does elsewhere in an app with all of that', async t => {
  const app = await startHost(t, store, allSettings())
  await testEveryRoute(t, app)
  await testTokenRoutes(t, app)
})

t.test('what a host sets after our plugins are registered does not change our routes either', async t => {
  const app = await startHost(t, store, {})
  for (const name of [
    'a JSON parser that gives a buffer',
    'a validator',
    'a serializer',
    'a reply serializer',
    'another error formatter',
    'schemas of our names',
    'an onRoute hook that changes every route'
  ]) { SETTINGS[name]!.apply!(app) }
  await testEveryRoute(t, app)
})

t.test('an onRoute hook of one app changes nothing in a second app', async t => {
  await (await startHost(t, store, SETTINGS['an onRoute hook that changes every route']!)).ready()
  const untouched = await startHost(t, store, {})
  await testEveryRoute(t, untouched)
  await testTokenRoutes(t, untouched)
})

for (const server of [
  { maxParamLength: 2000 },
  { routerOptions: { maxParamLength: 2000 } },
  { maxParamLength: 2000, routerOptions: { caseSensitive: true } }
]) {
  t.test(`${JSON.stringify(server)} makes room for the token of an owner with a long name`, async t => {
    const app = await startHost(t, store, { server })
    const { companionEndpoint } = app.uppy.createToken('o'.repeat(1000))
    t.equal((await app.inject(`${companionEndpoint}/s3/params?filename=a.mp3`)).statusCode, 200)
    t.throws(() => app.uppy.createToken('o'.repeat(1024) + 'ü'), { code: /^FST_UPLOAD_INVALID/ })
  })
}

for (const server of [{ maxParamLength: 20 }, { routerOptions: { maxParamLength: 20 } }]) {
  t.test(
    `${JSON.stringify(server)} leaves room for every path but those with a token, which are refused by name`,
    async t => {
      const app = await startHost(t, store, { server })
      await testEveryRoute(t, app)
      const refused = await app.inject({ method: 'POST', url: '/uppy-tokens', headers: { 'x-user': 'alice' } })
      t.match(
        { ...refused.json(), statusCode: refused.statusCode },
        { statusCode: 500, code: 'FST_UPLOAD_INVALID_OPTIONS', message: /maxParamLength/ }
      )
    }
  )
}

t.test('an empty body is none, whatever its type, where no body is wanted', async t => {
  const app = await startHost(t, store, {})
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/octet-stream'
  ]) {
    t.equal(
      (await app.inject({ method: 'POST', url: '/uppy-tokens', headers: { 'x-user': 'alice', 'content-type': type } }))
        .statusCode,
      201,
      type
    )
  }
})

t.test('the host keeps its own parsers, limits and serializers', async t => {
  const app = await startHost(t, store, {
    server: { bodyLimit: 10, querystringParser: parseNested },
    apply: app => {
      SETTINGS['a JSON parser that gives a string']!.apply!(app)
      app.setReplySerializer(reply => `theirs: ${JSON.stringify(reply)}`)
    }
  })
  notHeldToContract(app)
  app.post('/own', async request => ({ body: request.body, query: request.query }))
  const own = (payload: string) =>
    app.inject({ method: 'POST', url: '/own?a[b]=1', headers: { 'content-type': 'application/json' }, payload })
  t.equal((await own('{"x":1}')).body, 'theirs: {"body":"{\\"x\\":1}","query":{"a":{"b":"1"}}}')
  t.equal((await own('{"x":12345678}')).statusCode, 413)
})
