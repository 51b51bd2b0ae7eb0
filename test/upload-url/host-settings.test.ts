import Fastify, { type FastifyInstance, type FastifyServerOptions, type RouteOptions } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import uploadUrl from '../../plugins/upload-url/index.js'
import uppy from '../../plugins/upload-url/uppy/index.js'
import { notHeldToContract } from '../contract/held.js'
import { FIXED_OPTIONS } from '../fixtures/app.js'
import { testEveryRoute } from '../fixtures/every-route.js'
import { startStore } from '../fixtures/store.js'
import { SECRET } from './uppy/uppy-app.js'

const ALICE = { 'x-user': 'alice' }

/** An app of a host, with what it does before our plugins are registered. */
async function hostApp (
  t: Test,
  server: FastifyServerOptions,
  apply: (app: FastifyInstance) => void = () => {},
  options = {}
): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify(server as FastifyServerOptions)
  t.teardown(() => app.close())
  apply(app)
  await app.register(uploadUrl, { ...FIXED_OPTIONS, ...options })
  await app.register(uppy, { tokenSecret: SECRET })
  return app
}

function logTo (lines: Array<Record<string, unknown>>): FastifyServerOptions {
  return {
    logger: {
      level: 'info',
      stream: {
        write: (line: string) => {
          lines.push(JSON.parse(line) as Record<string, unknown>)
        }
      }
    }
  }
}

t.test('hooks of the host run for our routes, in their order, before ours', async t => {
  const ran: string[] = []
  const app = await hostApp(t, {}, app => {
    for (const hook of [
      'onRequest',
      'preParsing',
      'preValidation',
      'preHandler',
      'preSerialization',
      'onSend',
      'onResponse'
    ] as const) {
      app.addHook(hook as 'onRequest', async () => {
        ran.push(hook)
      })
    }
  })
  t.equal(
    (await app.inject({ method: 'POST', url: '/upload-urls', headers: ALICE, payload: { files: [{}] } })).statusCode,
    200
  )
  t.same(ran, ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'preSerialization', 'onSend', 'onResponse'])
})

t.test('an onError hook of the host sees our errors, and its error handler answers them', async t => {
  const seen: unknown[] = []
  const app = await hostApp(t, {}, app => {
    notHeldToContract(app)
    app.addHook('onError', async (_request, _reply, error) => {
      seen.push(error.code)
    })
    app.setErrorHandler((error: { code: string; statusCode: number }, _request, reply) =>
      reply.code(error.statusCode).send({ host: error.code })
    )
  })
  const response = await app.inject({ url: '/upload-url' })
  t.equal(response.statusCode, 401)
  t.same(response.json(), { host: 'FST_UPLOAD_UNAUTHENTICATED' })
  t.same(seen, ['FST_UPLOAD_UNAUTHENTICATED'])
})

t.test('the host answers paths that are not ours, and those of the wrong method', async t => {
  const app = await hostApp(t, {}, app => {
    app.setNotFoundHandler((_request, reply) => {
      reply.code(404).send('nothing here')
    })
  })
  for (const [method, url] of [
    ['GET', '/upload-urls'],
    ['GET', '/uploads'],
    ['POST', '/upload-url']
  ] as const) {
    t.equal((await app.inject({ method, url, headers: ALICE })).body, 'nothing here', url)
  }
})

t.test('the host’s logger, level, request ids and child loggers are used, below a token too', async t => {
  const lines: Array<Record<string, unknown>> = []
  const app = await hostApp(t, { ...logTo(lines), genReqId: () => 'from-the-host' }, app => {
    app.setChildLoggerFactory((logger, bindings, options) => logger.child({ ...bindings, tenant: 'acme' }, options))
  })
  await app.inject({ url: '/upload-url', headers: ALICE })
  const { companionEndpoint } = app.uppy.createToken('alice')
  await app.inject(`${companionEndpoint}/s3/params?filename=a.mp3`)
  const requests = lines.filter(({ req }) => req !== undefined)
  t.equal(requests.length, 2)
  for (const line of requests) t.match(line, { tenant: 'acme', reqId: 'from-the-host' })
})

t.test('trustProxy decides what owner sees of the client’s address', async t => {
  const app = await hostApp(t, { trustProxy: true }, undefined, { owner: (request: { ip: string }) => request.ip })
  t.match((await app.inject({ url: '/upload-url', headers: { 'x-forwarded-for': '203.0.113.7' } })).json(), {
    key: /^uploads\/203\.0\.113\.7\//
  })
})

t.test('owner, and hooks before validation, find the query as the host parses it', async t => {
  const seen: unknown[] = []
  const app = await hostApp(
    t,
    { routerOptions: { querystringParser: text => ({ text }) } },
    app => {
      app.addHook('preValidation', async request => {
        seen.push(request.query)
      })
    },
    { owner: (request: { query: { text: string } }) => request.query.text.slice(0, 4) }
  )
  t.match((await app.inject('/upload-url?size=3')).json(), { key: /^uploads\/size\//, method: 'PUT' })
  t.same(seen, [{ text: 'size=3' }])
})

t.test('exposeHeadRoutes decides whether there is HEAD', async t => {
  const head = async (server: FastifyServerOptions) =>
    (await (await hostApp(t, server)).inject({ method: 'HEAD', url: '/upload-url', headers: ALICE })).statusCode
  t.equal(await head({}), 200)
  t.equal(await head({ exposeHeadRoutes: false }), 404)
})

for (const [name, server, url] of [
  ['caseSensitive', { routerOptions: { caseSensitive: false } }, '/UPLOAD-URL?size=3'],
  ['ignoreTrailingSlash', { routerOptions: { ignoreTrailingSlash: true } }, '/upload-url/?size=3'],
  ['ignoreDuplicateSlashes', { routerOptions: { ignoreDuplicateSlashes: true } }, '//upload-url?size=3'],
  ['useSemicolonDelimiter', { useSemicolonDelimiter: true }, '/upload-url;size=3'],
  [
    'rewriteUrl',
    { rewriteUrl: (request: { url?: string }) => request.url!.replace('/api/', '/').replace('bytes=', 'size=') },
    '/api/upload-url?bytes=3'
  ]
] as const) {
  t.test(`${name} of the host decides which paths are ours, and what is declared is bound all the same`, async t => {
    const app = await hostApp(t, server as FastifyServerOptions)
    const response = await app.inject({ url, headers: ALICE })
    t.equal(response.statusCode, 200)
    t.match(response.json().url, /X-Amz-SignedHeaders=[^&]*content-length/)
    t.equal((await (await hostApp(t, {})).inject({ url, headers: ALICE })).statusCode, 404)
  })
}

t.test('every route works under paths that are written in other ways', async t => {
  const { endpoint, region, credentials, bucket } = await startStore(t)
  const app = await hostApp(
    t,
    { routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true } },
    undefined,
    { bucket, client: { endpoint, region, credentials, forcePathStyle: true }, createId: undefined, clock: undefined }
  )
  await testEveryRoute(t, app, '/')
})

t.test('frameworkErrors of the host answers paths that cannot be decoded', async t => {
  const app = await hostApp(t, {
    frameworkErrors: (error, _request, reply) => {
      ;(reply as unknown as { send(text: string): void }).send(`the host: ${error.code}`)
    }
  })
  t.equal((await app.inject('/uppy/s3/multipart/%zz')).body, 'the host: FST_ERR_BAD_URL')
})

t.test(
  'an onRoute hook of the host may add hooks, config, constraints and documentation, and wrap handlers',
  async t => {
    const seen: string[] = []
    const routes: RouteOptions[] = []
    const app = await hostApp(t, {}, app => {
      app.addHook('onRoute', route => {
        const { handler, schema } = route
        route.config = { ...route.config, tenant: 'acme' } as typeof route.config & object
        route.constraints = { version: '2.0.0' }
        route.schema = { ...schema, tags: ['Theirs'], security: [{ theirs: [] }] } as typeof route.schema & object
        route.preHandler = async request => {
          seen.push((request.routeOptions.config as { tenant?: string }).tenant!)
        }
        route.handler = function (...words) {
          seen.push('wrapped')
          return handler.apply(this, words)
        }
        routes.push(route)
      })
    })
    t.equal((await app.inject({ url: '/upload-url?size=3', headers: ALICE })).statusCode, 404)
    t.match((await app.inject({ url: '/upload-url?size=3', headers: { ...ALICE, 'accept-version': '2.x' } })).json(), {
      method: 'PUT'
    })
    t.same(seen, ['acme', 'wrapped'])
    t.match(routes.find(({ url }) => url === '/upload-url')?.schema, {
      tags: ['Theirs'],
      security: [{ theirs: [] }],
      operationId: 'createUploadUrl'
    })
  }
)

t.test('handlerTimeout of the host ends requests of ours that take longer', async t => {
  const app = await hostApp(t, { handlerTimeout: 20 }, app => notHeldToContract(app), {
    authorize: () => new Promise<boolean>(() => {})
  })
  t.match((await app.inject({ url: '/upload-url', headers: ALICE })).json(), {
    statusCode: 503,
    code: 'FST_ERR_HANDLER_TIMEOUT'
  })
})

t.test('a prefix of the host’s scope is before every path', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  const { endpoint, region, credentials, bucket } = await startStore(t)
  await app.register(
    async scope => {
      await scope.register(uploadUrl, {
        bucket,
        client: { endpoint, region, credentials, forcePathStyle: true },
        owner: FIXED_OPTIONS.owner
      })
      await scope.register(uppy, { tokenSecret: SECRET })
    },
    { prefix: '/api' }
  )
  await testEveryRoute(t, app, '/api')
  t.equal((await app.inject({ url: '/upload-url', headers: ALICE })).statusCode, 404)
})
