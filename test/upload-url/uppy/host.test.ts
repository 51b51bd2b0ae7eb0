import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import uploadUrl from '../../../plugins/upload-url/index.js'
import uppy from '../../../plugins/upload-url/uppy/index.js'
import { FIXED_OPTIONS } from '../../fixtures/app.js'
import { CompanionClient } from './companion-client.js'
import { NO_STORE, SECRET, appWith } from './uppy-app.js'

const MP3 = { filename: 'a.mp3', type: 'audio/mpeg' }

async function documented (t: Parameters<typeof appWith>[0]): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify()
  t.teardown(() => app.close())
  await app.register(swagger, { openapi: { openapi: '3.1.0' } })
  await app.register(uploadUrl, FIXED_OPTIONS)
  await app.register(uppy, { tokenSecret: SECRET })
  await app.ready()
  return app
}

t.test('no route of Uppy’s is in the host’s OpenAPI document', async t => {
  const { paths } = (await documented(t)).swagger() as unknown as { paths: Record<string, object> }
  t.same(
    Object.keys(paths).filter(path => path.includes('uppy')),
    []
  )
})

t.test('the routes answer under a prefix, and so does the path of a token', async t => {
  const app = await appWith(t, NO_STORE, { uppy: { prefix: '/v1' } })
  const { companionEndpoint } = app.uppy.createToken('alice')
  t.match(companionEndpoint, /^\/v1\/uppy\//)
  t.equal((await new CompanionClient(app, { endpoint: companionEndpoint }).params(MP3)).statusCode, 200)
  t.equal(
    (await new CompanionClient(app, { endpoint: '/v1/uppy', headers: { 'x-user': 'alice' } }).params(MP3)).statusCode,
    200
  )
  t.equal((await new CompanionClient(app).params(MP3)).statusCode, 404)
})

t.test('a host may know its visitors by a cookie, for Uppy alone', async t => {
  const app = await appWith(t, NO_STORE, {
    uppy: { owner: request => /session=(\w+)/.exec(request.headers.cookie ?? '')?.[1] }
  })
  const withCookie = new CompanionClient(app, { endpoint: '/uppy', headers: { cookie: 'session=bob' } })
  t.match((await withCookie.params(MP3)).json(), { fields: { key: /^uploads\/bob\// } })
  t.equal((await new CompanionClient(app).params(MP3)).statusCode, 401)
  t.equal((await app.inject({ url: '/upload-url', headers: { cookie: 'session=bob' } })).statusCode, 401)
})

t.test('a host that coerces and strips does not make us take what was not sent', async t => {
  const app = await appWith(t, NO_STORE, {
    server: { ajv: { customOptions: { coerceTypes: 'array', removeAdditional: 'all' } } }
  })
  const { fields } = (await new CompanionClient(app).params({ ...MP3, metadata: { language: 'de' } })).json()
  t.equal(fields['x-amz-meta-language'], 'de')
  t.equal(
    (
      await app.inject({
        method: 'POST',
        url: '/uppy/s3/multipart',
        headers: { 'x-user': 'alice' },
        payload: { ...MP3, evil: 1 }
      })
    ).statusCode,
    400
  )
})
