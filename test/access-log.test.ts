import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import accessLog, { AccessLog, logOptions } from '../plugins/access-log.js'

const SECRET = '9f86d081884c7d659a2feaa0c55ad015'
const TOKEN = 'tp2mlp.V7l2aOiie1zdo6tpuWfAGnke_85CNSTeLz6I76pNQsY.alice=40example.com'

async function loggingApp (): Promise<{ app: FastifyInstance; log: string[] }> {
  const log: string[] = []
  const app = Fastify({
    logger: {
      level: 'info',
      ...logOptions,
      stream: {
        write: (line: string) => {
          log.push(line)
        }
      }
    },
    logController: new AccessLog()
  })
  await app.register(accessLog)
  app.get('/known', async request => {
    request.caller = 'alice'
  })
  app.get('/by-token/:token', async () => 'fine')
  app.get('/failing', async request => {
    request.log.error({
      err: new Error(`GET https://s3/k?X-Amz-Signature=${SECRET}&X-Amz-Expires=1`, {
        cause: new Error(`Bearer ${SECRET}`)
      })
    })
  })
  app.get('/throwing-text', async request => {
    request.log.error({ err: 'no error at all' })
  })
  return { app, log }
}

t.test('a request makes one line, with its id, its owner, its route and how it went', async t => {
  const { app, log } = await loggingApp()
  const { headers } = await app.inject('/known')
  t.equal(log.length, 1)
  t.match(JSON.parse(log[0]!), {
    reqId: headers['x-request-id'],
    owner: 'alice',
    method: 'GET',
    route: '/known',
    statusCode: 200,
    address: '127.0.0.1',
    msg: 'request completed'
  })
})

t.test('a request of nobody has no owner in its line', async t => {
  const { app, log } = await loggingApp()
  await app.inject('/by-token/x')
  t.notOk('owner' in JSON.parse(log[0]!))
})

const ENCODED = [...TOKEN].map(letter => `%${letter.charCodeAt(0).toString(16)}`).join('')

for (const token of [
  TOKEN,
  TOKEN.toUpperCase(),
  TOKEN.replaceAll('.', '%2E'),
  ENCODED,
  ENCODED.replaceAll('%', '%25')
]) {
  t.test(`a token for Uppy is not logged, in a path of no route or in any text: ${token.slice(0, 20)}`, async t => {
    const { app, log } = await loggingApp()
    for (const path of [`/api/uppy/${token}/s3/params`, `/UPPY/${token}`, `/${token}`]) await app.inject(path)
    app.log.info(
      { path: `/uppy/${token}/s3/params`, nested: { text: [`path=/uppy/${token}`] } },
      `GET /uppy/${token}/s3`
    )
    app.log.error(new Error(`${token} is not known`))
    t.equal(log.length, 5)
    t.notMatch(log.join('').toLowerCase(), token.toLowerCase().split(/\.|%2e/)[1] ?? token.toLowerCase())
  })
}

for (const text of [
  `X-Amz-Signature=${SECRET}`,
  `x-amz-signature%3D${SECRET}`,
  `x-amz-security-token%253D${SECRET}`,
  `Bearer ${SECRET}`,
  `bearer%20${SECRET}`,
  `Basic ${SECRET}`,
  `Signature=${SECRET}`,
  `secretAccessKey: '${SECRET}'`,
  `whsec_${SECRET}`,
  `AWS_SECRET_ACCESS_KEY=${SECRET}`,
  `redis://user:${SECRET}@redis:6379`,
  SECRET.repeat(2)
]) {
  t.test(`a secret is known by its form: ${text.replaceAll(SECRET, '…')}`, async t => {
    const { app, log } = await loggingApp()
    app.log.info(text)
    app.log.info({
      text,
      headers: { authorization: `Digest ${SECRET}`, cookie: `session=${SECRET}` },
      fields: { 'X-Amz-Signature': SECRET }
    })
    t.notMatch(log.join(''), SECRET)
    t.match(log.join(''), '[redacted]')
  })
}

t.test('what has no such form stays', async t => {
  const { app, log } = await loggingApp()
  const text =
    'The request signature does not match: uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3 at dist/app.js:12'
  app.log.info(text)
  t.equal(JSON.parse(log[0]!).msg, text)
})

t.test('of a path that no route has, plain words are logged, and nothing that may be an API key', async t => {
  const { app, log } = await loggingApp()
  await app.inject(`/api/upload-url/${SECRET.slice(0, 16)}/x1?key=${SECRET}`)
  t.match(JSON.parse(log[0]!), { path: '/api/upload-url/*/*', statusCode: 404 })
})

for (const url of [
  `/known?api_key=${SECRET}`,
  `/by-token/${SECRET}`,
  `/%62y-token/${SECRET}`,
  `/nowhere?X-Amz-Signature=${SECRET}`,
  `/nowhere/X-Amz-Signature=${SECRET}`,
  `/nowhere/X-Amz-Security-Token%3D${SECRET}`,
  '/failing'
]) {
  t.test(`what is secret in ${url.replace(SECRET, '…')} is not logged`, async t => {
    const { app, log } = await loggingApp()
    await app.inject({ url, headers: { authorization: `Bearer ${SECRET}`, cookie: `session=${SECRET}` } })
    t.not(log.length, 0)
    t.notMatch(log.join(''), SECRET)
  })
}

t.test('an error keeps its message, its stack and its cause', async t => {
  const { app, log } = await loggingApp()
  await app.inject('/failing')
  t.match(JSON.parse(log[0]!).err, {
    type: 'Error',
    message: /X-Amz-Signature=\[redacted\]&X-Amz-Expires=1/,
    stack: /at /,
    cause: { message: 'Bearer [redacted]' }
  })
})

t.test('what is thrown without being an error is logged too', async t => {
  const { app, log } = await loggingApp()
  await app.inject('/throwing-text')
  t.match(JSON.parse(log[0]!).err, { type: 'string', message: 'no error at all' })
})

t.test('request ids differ from each other', async t => {
  const { app } = await loggingApp()
  const ids = await Promise.all([1, 2].map(async () => (await app.inject('/known')).headers['x-request-id']))
  t.not(ids[0], ids[1])
})
