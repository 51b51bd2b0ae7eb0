import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { GetBucketNotificationConfigurationCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import { eventCheck } from '../../../plugins/upload-url/bucket/checks-events.js'
import type { BucketCheckContext } from '../../../plugins/upload-url/bucket/context.js'
import { ConfigError } from '../../../plugins/upload-url/bucket/environment.js'
import { parseEventDestination } from '../../../plugins/upload-url/bucket/event-destination.js'
import { setUpEvents } from '../../../plugins/upload-url/bucket/setup-events.js'
import { readStoreEvents } from '../../../plugins/upload-url/events/index.js'
import { freePort } from '../../fixtures/free-port.js'
import { errorBody, scriptedStore } from '../../fixtures/scripted-store.js'
import { startStore } from '../../fixtures/store.js'
import { uploadsTo } from '../../fixtures/uploads-to.js'

const isRgw = process.env['TEST_S3_ENDPOINT'] !== undefined
const QUEUE = 'arn:aws:sqs:eu-central-1:123456789012:uploads'
const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:uploads'
const BUS = 'arn:aws:events:eu-central-1:123456789012:event-bus/default'

const THEIRS = `<QueueConfiguration><Id>theirs</Id><Queue>${QUEUE}-theirs</Queue><Event>s3:ObjectRemoved:*</Event></QueueConfiguration>
<TopicConfiguration><Id>fastify-upload-url</Id><Topic>${TOPIC}-before</Topic><Event>s3:ObjectCreated:*</Event></TopicConfiguration>
<CloudFunctionConfiguration><Id>function</Id><CloudFunction>arn:aws:lambda:eu-central-1:123456789012:function:f</CloudFunction><Event>s3:ObjectRestore:*</Event></CloudFunctionConfiguration>`

/** Sets events up at a store that answers as S3 does, and gives what it was sent. */
async function setUp (t: Test, events: string, { configured = '', refusal = '' } = {}) {
  const requests: Array<{ readonly method: string; readonly url: string; readonly body: string }> = []
  const store = await scriptedStore(t, async (request, response) => {
    requests.push({ method: request.method!, url: request.url!, body: await text(request) })
    if (request.method === 'GET') response.end(`<NotificationConfiguration>${configured}</NotificationConfiguration>`)
    else if (refusal === '') response.end()
    else response.writeHead(400).end(refusal)
  })
  const client = new S3Client({ ...store, forcePathStyle: true, maxAttempts: 1 })
  t.teardown(() => client.destroy())
  const steps: string[] = []
  const remainder = await setUpEvents(
    { client, bucket: store.bucket, keyPrefix: 'uploads', destination: parseEventDestination(events) },
    step => {
      steps.push(step)
    }
  )
  return { requests, steps, remainder: remainder ?? '', put: requests.find(({ method }) => method === 'PUT')!.body }
}

for (const [what, events, arn] of [
  ['a queue', QUEUE, QUEUE],
  ['a queue by its URL', 'https://sqs.eu-central-1.amazonaws.com/123456789012/uploads', QUEUE],
  [
    'a queue in China by its URL',
    'https://sqs.cn-north-1.amazonaws.com.cn/123456789012/uploads',
    'arn:aws-cn:sqs:cn-north-1:123456789012:uploads'
  ]
] as const) {
  t.test(
    `new objects below the prefix are sent to ${what}, and the policy that is left to paste names both`,
    async t => {
      const { put, remainder, steps } = await setUp(t, events)
      t.match(put, `<Queue>${arn}</Queue>`)
      t.match(put, '<Event>s3:ObjectCreated:*</Event>')
      t.match(put, '<Name>prefix</Name><Value>uploads/</Value>')
      t.match(remainder, `"Resource": "${arn}"`)
      t.match(remainder, /"aws:SourceArn": "arn:aws(-cn)?:s3:::recordings"/)
      t.match(remainder, /"sqs:SendMessage"[^]*"sqs:ReceiveMessage"/)
      t.match(steps, [/^set the events of new objects below uploads\/ to be sent to arn:aws/])
    }
  )
}

t.test('what others have configured stays, and what was set up before is replaced', async t => {
  const { put } = await setUp(t, QUEUE, { configured: `${THEIRS}<EventBridgeConfiguration/>` })
  t.match(put, `<Queue>${QUEUE}-theirs</Queue>`)
  t.match(put, `<Queue>${QUEUE}</Queue>`)
  t.match(put, 'function:f</CloudFunction>')
  t.match(put, '<EventBridgeConfiguration')
  t.notMatch(put, `${TOPIC}-before`)
  t.equal(put.match(/<Id>fastify-upload-url<\/Id>/g)?.length, 1)
})

t.test('a topic gets a policy that lets S3 publish', async t => {
  const { put, remainder } = await setUp(t, TOPIC)
  t.match(put, `<Topic>${TOPIC}</Topic>`)
  t.match(remainder, '"sns:Publish"')
})

t.test('EventBridge is switched on, and the pattern of a rule is left to paste', async t => {
  const { put, remainder } = await setUp(t, BUS, { configured: THEIRS })
  t.match(put, '<EventBridgeConfiguration')
  t.match(put, `${QUEUE}-theirs`)
  t.match(remainder, '"Object Created"')
})

t.test('a store of another kind than AWS asks for no policy', async t => {
  const { put, remainder } = await setUp(t, 'arn:minio:sqs::UPLOADS:webhook')
  t.match(put, '<Queue>arn:minio:sqs::UPLOADS:webhook</Queue>')
  t.equal(remainder, '')
})

t.test('a destination that S3 must not send to is explained by the policy that it lacks', async t => {
  const refusal = errorBody('InvalidArgument', 'Unable to validate the following destination configurations')
  await t.rejects(setUp(t, QUEUE, { refusal }), { message: /InvalidArgument/, hint: /"sqs:SendMessage"/ })
})

t.test('events that are configured already are explained', async t => {
  const refusal = errorBody(
    'InvalidArgument',
    'Configurations overlap. Configurations on the same bucket cannot share a common event type.'
  )
  await t.rejects(setUp(t, QUEUE, { refusal }), { message: /overlap/, hint: /EventBridge/ })
})

t.test('a check takes the event of its own upload from a queue, and leaves those of others', async t => {
  const store = await startStore(t)
  const uploads = await uploadsTo(t, store)
  const calls: Array<{ readonly action: unknown; readonly body: Record<string, unknown> }> = []
  const keys = new Set<string>()
  const eventOf = (key: string) =>
    JSON.stringify({
      Records: [
        {
          eventSource: 'aws:s3',
          eventName: 'ObjectCreated:Put',
          s3: { bucket: { name: store.bucket }, object: { key } }
        }
      ]
    })
  const { endpoint } = await scriptedStore(t, async (request, response) => {
    const action = String(request.headers['x-amz-target']).split('.')[1]
    calls.push({ action, body: JSON.parse(await text(request)) })
    t.match(request.headers.authorization, /\/sqs\/aws4_request/)
    if (action !== 'ReceiveMessage') return response.end('{}')
    const Messages = ['uploads/bob/other.mp3', ...keys].map(key => ({ Body: eventOf(key), ReceiptHandle: key }))
    response.end(JSON.stringify(calls.length === 1 ? {} : { Messages }))
  })
  await store.client.send(new HeadBucketCommand({ Bucket: store.bucket }))
  const from = await eventCheck(`${endpoint}/123456789012/uploads`).run(
    contextOf({ client: store.client, uploads, createdKeys: keys })
  )
  t.match(from, /^from the queue uploads, after \d+ ms$/)
  t.same(
    calls.filter(({ action }) => action === 'DeleteMessage').map(({ body }) => body['ReceiptHandle']),
    [...keys]
  )
})

t.test('a queue that a check may not read is an error that says so', async t => {
  const store = await startStore(t)
  const { endpoint } = await scriptedStore(t, (_request, response) => {
    response.writeHead(403).end('{"__type":"com.amazonaws.sqs#AccessDenied"}')
  })
  const context = contextOf({ client: store.client, uploads: await uploadsTo(t, store) })
  await t.rejects(eventCheck(`${endpoint}/123456789012/uploads`).run(context), {
    message: 'ReceiveMessage was answered 403 (AccessDenied)'
  })
})

/** What a check of events needs of its context. */
function contextOf ({
  createdKeys = new Set<string>(),
  ...rest
}: Pick<BucketCheckContext, 'client' | 'uploads'> & Partial<BucketCheckContext>): BucketCheckContext {
  return {
    bucket: 'recordings',
    keyPrefix: 'uploads',
    expiresIn: 900,
    corsOrigins: [],
    now: () => new Date(),
    keyOutsidePrefix: 'x',
    createdKeys,
    close: async () => {},
    ...rest
  }
}

for (const wrong of [
  '',
  'uploads',
  'arn:aws:s3:::recordings',
  'arn:aws:lambda:eu-central-1:123456789012:function:f',
  'ftp://a.example/'
]) {
  t.test(`events are not sent to ${JSON.stringify(wrong)}`, async t => {
    t.throws(() => parseEventDestination(wrong), ConfigError)
  })
}

if (isRgw) {
  t.test('Ceph RGW sends the events of uploads to a URL, and of nothing else', async t => {
    const store = await startStore(t)
    const bodies: string[] = []
    const server = createServer(async (request: IncomingMessage, response) => {
      bodies.push(await text(request))
      response.end()
      server.emit('event')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => {
      server.close()
    })
    const { client, bucket } = store
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/upload-events/a-secret-of-the-path-0123`
    const steps: string[] = []
    const setup = { client, bucket, keyPrefix: 'uploads', destination: parseEventDestination(url) }
    for (let i = 0; i < 2; i++) {
      await setUpEvents(setup, step => {
        steps.push(step)
      })
    }
    t.notMatch(steps.join(), 'a-secret-of-the-path')
    const { TopicConfigurations } = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket }))
    t.match(TopicConfigurations, [{ Id: 'fastify-upload-url' }])
    t.equal(TopicConfigurations?.length, 1)
    const uploads = await uploadsTo(t, store)
    const { url: put, key } = await uploads.createUploadUrl({}, { owner: 'alice' })
    const received = once(server, 'event')
    t.equal((await fetch(put, { method: 'PUT', body: 'x' })).status, 200)
    await received
    t.same(readStoreEvents(JSON.parse(bodies[0]!)), [{ bucket, key }])
  })

  t.test('a check listens where Ceph RGW posts, and says from where an event came and when', async t => {
    const store = await startStore(t)
    const { client, bucket, uploads } = { ...store, uploads: await uploadsTo(t, store) }
    const url = `http://127.0.0.1:${await freePort()}/upload-events/a-secret-of-the-path-0123`
    await setUpEvents({ client, bucket, keyPrefix: 'uploads', destination: parseEventDestination(url) }, () => {})
    t.match(await eventCheck(url).run(contextOf({ client, uploads })), /^from 127\.0\.0\.1, after \d+ ms$/)
  })
} else {
  t.test('a store that sends nothing to a URL is told from one that does, with what to do instead', async t => {
    const { client, bucket } = await startStore(t)
    const destination = parseEventDestination('http://127.0.0.1:3000/upload-events/a-secret-of-the-path-0123')
    const setup = setUpEvents({ client, bucket, keyPrefix: 'uploads', destination }, step => t.fail(step))
    await t.rejects(setup, { name: 'CheckError', message: /^CreateTopic was answered/, hint: /mc admin config set/ })
  })
}
