import Fastify from 'fastify'
import t from 'tap'
import uploadUrl from '../../plugins/upload-url/index.js'
import { FIXED_OPTIONS, asAlice, pluginApp, register } from '../fixtures/app.js'

const WRONG = [
  [{ bucket: '' }, 'bucket'],
  [{ bucket: 5 }, 'bucket'],
  [{ expiresIn: 0 }, 'expiresIn'],
  [{ expiresIn: 604_801 }, 'expiresIn'],
  [{ expiresIn: '900' }, 'expiresIn'],
  [{ publicEndpoint: 's3.example.com' }, 'publicEndpoint'],
  [{ publicEndpoint: 'https://user:secret@s3.example.com' }, 'publicEndpoint'],
  [{ keyPrefix: '/uploads' }, 'keyPrefix'],
  [{ keyPrefix: 'uploads/' }, 'keyPrefix'],
  [{ keyPrefix: 'a//b' }, 'keyPrefix'],
  [{ formats: [] }, 'formats'],
  [{ formats: ['mp5'] }, 'formats'],
  [{ maxSize: -1 }, 'maxSize'],
  [{ maxSize: '25MB' }, 'maxSize'],
  [{ require: ['checksum'] }, 'require'],
  [{ encryption: 'rot13' }, 'encryption'],
  [{ encryption: { kmsKeyId: '' } }, 'encryption'],
  [{ singleUse: 'yes' }, 'singleUse'],
  [{ expires: 900 }, 'expires'],
  [{ keyPrefix: '..' }, 'keyPrefix'],
  [{ keyPrefix: 'a/..' }, 'keyPrefix'],
  [{ keyPrefix: 'a/./b' }, 'keyPrefix'],
  [{ authorize: true }, 'authorize'],
  [{ owner: 'alice' }, 'owner'],
  [{ createId: 'id' }, 'createId'],
  [{ ownerHook: 'onSend' }, 'ownerHook'],
  [{ authenticateScheme: '' }, 'authenticateScheme'],
  [{ client: 'S3' }, 'client']
] as const

for (const [wrong, name] of WRONG) {
  t.test(`the option ${JSON.stringify(wrong)} stops the start with a message that names it`, async t => {
    await t.rejects(register({ ...FIXED_OPTIONS, ...wrong }), {
      code: 'FST_UPLOAD_INVALID_OPTIONS',
      message: new RegExp(name)
    })
  })
}

t.test('two wrong options are both named', async t => {
  await t.rejects(register({ ...FIXED_OPTIONS, expiresIn: 0, maxSize: 0 }), { message: /expiresIn.*maxSize/ })
})

t.test('plain values and functions that are wrong are named together', async t => {
  const wrong = { ...FIXED_OPTIONS, bucket: 5, owner: 'alice', authorize: null, colour: 'red', prefix: 7 }
  await t.rejects(register(wrong), { message: /bucket.*owner.*authorize.*prefix|colour/ })
  for (const name of ['bucket', 'owner', 'authorize', 'colour', 'prefix']) { await t.rejects(register(wrong), { message: new RegExp(name) }) }
})

t.test('without options, everything that is missing is named', async t => {
  for (const options of [{}, undefined]) {
    await t.rejects(register(options), {
      code: 'FST_UPLOAD_INVALID_OPTIONS',
      message: /bucket.*owner\(request\).*allowAnonymous/
    })
  }
})

t.test('a second registration in one scope says how to serve a second bucket', async t => {
  const app = await pluginApp(t)
  await t.rejects(
    async () => {
      await app.register(uploadUrl, FIXED_OPTIONS)
    },
    {
      code: 'FST_UPLOAD_INVALID_OPTIONS',
      message: /already.*each in a scope of its own/
    }
  )
})

t.test('Fastify’s own register options are taken', async t => {
  const lines: string[] = []
  const app = Fastify({
    logger: {
      level: 'info',
      stream: {
        write: line => {
          lines.push(line)
        }
      }
    }
  })
  t.teardown(() => app.close())
  await app.register(uploadUrl, { ...FIXED_OPTIONS, prefix: '/v1', logLevel: 'silent' })
  t.equal((await asAlice(app, { url: '/v1/upload-url' })).statusCode, 200)
  t.same(lines, [])
})

for (const id of ['a/b', '../a', '', 'a b', 'é', 'x'.repeat(65), 7]) {
  t.test(
    `an id of ${JSON.stringify(id).slice(0, 20)} from createId is refused, as its key could not be found again`,
    async t => {
      const app = await pluginApp(t, { createId: () => id as string })
      await t.rejects(app.uploads.createUploadUrl({}, { owner: 'alice' }), { message: /createId must return/ })
    }
  )
}

t.test('the life of a URL is 900 seconds unless the options say otherwise', async t => {
  const usual = (await asAlice(await pluginApp(t), { url: '/upload-url' })).json()
  t.match(usual, { expiresIn: 900, expiresAt: '2026-01-01T12:15:00.000Z', url: /X-Amz-Expires=900&/ })
  const short = (await asAlice(await pluginApp(t, { expiresIn: 60 }), { url: '/upload-url' })).json()
  t.match(short, { expiresIn: 60, expiresAt: '2026-01-01T12:01:00.000Z', url: /X-Amz-Expires=60&/ })
})

t.test('URLs name the public endpoint, where it differs from the internal one', async t => {
  const app = await pluginApp(t, {
    client: { ...FIXED_OPTIONS.client, endpoint: 'http://minio:9000', forcePathStyle: true },
    publicEndpoint: 'https://s3.example.com'
  })
  t.match((await asAlice(app, { url: '/upload-url' })).json(), {
    url: /^https:\/\/s3\.example\.com\/recordings\/uploads\//
  })
  t.match((await asAlice(app, { method: 'POST', url: '/upload-forms', payload: {} })).json(), {
    url: 'https://s3.example.com/recordings'
  })
})

t.test('the key prefix may be of several parts, or none', async t => {
  t.match((await asAlice(await pluginApp(t, { keyPrefix: 'in/audio' }), { url: '/upload-url' })).json(), {
    key: /^in\/audio\/alice\//
  })
  t.match((await asAlice(await pluginApp(t, { keyPrefix: '' }), { url: '/upload-url' })).json(), { key: /^alice\// })
})

t.test('without a region the plugin says so at the start', async t => {
  const { AWS_REGION, AWS_CONFIG_FILE, ...rest } = process.env
  process.env = { ...rest, AWS_CONFIG_FILE: 'no-such-file' }
  t.teardown(() => {
    process.env = { ...rest, ...(AWS_REGION && { AWS_REGION }), ...(AWS_CONFIG_FILE && { AWS_CONFIG_FILE }) }
  })
  await t.rejects(register({ ...FIXED_OPTIONS, client: {} }), {
    code: 'FST_UPLOAD_INVALID_OPTIONS',
    message: /AWS_REGION/
  })
})
