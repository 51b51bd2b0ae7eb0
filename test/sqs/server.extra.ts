import { setTimeout } from 'node:timers/promises'
import { Webhook as Verifier } from 'standardwebhooks'
import t, { type Test } from 'tap'
import { startServer } from '../fixtures/server-process.js'
import { startStore, type Store } from '../fixtures/store.js'
import { uploadsTo } from '../fixtures/uploads-to.js'
import { startWebhookReceiver, WEBHOOK_SECRET, type Delivery } from '../fixtures/webhook-receiver.js'
import { startQueue, type Queue } from './emulator.js'

const EVENTS = 200

function variablesFor (store: Store, queue: Queue, webhookUrl: string): Record<string, string> {
  return {
    NODE_ENV: 'development',
    S3_BUCKET_NAME: store.bucket,
    S3_ENDPOINT: store.endpoint,
    S3_FORCE_PATH_STYLE: 'true',
    AWS_REGION: store.region,
    AWS_ACCESS_KEY_ID: store.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.credentials.secretAccessKey,
    API_KEYS: 'alice:the-api-key-of-alice',
    UPLOAD_EVENTS_QUEUE_URL: queue.url,
    WEBHOOK_URL: webhookUrl,
    WEBHOOK_SECRET
  }
}

/** Uploads recordings of alice's, and gives their keys. */
async function upload (t: Test, store: Store, count: number): Promise<string[]> {
  const uploads = await uploadsTo(t, store)
  const keys: string[] = []
  for (let i = 0; i < count; i++) {
    const { url, key } = await uploads.createUploadUrl({}, { owner: 'alice' })
    const response = await fetch(url, { method: 'PUT', body: `recording ${i}` })
    if (!response.ok) throw new Error(await response.text())
    keys.push(key)
  }
  return keys
}

/** What S3 sends of an object. */
function eventOf (bucket: string, key: string): string {
  const s3 = { s3SchemaVersion: '1.0', bucket: { name: bucket }, object: { key: encodeURIComponent(key) } }
  return JSON.stringify({
    Records: [{ eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }]
  })
}

function keyOf ({ headers, body }: Delivery): string {
  const { data } = new Verifier(WEBHOOK_SECRET).verify(body, headers as Record<string, string>) as {
    data: { key: string }
  }
  return data.key
}

t.test('a server that is killed amid 200 events loses none, and reports nothing that is not ours', async t => {
  const [store, queue] = [await startStore(t), await startQueue(t)]
  const keys = await upload(t, store, EVENTS)
  const [first, ...others] = keys as [string, ...string[]]
  await queue.send([
    ...keys.map(key => eventOf(store.bucket, key)),
    // Another's bucket and prefix, and objects that are not there.
    eventOf('another-bucket', first),
    eventOf(store.bucket, `elsewhere/${first}`),
    eventOf(store.bucket, `${others[0]}.mp3`),
    eventOf(store.bucket, 'uploads/alice/00000000-0000-4000-8000-000000000000')
  ])
  // Slow enough that some are always under way.
  const receiver = await startWebhookReceiver(t, async response => {
    await setTimeout(50)
    response.writeHead(204).end()
  })
  const variables = variablesFor(store, queue, receiver.url)
  const killed = await startServer(t, variables)
  await receiver.arrived(EVENTS / 2)
  killed.process.kill('SIGKILL')
  await killed.ended
  const reported = receiver.deliveries.length
  t.ok(reported < EVENTS, `${reported} of ${EVENTS} were reported when it was killed`)

  const { process, ended } = await startServer(t, variables)
  const seen = new Set<string>()
  let webhooks = 0
  while (keys.some(key => !seen.has(key))) {
    await setTimeout(250)
    const latest = receiver.deliveries.slice(webhooks)
    webhooks += latest.length
    for (const delivery of latest) seen.add(keyOf(delivery))
  }
  while (JSON.stringify(await queue.count()) !== '{"waiting":0,"handled":0}') await setTimeout(250)
  for (const delivery of receiver.deliveries) seen.add(keyOf(delivery))
  t.same([...seen].sort(), [...keys].sort())
  t.comment(`${receiver.deliveries.length} webhooks for ${EVENTS} uploads`)
  process.kill('SIGTERM')
  t.equal(await ended, 0)
})

t.test('a receiver that is gone makes the queue keep the events', async t => {
  const [store, queue] = [await startStore(t), await startQueue(t)]
  const [key] = await upload(t, store, 1)
  const receiver = await startWebhookReceiver(t, (response, number) => {
    response.writeHead(number === 0 ? 503 : 204).end()
  })
  const { process, ended } = await startServer(t, variablesFor(store, queue, receiver.url))
  await queue.send([eventOf(store.bucket, key!)])
  await receiver.arrived(1)
  await receiver.arrived(2)
  t.same(receiver.deliveries.map(keyOf), [key, key])
  t.equal(receiver.deliveries[0]!.headers['webhook-id'], receiver.deliveries[1]!.headers['webhook-id'])
  while ((await queue.count()).handled > 0) await setTimeout(50)
  process.kill('SIGTERM')
  t.equal(await ended, 0)
})
