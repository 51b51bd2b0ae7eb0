import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import uploadUrl, { channels, type UploadUrlOptions } from '../../plugins/upload-url/index.js'
import uppy from '../../plugins/upload-url/uppy/index.js'
import { FIXED_OPTIONS, asAlice, pluginApp } from '../fixtures/app.js'

for (const answer of [undefined, null, false, 0, 1, 'yes', {}, [], new Date(0)]) {
  t.test(`an authorization hook that answers ${JSON.stringify(answer)} refuses`, async t => {
    for (const authorize of [() => answer, async () => answer]) {
      const app = await pluginApp(t, { authorize: authorize as NonNullable<UploadUrlOptions['authorize']> })
      t.match((await asAlice(app, { url: '/upload-url' })).json(), { statusCode: 403, code: 'FST_UPLOAD_FORBIDDEN' })
    }
  })
}

t.test('an authorization hook allows by true, or by a promise of it', async t => {
  for (const authorize of [() => true, async () => true]) {
    t.equal((await asAlice(await pluginApp(t, { authorize }), { url: '/upload-url' })).statusCode, 200)
  }
})

/** An app with Uppy's routes too, in which one operation is refused. */
async function appWithout (t: Test, refused: string) {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(uploadUrl, { ...FIXED_OPTIONS, authorize: (_request, { operation }) => operation !== refused })
  await app.register(uppy)
  return app
}

/** How many URLs and forms are signed while something runs. */
async function signedDuring (run: () => Promise<void>): Promise<number> {
  let signed = 0
  const count = () => {
    signed += 1
  }
  subscribe(channels.sign.name, count)
  await run().finally(() => unsubscribe(channels.sign.name, count))
  return signed
}

const WAYS = {
  createUploadUrl: [
    { url: '/upload-url' },
    { url: '/generate-presigned-url' },
    { method: 'POST', url: '/uppy/s3/sign', payload: { method: 'PUT', key: 'a.mp3', size: 3 } }
  ],
  createUploadForm: [
    { method: 'POST', url: '/upload-forms', payload: {} },
    { url: '/uppy/s3/params?filename=a.mp3' },
    { method: 'POST', url: '/uppy/s3/sign', payload: { method: 'PUT', key: 'a.mp3' } }
  ],
  createMultipartUpload: [
    { method: 'POST', url: '/multipart-uploads', payload: {} },
    { method: 'POST', url: '/uppy/s3/multipart', payload: { filename: 'a.mp3' } },
    { method: 'POST', url: '/uppy/s3/sign', payload: { method: 'POST', key: 'a.mp3' } }
  ]
} as const

for (const [operation, ways] of Object.entries(WAYS)) {
  t.test(`whoever may not ${operation} may not do it under another name, and nothing is signed`, async t => {
    const app = await appWithout(t, operation)
    const signed = await signedDuring(async () => {
      for (const request of ways) {
        t.match((await asAlice(app, request)).json(), { statusCode: 403, code: 'FST_UPLOAD_FORBIDDEN' }, request.url)
      }
    })
    t.equal(signed, 0)
  })
}

t.test('an authorization hook sees what is asked for, validated', async t => {
  const seen: unknown[] = []
  const app = await pluginApp(t, { authorize: (_request, { input }) => seen.push(input) > 0 })
  await asAlice(app, { url: '/upload-url?size=3' })
  await asAlice(app, { url: '/upload-url?size=none' })
  await asAlice(app, { method: 'POST', url: '/upload-urls', payload: { files: [{ size: 4 }] } })
  t.match(seen, [{ size: 3 }, { files: [{ size: 4 }] }])
  t.equal(seen.length, 2)
})

for (const ownerHook of ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const) {
  t.test(`a host that authenticates in ${ownerHook} names the owner there`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    app.decorateRequest('visitor', '')
    app.addHook(ownerHook as 'onRequest', async request => {
      request.setDecorator('visitor', request.headers['x-user'] ?? '')
    })
    await app.register(uploadUrl, {
      ...FIXED_OPTIONS,
      ownerHook,
      owner: request => request.getDecorator<string>('visitor')
    })
    t.match((await asAlice(app, { url: '/upload-url' })).json(), { key: /^uploads\/alice\// })
    t.match((await asAlice(app, { method: 'POST', url: '/upload-forms', payload: {} })).json(), {
      key: /^uploads\/alice\//
    })
    t.equal((await app.inject('/upload-url')).statusCode, 401)
  })
}

t.test('a developer whose hook names nobody for a request with credentials is told once where to look', async t => {
  const warnings: string[] = []
  const stream = {
    write: (line: string) => {
      warnings.push((JSON.parse(line) as { msg: string }).msg)
    }
  }
  const app = Fastify({ logger: { level: 'warn', stream } })
  t.teardown(() => app.close())
  await app.register(uploadUrl, { ...FIXED_OPTIONS, owner: () => undefined })
  await app.inject('/upload-url')
  t.same(warnings, [])
  for (let i = 0; i < 3; i++) await app.inject({ url: '/upload-url', headers: { authorization: 'Bearer x' } })
  t.equal(warnings.length, 1)
  t.match(warnings[0], /owner\(\) named nobody in onRequest.*ownerHook/)
})

t.test('401 says how to authenticate, by the scheme of the host', async t => {
  const header = async (options: Partial<UploadUrlOptions>) =>
    (await (await pluginApp(t, options)).inject('/upload-url')).headers['www-authenticate']
  t.equal(await header({}), 'Bearer')
  t.equal(await header({ authenticateScheme: 'Basic realm="recordings"' }), 'Basic realm="recordings"')
})

t.test('an owner may be the number of a row', async t => {
  for (const [owner, segment] of [
    [7, '7'],
    [0, '0'],
    [-1, '-1'],
    [7n, '7']
  ] as const) {
    const app = await pluginApp(t, { owner: () => owner })
    t.match((await app.inject('/upload-url')).json(), { key: new RegExp(`^uploads/${segment}/`) })
  }
  const app = await pluginApp(t)
  t.match(await app.uploads.createUploadUrl({}, { owner: 7 }), { key: /^uploads\/7\// })
})

for (const owner of [true, 1.5, NaN, {}, [], Symbol('x'), 'x'.repeat(1025), '\ud800']) {
  t.test(
    `an owner of ${String(owner).slice(0, 20)} (${typeof owner}) is an error of the host, not of the client`,
    async t => {
      const app = await pluginApp(t, { owner: () => owner as never })
      t.match((await app.inject('/upload-url')).json(), { statusCode: 500, code: 'FST_UPLOAD_INVALID_OWNER' })
      await t.rejects(app.uploads.createUploadUrl({}, { owner: owner as never }), { code: 'FST_UPLOAD_INVALID_OWNER' })
    }
  )
}
