import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import accessLog, { AccessLog, logOptions } from '../plugins/access-log.js'

const SECRET = '9f86d081884c7d659a2feaa0c55ad015'

async function loggingApp (): Promise<{ app: FastifyInstance, log: string[] }> {
  const log: string[] = []
  const app = Fastify({ logger: { level: 'info', ...logOptions, stream: { write: (line: string) => { log.push(line) } } }, logController: new AccessLog() })
  await app.register(accessLog)
  app.get('/known', async request => { request.caller = 'alice' })
  app.get('/by-token/:token', async () => 'fine')
  app.get('/failing', async request => { request.log.error({ err: new Error(`GET https://s3/k?X-Amz-Signature=${SECRET}&X-Amz-Expires=1`, { cause: new Error(`Bearer ${SECRET}`) }) }) })
  app.get('/throwing-text', async request => { request.log.error({ err: 'no error at all' }) })
  return { app, log }
}

t.test('a request makes one line, with its id, its owner, its route and how it went', async t => {
  const { app, log } = await loggingApp()
  const { headers } = await app.inject('/known')
  t.equal(log.length, 1)
  t.match(JSON.parse(log[0]!), { reqId: headers['x-request-id'], owner: 'alice', method: 'GET', route: '/known', statusCode: 200, address: '127.0.0.1', msg: 'request completed' })
})

t.test('a request of nobody has no owner in its line', async t => {
  const { app, log } = await loggingApp()
  await app.inject('/by-token/x')
  t.notOk('owner' in JSON.parse(log[0]!))
})

for (const url of [`/known?api_key=${SECRET}`, `/by-token/${SECRET}`, `/%62y-token/${SECRET}`, `/nowhere?X-Amz-Signature=${SECRET}`, `/nowhere/X-Amz-Signature=${SECRET}`, `/nowhere/X-Amz-Security-Token%3D${SECRET}`, '/failing']) {
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
  t.match(JSON.parse(log[0]!).err, { type: 'Error', message: /X-Amz-Signature=\[secret\]&X-Amz-Expires=1/, stack: /at /, cause: { message: 'Bearer [secret]' } })
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
