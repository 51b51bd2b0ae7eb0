import { S3Client } from '@aws-sdk/client-s3'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import uploadUrl from '../../plugins/upload-url/index.js'
import { notHeldToContract } from '../contract/held.js'
import { FIXED_OPTIONS, asAlice, pluginApp } from '../fixtures/app.js'

const OUR_SCHEMAS = ['UploadError', 'UploadFile', 'UploadUrl', 'UploadUrls', 'UploadBatch', 'UploadForm', 'FormFile']

function host (t: Tap, options = {}): FastifyInstance {
  const app = Fastify(options)
  t.teardown(() => app.close())
  return app
}

type Tap = { teardown: (fn: () => unknown) => void }

t.test('the routes answer under the prefix the plugin is registered with', async t => {
  const app = await pluginApp(t, { prefix: '/v1' })
  t.equal((await asAlice(app, { url: '/v1/upload-url' })).statusCode, 200)
  t.equal((await asAlice(app, { url: '/upload-url' })).statusCode, 404)
})

t.test('two sibling scopes serve two buckets', async t => {
  const app = host(t)
  for (const bucket of ['podcasts', 'dictation']) {
    await app.register(async scope => {
      await scope.register(uploadUrl, { ...FIXED_OPTIONS, bucket, prefix: `/${bucket}` })
      scope.get(`/${bucket}/own-route`, () => scope.uploads.createUploadUrl({}, { owner: 'alice' }))
    })
  }
  for (const bucket of ['podcasts', 'dictation']) {
    for (const url of [`/${bucket}/upload-url`, `/${bucket}/own-route`]) {
      t.match((await asAlice(app, { url })).json(), { url: `https://${bucket}.s3.` })
    }
  }
})

t.test('a route of the host creates an upload URL without HTTP', async t => {
  const app = await pluginApp(t)
  const created = await app.uploads.createUploadUrl({ filename: 'talk.mp3', size: 10 }, { owner: 'alice' })
  t.same(created, (await asAlice(app, { url: '/upload-url?filename=talk.mp3&size=10' })).json())
})

t.test('what a route of the host passes on is validated as strictly as a request', async t => {
  const app = await pluginApp(t)
  const on = { owner: 'alice' }
  const wrong: unknown[] = [
    { size: '3' },
    { size: 1.5 },
    { size: 1e21 },
    { evil: 1 },
    { sha256: 'x' },
    null,
    'talk.mp3',
    [],
    { metadata: { note: 5 } }
  ]
  for (const declaration of wrong) {
    await t.rejects(app.uploads.createUploadUrl(declaration as never, on), {
      code: 'FST_UPLOAD_INVALID_INPUT',
      statusCode: 400
    })
    await t.rejects(app.uploads.createUploadForm(declaration as never, on), {
      code: 'FST_UPLOAD_INVALID_INPUT',
      statusCode: 400
    })
    await t.rejects(app.uploads.createUploadUrls({ files: [declaration as never] }, on), {
      code: 'FST_UPLOAD_INVALID_INPUT',
      message: /^files\/0/
    })
  }
})

t.test('the host keeps schemas of the same names', async t => {
  const app = host(t)
  for (const $id of OUR_SCHEMAS) app.addSchema({ $id, type: 'string', const: `the host’s ${$id}` })
  await app.register(uploadUrl, FIXED_OPTIONS)
  app.post(
    '/own',
    { schema: { body: { type: 'object', properties: { x: { $ref: 'UploadUrl#' } } } } },
    async () => 'own'
  )
  t.equal((await app.inject({ method: 'POST', url: '/own', payload: { x: 'the host’s UploadUrl' } })).statusCode, 200)
  t.equal((await app.inject({ method: 'POST', url: '/own', payload: { x: 'ours' } })).statusCode, 400)
  t.match((await asAlice(app, { method: 'POST', url: '/upload-urls', payload: { files: [{ size: 1 }] } })).json(), {
    uploads: [{ method: 'PUT' }]
  })
})

t.test('the host sees none of our schemas', async t => {
  const app = await pluginApp(t)
  t.strictSame(app.getSchemas(), {})
})

t.test('a validator and a serializer of the host stay with the host', async t => {
  const app = host(t)
  app.setValidatorCompiler(() => () => ({ error: new Error('the host refuses everything') }))
  app.setSerializerCompiler(() => () => '"the host writes this"')
  await app.register(uploadUrl, FIXED_OPTIONS)
  app.get('/own', { schema: { querystring: { type: 'object' } } }, async () => 'never')
  t.equal((await app.inject('/own')).statusCode, 400)
  t.match((await asAlice(app, { url: '/upload-url?size=3' })).json(), { method: 'PUT' })
})

t.test('a host that coerces and strips does not make us take what was not sent', async t => {
  const app = host(t, { ajv: { customOptions: { coerceTypes: 'array', removeAdditional: 'all' } } })
  await app.register(uploadUrl, FIXED_OPTIONS)
  for (const file of [{ size: '3' }, { filename: 5 }, { evil: 1 }]) {
    t.equal((await asAlice(app, { method: 'POST', url: '/upload-urls', payload: { files: [file] } })).statusCode, 400)
  }
})

t.test('an error handler of the host gets our errors', async t => {
  const app = host(t)
  notHeldToContract(app)
  app.setErrorHandler((error: { code: string }, _request, reply) => {
    reply.code(418).send({ host: error.code })
  })
  await app.register(uploadUrl, FIXED_OPTIONS)
  const response = await asAlice(app, { url: '/upload-url?contentType=text/html' })
  t.equal(response.statusCode, 418)
  t.same(response.json(), { host: 'FST_UPLOAD_FORMAT_REFUSED' })
})

t.test('the host’s own client is used, and its checksum of an empty body never gets into a URL', async t => {
  const client = new S3Client({
    region: 'us-west-2',
    credentials: FIXED_OPTIONS.client.credentials,
    requestChecksumCalculation: 'WHEN_SUPPORTED'
  })
  const app = await pluginApp(t, { client })
  for (const declaration of [{}, { size: 3 }, { filename: 'a.mp3' }]) {
    const { url } = await app.uploads.createUploadUrl(declaration, { owner: 'alice' })
    t.match(url, /us-west-2/)
    t.notMatch(url.toLowerCase(), /crc32|sdk-checksum/)
  }
})

t.test('credentials changed on the host’s client count at once', async t => {
  const client = new S3Client(FIXED_OPTIONS.client)
  const app = await pluginApp(t, { client })
  const before = await app.uploads.createUploadUrl({}, { owner: 'alice' })
  client.config.credentials = async () => ({
    accessKeyId: 'ASIAROTATED',
    secretAccessKey: 'rotated',
    sessionToken: 'token'
  })
  const after = await app.uploads.createUploadUrl({}, { owner: 'alice' })
  t.notMatch(before.url, /ASIAROTATED/)
  t.match(after.url, /X-Amz-Credential=ASIAROTATED.*X-Amz-Security-Token=token/)
})

t.test('in the host’s OpenAPI document every operation refers to components that exist', async t => {
  const app = host(t)
  await app.register(swagger, { openapi: { openapi: '3.1.0' } })
  await app.register(uploadUrl, FIXED_OPTIONS)
  await app.ready()
  const text = JSON.stringify(app.swagger())
  const { components } = app.swagger() as { components: { schemas: Record<string, unknown> } }
  const references = [...text.matchAll(/#\/components\/schemas\/([^"]+)/g)].map(match => match[1]!)
  t.ok(references.length >= 4)
  for (const name of references) t.ok(components.schemas[name], name)
})

t.test('the options the host passed are left alone', async t => {
  const options = Object.freeze({
    ...FIXED_OPTIONS,
    formats: Object.freeze(['mp3'] as const),
    client: Object.freeze({ ...FIXED_OPTIONS.client })
  })
  const app = host(t)
  await app.register(uploadUrl, options)
  t.equal((await asAlice(app, { url: '/upload-url?filename=a.mp3' })).statusCode, 200)
})
