import Fastify from 'fastify'
import t from 'tap'
import uploadUrl from '../../plugins/upload-url/index.js'
import { notHeldToContract } from '../contract/held.js'
import { FIXED_OPTIONS, asAlice, pluginApp, register } from '../fixtures/app.js'

const OPERATIONS = [
  { method: 'GET', url: '/upload-url' },
  { method: 'GET', url: '/generate-presigned-url' },
  { method: 'POST', url: '/upload-urls', payload: { files: [{}] } },
  { method: 'POST', url: '/upload-forms', payload: {} }
] as const

t.test('a request of nobody is answered 401 before it is looked at', async t => {
  const app = await pluginApp(t)
  for (const request of OPERATIONS) {
    const response = await app.inject({ ...request, query: { nonsense: '1' } })
    t.match(response.json(), { statusCode: 401, code: 'FST_UPLOAD_UNAUTHENTICATED' }, request.url)
  }
})

t.test('the plugin does not start without knowing whose requests it gets', async t => {
  const { owner, ...options } = FIXED_OPTIONS
  await t.rejects(register(options), {
    code: 'FST_UPLOAD_INVALID_OPTIONS',
    message: /owner\(request\).*allowAnonymous: true/
  })
})

t.test('anonymous uploads share an owner when they are allowed by name', async t => {
  const { owner, ...options } = FIXED_OPTIONS
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(uploadUrl, { ...options, allowAnonymous: true })
  t.match((await app.inject('/upload-url')).json(), { key: /^uploads\/anonymous\// })
})

t.test('owner and allowAnonymous together are refused', async t => {
  await t.rejects(register({ ...FIXED_OPTIONS, allowAnonymous: true }), { code: 'FST_UPLOAD_INVALID_OPTIONS' })
})

t.test('the owner may be found asynchronously', async t => {
  const app = await pluginApp(t, {
    owner: async request => {
      await new Promise(setImmediate)
      return request.headers['x-user'] as string
    }
  })
  t.match((await asAlice(app, { url: '/upload-url' })).json(), { key: /^uploads\/alice\// })
})

t.test('an error that owner() throws is the answer', async t => {
  const app = await pluginApp(t, {
    owner: () => {
      throw Object.assign(new Error('your session ended'), { statusCode: 401, code: 'SESSION_ENDED' })
    }
  })
  notHeldToContract(app)
  t.match((await app.inject('/upload-url')).json(), {
    statusCode: 401,
    code: 'SESSION_ENDED',
    message: 'your session ended'
  })
})

t.test('authorize sees who asks for what, and its refusal is answered 403', async t => {
  const asked: unknown[] = []
  const app = await pluginApp(t, {
    authorize: (request, authorization) => {
      asked.push({ ...authorization, query: request.query })
      return authorization.operation !== 'createUploadForm'
    }
  })
  t.equal((await asAlice(app, { url: '/upload-url?size=3' })).statusCode, 200)
  t.match((await asAlice(app, { method: 'POST', url: '/upload-forms', payload: {} })).json(), {
    statusCode: 403,
    code: 'FST_UPLOAD_FORBIDDEN'
  })
  t.match(asked, [
    { owner: 'alice', operation: 'createUploadUrl', query: { size: 3 } },
    { owner: 'alice', operation: 'createUploadForm' }
  ])
})

t.test('an owner that is not well-formed is an error of the host', async t => {
  const app = await pluginApp(t, { owner: () => 'lone \ud800 surrogate' })
  t.match((await app.inject('/upload-url')).json(), {
    statusCode: 500,
    code: 'FST_UPLOAD_INVALID_OWNER',
    message: /Invalid owner/
  })
})
