import Fastify, { type FastifyInstance } from 'fastify'
import { Webhook as Verifier } from 'standardwebhooks'
import t, { type Test } from 'tap'
import webhook, { type WebhookMessage, type WebhookOptions } from '../plugins/webhook.js'
import { freePort } from './fixtures/free-port.js'
import { startWebhookReceiver, WEBHOOK_SECRET, type Delivery } from './fixtures/webhook-receiver.js'

const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const LINK = 'https://recordings.s3.amazonaws.com/uploads/alice/a.wav?X-Amz-Signature=0123456789abcdef0123456789abcdef'
const MESSAGE: WebhookMessage = {
  id: 'evt_1',
  type: 'upload.completed',
  timestamp: '2026-01-01T12:03:21.000Z',
  data: async () => ({ status: 'uploaded', key: 'uploads/alice/a.wav', download: { url: LINK } })
}

async function webhookApp (
  t: Test,
  options: Partial<WebhookOptions> & { url: string },
  log: string[] = []
): Promise<FastifyInstance> {
  const app = Fastify({
    logger: {
      stream: {
        write: (line: string) => {
          log.push(line)
        }
      }
    }
  })
  t.teardown(() => app.close())
  await app.register(webhook, { secrets: [WEBHOOK_SECRET], ...options })
  return app
}

function verify ({ headers, body }: Delivery, secret = WEBHOOK_SECRET): unknown {
  return new Verifier(secret).verify(body, headers as Record<string, string>)
}

t.test('a verifier of Standard Webhooks accepts a message, and reads what has happened', async t => {
  const receiver = await startWebhookReceiver(t)
  const app = await webhookApp(t, receiver)
  await app.webhook.send(MESSAGE)
  const [delivery] = receiver.deliveries
  t.strictSame(verify(delivery!), { type: MESSAGE.type, timestamp: MESSAGE.timestamp, data: await MESSAGE.data() })
  t.match(delivery!.headers, { 'webhook-id': 'evt_1', 'content-type': 'application/json' })
})

t.test('a verifier refuses a message with one byte changed, with another id, time or secret', async t => {
  const receiver = await startWebhookReceiver(t)
  const app = await webhookApp(t, receiver)
  await app.webhook.send(MESSAGE)
  const [{ headers, body }] = receiver.deliveries as [Delivery]
  const changedHeader = (name: string, value: string): Delivery => ({ headers: { ...headers, [name]: value }, body })
  for (const index of [0, 12, body.length - 1]) {
    const bytes = Buffer.from(body)
    bytes[index]! ^= 1
    t.throws(() => verify({ headers, body: bytes.toString() }), /No matching signature/, `byte ${index}`)
  }
  t.throws(() => verify(changedHeader('webhook-id', 'evt_2')), /No matching signature/)
  t.throws(
    () => verify(changedHeader('webhook-timestamp', String(Number(headers['webhook-timestamp']) - 1))),
    /No matching signature/
  )
  t.throws(() => verify({ headers, body }, OTHER_SECRET), /No matching signature/)
})

t.test('a verifier refuses a message that is older than five minutes', async t => {
  const receiver = await startWebhookReceiver(t)
  const app = await webhookApp(t, { ...receiver, clock: () => new Date(Date.now() - 6 * 60_000) })
  await app.webhook.send(MESSAGE)
  t.throws(() => verify(receiver.deliveries[0]!), /timestamp too old/)
})

t.test('with two secrets, verifiers that know either accept a message', async t => {
  const receiver = await startWebhookReceiver(t)
  const app = await webhookApp(t, { ...receiver, secrets: [OTHER_SECRET, WEBHOOK_SECRET] })
  await app.webhook.send(MESSAGE)
  t.match(receiver.deliveries[0]!.headers['webhook-signature'], /^v1,\S+ v1,\S+$/)
  t.ok(verify(receiver.deliveries[0]!, WEBHOOK_SECRET))
  t.ok(verify(receiver.deliveries[0]!, OTHER_SECRET))
})

for (const status of [301, 302, 303, 307, 308]) {
  t.test(`a redirect by ${status} is not followed`, async t => {
    const other = await startWebhookReceiver(t)
    const receiver = await startWebhookReceiver(t, response => {
      response.writeHead(status, { location: other.url }).end()
    })
    const app = await webhookApp(t, receiver)
    await t.rejects(app.webhook.send(MESSAGE), { name: 'WebhookError', message: new RegExp(`answered ${status}$`) })
    t.same(other.deliveries, [])
  })
}

t.test('a receiver that refuses a message, hangs up, is silent or is not there makes sending fail', async t => {
  const failures: Array<[RegExp, Partial<WebhookOptions> & { url: string }]> = [
    [
      /answered 500$/,
      await startWebhookReceiver(t, response => {
        response.writeHead(500).end('secret detail')
      })
    ],
    [
      /answered 410$/,
      await startWebhookReceiver(t, response => {
        response.writeHead(410).end()
      })
    ],
    [
      /cannot be reached/,
      await startWebhookReceiver(t, response => {
        response.destroy()
      })
    ],
    [/did not answer within 50 ms$/, { ...(await startWebhookReceiver(t, () => {})), timeout: 50 }],
    [/cannot be reached \(ECONNREFUSED\)/, { url: `http://127.0.0.1:${await freePort()}/` }]
  ]
  for (const [message, options] of failures) {
    const app = await webhookApp(t, options)
    const error = await app.webhook.send(MESSAGE).then(
      () => undefined,
      (error: Error) => error
    )
    t.match(error, { name: 'WebhookError', message })
    t.notMatch(`${error?.stack}${JSON.stringify(error)}`, /a-path-that-may-be-a-secret|secret detail/)
  }
})

t.test('a receiver that answers, and never ends its body, has received the message', async t => {
  const receiver = await startWebhookReceiver(t, response => {
    response.writeHead(200).write('{')
  })
  const app = await webhookApp(t, receiver)
  await app.webhook.send(MESSAGE)
  t.equal(receiver.deliveries.length, 1)
})

t.test('a message that nobody repeats is sent again until it is received, with one id and a new link', async t => {
  const log: string[] = []
  let links = 0
  const receiver = await startWebhookReceiver(t, (response, number) => {
    response.writeHead(number < 2 ? 503 : 200).end()
  })
  const app = await webhookApp(t, { ...receiver, pauses: [1, 1, 1, 1] }, log)
  app.webhook.sendInBackground({ ...MESSAGE, data: async () => ({ link: links++ }) })
  await receiver.arrived(3)
  await app.close()
  t.same(
    receiver.deliveries.map(({ headers }) => headers['webhook-id']),
    ['evt_1', 'evt_1', 'evt_1']
  )
  t.match(
    receiver.deliveries.map(delivery => verify(delivery)),
    [{ data: { link: 0 } }, { data: { link: 1 } }, { data: { link: 2 } }]
  )
  t.equal(log.filter(line => line.includes('it is repeated in')).length, 2)
  t.notMatch(log.join(''), 'given up')
})

t.test('a message that nobody receives is given up, with a line in the log', async t => {
  const log: string[] = []
  const receiver = await startWebhookReceiver(t, response => {
    response.writeHead(500).end()
  })
  const app = await webhookApp(t, { ...receiver, pauses: [1, 1] }, log)
  app.webhook.sendInBackground(MESSAGE)
  await receiver.arrived(3)
  await app.close()
  t.equal(receiver.deliveries.length, 3)
  const [line, ...others] = log.filter(line => line.includes('given up'))
  t.match(JSON.parse(line!), { level: 50, id: 'evt_1', type: 'upload.completed', err: { message: /answered 500/ } })
  t.same(others, [])
})

t.test('a server that closes does not wait out a pause: it tries once more, and then gives up', async t => {
  const log: string[] = []
  const receiver = await startWebhookReceiver(t, response => {
    response.writeHead(500).end()
  })
  const app = await webhookApp(t, { ...receiver, pauses: [3_600_000, 3_600_000] }, log)
  app.webhook.sendInBackground(MESSAGE)
  await receiver.arrived(1)
  await app.close()
  t.equal(receiver.deliveries.length, 2)
  t.equal(log.filter(line => line.includes('given up')).length, 1)
})

t.test('neither the secret, the link nor the path of the receiver gets into the log', async t => {
  const log: string[] = []
  const receiver = await startWebhookReceiver(t, response => {
    response.writeHead(500).end()
  })
  const app = await webhookApp(t, { ...receiver, pauses: [1] }, log)
  app.webhook.sendInBackground(MESSAGE)
  await receiver.arrived(2)
  await app.close()
  t.not(log.length, 0)
  t.notMatch(
    log.join(''),
    /whsec_|MfKQ9r8GKYqrTwjUPD8ILPZIo2|X-Amz-Signature|0123456789abcdef|a-path-that-may-be-a-secret/
  )
})

t.test('while a thousand messages wait for a receiver, more are given up at once', async t => {
  const log: string[] = []
  const app = await webhookApp(t, { url: `http://127.0.0.1:${await freePort()}/`, pauses: [] }, log)
  for (let i = 0; i < 1_001; i++) app.webhook.sendInBackground({ ...MESSAGE, id: `evt_${i}` })
  const refused = log.filter(line => line.includes('are waiting for'))
  t.match(
    refused.map(line => JSON.parse(line)),
    [{ level: 50, id: 'evt_1000' }]
  )
})
