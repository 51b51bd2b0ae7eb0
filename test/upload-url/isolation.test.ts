import Fastify, { type FastifyInstance, type FastifyServerOptions, type RouteOptions } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import uploadUrl from '../../plugins/upload-url/index.js'
import uppy from '../../plugins/upload-url/uppy/index.js'
import { notHeldToContract } from '../contract/held.js'
import { ownerFromHeader } from '../fixtures/app.js'
import { testEveryRoute, testTokenRoutes } from '../fixtures/every-route.js'
import { startStore, type Store } from '../fixtures/store.js'
import { SECRET } from './uppy/uppy-app.js'

/** Something a host does to its own routes, before our plugins are registered. */
interface Setting {
  readonly server?: FastifyServerOptions
  readonly apply?: (app: FastifyInstance) => void
}

const OUR_SCHEMAS = ['UploadError', 'UploadDeclaration', 'UploadUrl', 'UploadBatch', 'Audio', 'Parts', 'UppyFile', 'UppyForm']

const refuseAll = () => () => ({ error: new Error('the host refuses everything') })
const writeTheirs = () => () => '"the host writes this"'

// As qs does, with numbers and lists as other parsers make them.
function parseNested (text: string): Record<string, unknown> {
  const query: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const [, outer, inner] = /^([^[]+)\[([^\]]*)\]$/.exec(name) ?? []
    if (outer !== undefined) Object.assign(query[outer] ??= {}, { [inner!]: value })
    else query[name] = value.includes(',') ? value.split(',') : /^\d+$/.test(value) ? Number(value) : value
  }
  return query
}

function replaceJsonParser (app: FastifyInstance, add: (app: FastifyInstance) => void): void {
  app.removeContentTypeParser('application/json')
  add(app)
}

function changeRoute (route: RouteOptions): void {
  const schema = route.schema as Record<string, Record<string, unknown>> | undefined
  for (const part of ['body', 'querystring', 'params', 'response'] as const) {
    for (const name of Object.keys(schema?.[part] ?? {})) delete schema![part]![name]
  }
  route.schema = { ...schema, headers: { type: 'object', required: ['x-tenant'] }, querystring: { type: 'object', required: ['tenant'] }, operationId: 'theirs' } as typeof route.schema & object
  route.bodyLimit = 10
  route.attachValidation = true
  route.validatorCompiler = refuseAll
  route.serializerCompiler = writeTheirs
  route.schemaErrorFormatter = () => new Error('the host says so')
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  'a JSON parser that gives a buffer': { apply: app => replaceJsonParser(app, () => app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body)) },
  'a JSON parser that gives a string': { apply: app => replaceJsonParser(app, () => app.addContentTypeParser('application/json', { parseAs: 'string' }, async (_request: unknown, body: string) => body)) },
  'a JSON parser that gives a stream': { apply: app => replaceJsonParser(app, () => app.addContentTypeParser('application/json', async (_request: unknown, payload: unknown) => payload)) },
  'a JSON parser that takes an empty body for {}': { apply: app => replaceJsonParser(app, () => app.addContentTypeParser('application/json', { parseAs: 'string' }, async (_request: unknown, body: string) => JSON.parse(body || '{}'))) },
  'no JSON parser': { apply: app => app.removeContentTypeParser('application/json') },
  'no body parser at all': { apply: app => app.removeAllContentTypeParsers() },
  'a parser for every type': { apply: app => { app.addContentTypeParser('*', { parseAs: 'string' }, async () => ({ files: [{}] })) } },
  'a parser for forms': { apply: app => { app.addContentTypeParser(/^application\/x-www-form-urlencoded/, { parseAs: 'string' }, async () => ({ files: [{}] })) } },
  'onProtoPoisoning and onConstructorPoisoning: ignore': { server: { onProtoPoisoning: 'ignore', onConstructorPoisoning: 'ignore' } },
  'onProtoPoisoning and onConstructorPoisoning: remove': { server: { onProtoPoisoning: 'remove', onConstructorPoisoning: 'remove' } },
  'a small bodyLimit': { server: { bodyLimit: 10 } },
  'a large bodyLimit': { server: { bodyLimit: 1024 ** 3 } },
  'a query parser': { server: { querystringParser: parseNested } },
  'a query parser in routerOptions': { server: { routerOptions: { querystringParser: parseNested } } },
  useSemicolonDelimiter: { server: { useSemicolonDelimiter: true } },
  'a validator': { apply: app => { app.setValidatorCompiler(refuseAll) } },
  'a serializer': { apply: app => { app.setSerializerCompiler(writeTheirs) } },
  'a reply serializer': { apply: app => { app.setReplySerializer(() => '"the host writes this"') } },
  'an error formatter': { server: { schemaErrorFormatter: () => new Error('the host says so') } },
  'another error formatter': { apply: app => { app.setSchemaErrorFormatter(() => new Error('the host says so')) } },
  'a schema controller': { server: { schemaController: { compilersFactory: { buildValidator: () => refuseAll as never, buildSerializer: () => writeTheirs } } } },
  'a validator that coerces and strips': { server: { ajv: { customOptions: { coerceTypes: 'array', removeAdditional: 'all', useDefaults: true } } } },
  'schemas of our names': { apply: app => { for (const $id of OUR_SCHEMAS) app.addSchema({ $id, type: 'string', const: 'theirs' }) } },
  'an onRoute hook that changes every route': { apply: app => { app.addHook('onRoute', changeRoute) } },
  'decorators of our names': {
    apply: app => {
      for (const name of ['owner', 'upload', 'operation', 'context']) { app.decorate(name, 'theirs'); app.decorateRequest(name, 'theirs'); app.decorateReply(name, 'theirs') }
    }
  }
}

/** Those of which another in the list says the contrary. */
const CONTRARY = /that gives|that takes|no body parser|remove$|large|in routerOptions|another/

async function start (t: Test, store: Store, { server = {}, apply = () => {} }: Setting): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify(server as FastifyServerOptions)
  t.teardown(() => app.close())
  apply(app)
  const { endpoint, region, credentials, bucket } = store
  await app.register(uploadUrl, { bucket, client: { endpoint, region, credentials, forcePathStyle: true }, owner: ownerFromHeader })
  await app.register(uppy, { tokenSecret: SECRET })
  return app
}

t.test('every route works in an app that sets nothing', async t => {
  const app = await start(t, await startStore(t), {})
  await testEveryRoute(t, app)
  await testTokenRoutes(t, app)
})

for (const [name, setting] of Object.entries(SETTINGS)) {
  t.test(`every route works as it does elsewhere in an app with ${name}`, async t => {
    const app = await start(t, await startStore(t), setting)
    await testEveryRoute(t, app)
    await testTokenRoutes(t, app)
  })
}

t.test('every route works as it does elsewhere in an app with all of that', async t => {
  const all = Object.entries(SETTINGS).filter(([name]) => !CONTRARY.test(name)).map(([, setting]) => setting)
  const app = await start(t, await startStore(t), {
    server: all.reduce((merged, { server }) => ({ ...merged, ...server }), {} as FastifyServerOptions),
    apply: app => { for (const { apply } of all) apply?.(app) }
  })
  await testEveryRoute(t, app)
  await testTokenRoutes(t, app)
})

t.test('what a host sets after our plugins are registered does not change our routes either', async t => {
  const app = await start(t, await startStore(t), {})
  for (const name of ['a JSON parser that gives a buffer', 'a validator', 'a serializer', 'a reply serializer', 'another error formatter', 'schemas of our names', 'an onRoute hook that changes every route']) SETTINGS[name]!.apply!(app)
  await testEveryRoute(t, app)
})

t.test('an onRoute hook of one app changes nothing in a second app', async t => {
  const store = await startStore(t)
  await (await start(t, store, SETTINGS['an onRoute hook that changes every route']!)).ready()
  const untouched = await start(t, store, {})
  await testEveryRoute(t, untouched)
  await testTokenRoutes(t, untouched)
})

for (const server of [{ maxParamLength: 2000 }, { routerOptions: { maxParamLength: 2000 } }, { maxParamLength: 2000, routerOptions: { caseSensitive: true } }]) {
  t.test(`${JSON.stringify(server)} makes room for the token of an owner with a long name`, async t => {
    const app = await start(t, await startStore(t), { server })
    const { companionEndpoint } = app.uppy.createToken('o'.repeat(1000))
    t.equal((await app.inject(`${companionEndpoint}/s3/params?filename=a.mp3`)).statusCode, 200)
    t.throws(() => app.uppy.createToken('o'.repeat(1024) + 'ü'), { code: /^FST_UPLOAD_INVALID/ })
  })
}

for (const server of [{ maxParamLength: 20 }, { routerOptions: { maxParamLength: 20 } }]) {
  t.test(`${JSON.stringify(server)} leaves room for every path but those with a token, which are refused by name`, async t => {
    const app = await start(t, await startStore(t), { server })
    await testEveryRoute(t, app)
    const refused = await app.inject({ method: 'POST', url: '/uppy-tokens', headers: { 'x-user': 'alice' } })
    t.match({ ...refused.json(), statusCode: refused.statusCode }, { statusCode: 500, code: 'FST_UPLOAD_INVALID_OPTIONS', message: /maxParamLength/ })
  })
}

t.test('an empty body is none, whatever its type, where no body is wanted', async t => {
  const app = await start(t, await startStore(t), {})
  for (const type of ['application/json', 'application/json; charset=utf-8', 'text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream']) {
    t.equal((await app.inject({ method: 'POST', url: '/uppy-tokens', headers: { 'x-user': 'alice', 'content-type': type } })).statusCode, 201, type)
  }
})

t.test('the host keeps its own parsers, limits and serializers', async t => {
  const app = await start(t, await startStore(t), {
    server: { bodyLimit: 10, querystringParser: parseNested },
    apply: app => { SETTINGS['a JSON parser that gives a string']!.apply!(app); app.setReplySerializer(reply => `theirs: ${JSON.stringify(reply)}`) }
  })
  notHeldToContract(app)
  app.post('/own', async request => ({ body: request.body, query: request.query }))
  const own = (payload: string) => app.inject({ method: 'POST', url: '/own?a[b]=1', headers: { 'content-type': 'application/json' }, payload })
  t.equal((await own('{"x":1}')).body, 'theirs: {"body":"{\\"x\\":1}","query":{"a":{"b":"1"}}}')
  t.equal((await own('{"x":12345678}')).statusCode, 413)
})
