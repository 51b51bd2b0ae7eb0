import Fastify from 'fastify'
import t from 'tap'
import uppy from '../../../plugins/upload-url/uppy/index.js'
import { CompanionClient, postForm } from './companion-client.js'
import { NO_STORE, SECRET, appWith, uppyApp } from './uppy-app.js'

const MP3 = { filename: 'a.mp3', type: 'audio/mpeg' }
const NOON = new Date('2026-01-01T12:00:00Z')

t.test('a page that can send no header uploads under a path its server asked for', async t => {
  const { app } = await uppyApp(t)
  const minted = await app.inject({ method: 'POST', url: '/uppy-tokens', headers: { 'x-user': 'alice' } })
  t.equal(minted.statusCode, 201)
  t.equal(minted.headers['cache-control'], 'no-store')
  const { companionEndpoint, expiresIn } = minted.json()
  t.match(companionEndpoint, /^\/uppy\/[\w.=-]+$/)
  t.equal(expiresIn, 43_200)
  const form = (await new CompanionClient(app, { endpoint: companionEndpoint }).params(MP3)).json()
  t.match(form.fields.key, /^uploads\/alice\//)
  t.ok((await postForm(form, Buffer.from('hello'))).ok)
})

t.test('nobody gets a token who is not authenticated, or by a token', async t => {
  const app = await appWith(t, NO_STORE)
  t.equal((await app.inject({ method: 'POST', url: '/uppy-tokens' })).statusCode, 401)
  const { companionEndpoint } = app.uppy.createToken('alice')
  t.equal((await app.inject({ method: 'POST', url: `${companionEndpoint}/uppy-tokens` })).statusCode, 404)
})

t.test('a token ends', async t => {
  let now = NOON
  const app = await appWith(t, NO_STORE, { uppy: { clock: () => now, tokenLife: 60 } })
  const token = app.uppy.createToken('alice')
  t.match(token, { expiresIn: 60, expiresAt: '2026-01-01T12:01:00.000Z' })
  const client = new CompanionClient(app, { endpoint: token.companionEndpoint })
  now = new Date(NOON.getTime() + 59_999)
  t.equal((await client.params(MP3)).statusCode, 200)
  now = new Date(NOON.getTime() + 60_000)
  t.match((await client.params(MP3)).json(), { statusCode: 401, code: 'FST_UPLOAD_UNAUTHENTICATED' })
})

t.test('a token that is changed in any place is none', async t => {
  const app = await appWith(t, NO_STORE)
  const { companionEndpoint } = app.uppy.createToken('alice')
  const token = companionEndpoint.slice('/uppy/'.length)
  const [expiry, mac, name] = token.split('.') as [string, string, string]
  const other = (character: string) => (character === 'a' ? 'b' : 'a')
  const forged = [
    ...Array.from(token, (character, index) => token.slice(0, index) + other(character) + token.slice(index + 1)),
    `zzzzzzzz.${mac}.${name}`,
    `${expiry}.${mac}.mallory`,
    `${expiry}..${name}`,
    `${mac}.${name}`,
    token.slice(0, -1),
    `${token}x`,
    'x',
    '..',
    '%00',
    `${expiry}.${mac}.%E0`
  ]
  for (const text of forged) {
    const { statusCode } = await new CompanionClient(app, { endpoint: `/uppy/${text}` }).params(MP3)
    if (!/^(401|404|400)$/.test(String(statusCode))) t.fail(`${text} was answered ${statusCode}`)
  }
  t.equal((await new CompanionClient(app, { endpoint: companionEndpoint }).params(MP3)).statusCode, 200)
})

t.test('a header does not help where the token is wrong', async t => {
  const app = await appWith(t, NO_STORE)
  t.equal(
    (await new CompanionClient(app, { endpoint: '/uppy/wrong', headers: { 'x-user': 'alice' } }).params(MP3))
      .statusCode,
    401
  )
})

t.test('a token of another secret is none, until the secret is one of those accepted', async t => {
  const before = await appWith(t, NO_STORE)
  const { companionEndpoint: endpoint } = before.uppy.createToken('alice')
  const another = Buffer.alloc(32, 'b')
  const statusWith = async (tokenSecret: Uint8Array | ReadonlyArray<string | Uint8Array>) =>
    (await new CompanionClient(await appWith(t, NO_STORE, { uppy: { tokenSecret } }), { endpoint }).params(MP3))
      .statusCode
  t.equal(await statusWith(another), 401)
  t.equal(await statusWith([another, SECRET]), 200)
})

t.test('owners of any name have tokens, as long as these fit into a path', async t => {
  const app = await appWith(t, NO_STORE)
  for (const owner of [
    '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    'alice@example.com',
    'a/b',
    '..',
    'Zoë',
    'auth0|5f7c8ec7c33c6c004bbafe82',
    'a=b%2F'
  ]) {
    const { companionEndpoint: endpoint } = app.uppy.createToken(owner)
    const byToken = (await new CompanionClient(app, { endpoint }).params(MP3)).json()
    const byHeader = await app.uploads.createUploadForm({ filename: 'a.mp3' }, { owner })
    t.equal(directory(byToken.fields.key), directory(byHeader.key), owner)
  }
  t.throws(() => app.uppy.createToken(''), { code: 'FST_UPLOAD_INVALID_OWNER' })
  t.throws(() => app.uppy.createToken('x'.repeat(60)), {
    code: 'FST_UPLOAD_INVALID_OPTIONS',
    message: /maxParamLength/
  })
})

t.test('a host that grants longer path parameters has tokens for longer names', async t => {
  const app = await appWith(t, NO_STORE, { server: { routerOptions: { maxParamLength: 400 } } })
  const { companionEndpoint: endpoint } = app.uppy.createToken('x'.repeat(120))
  t.equal((await new CompanionClient(app, { endpoint }).params(MP3)).statusCode, 200)
})

t.test('no token gets into the log', async t => {
  const lines: string[] = []
  const app = await appWith(t, NO_STORE, {
    server: {
      logger: {
        level: 'trace',
        stream: {
          write: (line: string) => {
            lines.push(line)
          }
        }
      }
    }
  })
  const { companionEndpoint } = app.uppy.createToken('alice')
  const token = companionEndpoint.slice('/uppy/'.length)
  const client = new CompanionClient(app, { endpoint: companionEndpoint })
  await client.params(MP3)
  await client.create(MP3)
  for (const url of [
    `${companionEndpoint}/unknown`,
    `${companionEndpoint}/s3/unknown?x=1`,
    `/%75ppy/${token}/s3/params`,
    `/uppy/${token}x/s3/params`,
    companionEndpoint
  ]) {
    for (const method of ['GET', 'PUT', 'OPTIONS'] as const) await app.inject({ method, url })
  }
  t.ok(lines.some(line => line.includes('/uppy/[token]/s3/params')))
  const [, mac] = token.split('.') as [string, string]
  t.same(
    lines.filter(line => line.includes(mac)),
    []
  )
})

t.test('without a secret there are no tokens, and no paths for them', async t => {
  const app = await appWith(t, NO_STORE, { uppy: { tokenSecret: [] } })
  t.throws(() => app.uppy.createToken('alice'), { code: 'FST_UPLOAD_INVALID_OPTIONS', message: /tokenSecret/ })
  t.equal((await app.inject({ method: 'POST', url: '/uppy-tokens', headers: { 'x-user': 'alice' } })).statusCode, 404)
})

t.test('options that are wrong stop the start with a message that names them', async t => {
  for (const [wrong, name] of [
    [{ tokenSecret: 'too short' }, 'tokenSecret'],
    [{ tokenSecret: [SECRET, ''] }, 'tokenSecret'],
    [{ tokenLife: 0 }, 'tokenLife'],
    [{ tokenLife: 604_801 }, 'tokenLife'],
    [{ tokenLife: 1.5 }, 'tokenLife']
  ] as const) {
    await t.rejects(appWith(t, NO_STORE, { uppy: wrong }), {
      code: 'FST_UPLOAD_INVALID_OPTIONS',
      message: new RegExp(name)
    })
  }
})

t.test('without fastify-upload-url the plugin says what it needs', async t => {
  await t.rejects(
    async () => {
      await Fastify().register(uppy)
    },
    { message: /fastify-upload-url/ }
  )
})

function directory (key: string): string {
  return key.slice(0, key.lastIndexOf('/'))
}
