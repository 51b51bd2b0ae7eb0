import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { Webhook as Verifier } from 'standardwebhooks'
import t, { type Test } from 'tap'
import { DEVELOPMENT_KEY, loadConfig } from '../plugins/config.js'
import { buildApp } from '../src/app.js'
import { startWebhookReceiver, WEBHOOK_SECRET, type WebhookReceiver } from './fixtures/webhook-receiver.js'

const AS_DEVELOPER = { authorization: `Bearer ${DEVELOPMENT_KEY}` }
const EVENTS_SECRET = 'the-secret-of-the-events-0123456789'

/** A server with its embedded store, which reports to a receiver. */
async function serverFor (
  t: Test,
  { url }: Pick<WebhookReceiver, 'url'>,
  variables: Record<string, string> = {},
  storeDirectory = t.testdir()
) {
  const log: string[] = []
  const webhook = { WEBHOOK_URL: url, WEBHOOK_SECRET }
  const app = await buildApp(loadConfig({ PORT: '0', ...webhook, ...variables }), {
    storeDirectory,
    logStream: {
      write: line => {
        log.push(line)
      }
    }
  })
  t.teardown(() => app.close())
  await app.ready()
  return { app, log }
}

async function upload (app: FastifyInstance, bytes: Uint8Array): Promise<string> {
  const query = { filename: 'dictation.mp3', size: String(bytes.length) }
  const { url, key, headers } = (await app.inject({ url: '/upload-url', query, headers: AS_DEVELOPER })).json()
  const response = await fetch(url, { method: 'PUT', headers, body: bytes })
  if (!response.ok) throw new Error(await response.text())
  return key
}

t.test('a recording that lands in the embedded store is reported by webhook, inspected and with a link', async t => {
  const recording = await readFile('test/fixtures/audio/dictation.mp3')
  const receiver = await startWebhookReceiver(t)
  const { app, log } = await serverFor(t, receiver)
  const key = await upload(app, recording)
  await receiver.arrived(1)
  const [{ headers, body }] = receiver.deliveries as [WebhookReceiver['deliveries'][number]]
  const { type, data } = new Verifier(WEBHOOK_SECRET).verify(body, headers as Record<string, string>) as {
    type: string
    data: Record<string, never>
  }
  t.equal(type, 'upload.completed')
  t.match(data, {
    owner: 'developer',
    status: 'uploaded',
    key,
    size: recording.length,
    audio: { container: 'mp3' },
    metadata: { filename: 'dictation.mp3' }
  })
  t.same(Buffer.from(await (await fetch(data['download']!['url'])).arrayBuffer()), recording)
  t.notMatch(log.join(''), /X-Amz-Signature=[0-9a-f]/)
})

t.test('while the receiver is gone, events wait, and come when it is back', async t => {
  const receiver = await startWebhookReceiver(t, (response, number) => {
    response.writeHead(number === 0 ? 500 : 204).end()
  })
  const { app } = await serverFor(t, receiver)
  await upload(app, Buffer.from('not audio'))
  await receiver.arrived(2)
  const [first, second] = receiver.deliveries
  t.equal(second!.headers['webhook-id'], first!.headers['webhook-id'])
  t.match(JSON.parse(second!.body), { data: { status: 'rejected' } })
})

t.test('an event that was not handled before a restart is handled after it', async t => {
  let isBack = false
  const receiver = await startWebhookReceiver(t, response => {
    response.writeHead(isBack ? 204 : 500).end()
  })
  const directory = t.testdir()
  const { app } = await serverFor(t, receiver, {}, directory)
  const key = await upload(app, Buffer.from('hello'))
  await receiver.arrived(1)
  await app.close()
  isBack = true
  const before = receiver.deliveries.length
  await serverFor(t, receiver, {}, directory)
  await receiver.arrived(before + 1)
  t.match(JSON.parse(receiver.deliveries.at(-1)!.body), { data: { key } })
})

t.test('a store can post its events, with the secret alone', async t => {
  const receiver = await startWebhookReceiver(t)
  const { app, log } = await serverFor(t, receiver, { UPLOAD_EVENTS_SECRET: EVENTS_SECRET })
  const key = await upload(app, Buffer.from('hello'))
  await receiver.arrived(1)
  const payload = {
    Records: [
      {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: app.localS3.bucket }, object: { key } }
      }
    ]
  }
  t.equal((await app.inject({ method: 'POST', url: '/upload-events/wrong', payload })).statusCode, 401)
  t.equal((await app.inject({ method: 'POST', url: `/upload-events/${EVENTS_SECRET}`, payload })).statusCode, 204)
  t.equal(receiver.deliveries.length, 2)
  t.notMatch(log.join(''), EVENTS_SECRET)
  t.notMatch(JSON.stringify(app.swagger()), /upload-events/)
})

t.test('without a webhook there is no route for events, and uploads are logged', async t => {
  const log: string[] = []
  const logged = new Promise<string>(resolve => {
    log.push = (...lines) => {
      for (const line of lines) if (line.includes('upload completed')) resolve(line)
      return 0
    }
  })
  const app = await buildApp(loadConfig({ PORT: '0' }), {
    storeDirectory: t.testdir(),
    logStream: {
      write: line => {
        log.push(line)
      }
    }
  })
  t.teardown(() => app.close())
  await app.ready()
  const key = await upload(app, Buffer.from('hello'))
  t.match(JSON.parse(await logged), {
    msg: 'upload completed',
    key,
    owner: 'developer',
    status: 'rejected',
    noticedBy: 'store'
  })
  t.equal((await app.inject({ method: 'POST', url: '/upload-events' })).statusCode, 404)
})

t.test('a secret for events without a webhook is refused at start, by name', async t => {
  t.throws(() => loadConfig({ UPLOAD_EVENTS_SECRET: EVENTS_SECRET }), /UPLOAD_EVENTS_SECRET needs WEBHOOK_URL/)
})
