import type { APIGatewayProxyResult, Context } from 'aws-lambda'
import t from 'tap'
import { EXAMPLE_CREDENTIALS } from '../fixtures/app.js'
import {
  functionUrlEvent,
  httpEvent,
  mappedHttpEvent,
  mappedRestEvent,
  restEvent,
  routedHttpEvent,
  stagedDefaultEventV1,
  stagedHttpEvent,
  stagedHttpEventV1
} from '../fixtures/lambda-events.js'

Object.assign(process.env, {
  NODE_ENV: 'production',
  LOG_LEVEL: 'silent',
  S3_BUCKET_NAME: 'recordings',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
  API_KEYS: 'alice:the-api-key-of-alice',
  RATE_LIMIT_MAX_PER_ADDRESS: '60'
})
const { handler } = await import('../../src/lambda.js')

const AS_ALICE = { authorization: 'Bearer the-api-key-of-alice' }

async function invoke (
  event: ReturnType<typeof restEvent> | ReturnType<typeof httpEvent>
): Promise<APIGatewayProxyResult & { json: { readonly [name: string]: unknown } }> {
  const result = (await handler(event, {} as Context)) as APIGatewayProxyResult
  return { ...result, json: JSON.parse(result.body) }
}

const KINDS = {
  'REST API': restEvent,
  'REST API under a base path': mappedRestEvent,
  'HTTP API': httpEvent,
  'HTTP API with a stage': stagedHttpEvent,
  'HTTP API with a stage and a route': routedHttpEvent,
  'HTTP API with a stage that is named like our path, under a custom domain': mappedHttpEvent,
  'HTTP API with a stage, payload 1.0': stagedHttpEventV1,
  'HTTP API with a stage, payload 1.0, $default': stagedDefaultEventV1,
  'function URL': functionUrlEvent
}

for (const [kind, eventOf] of Object.entries(KINDS)) {
  t.test(`${kind}: a URL is handed out to whoever has a key`, async t => {
    const { statusCode, headers, json } = await invoke(
      eventOf({
        method: 'GET',
        path: '/upload-url',
        query: { filename: 'a, b & ü.mp3', size: '42' },
        headers: AS_ALICE
      })
    )
    t.equal(statusCode, 200)
    t.match(headers, { 'cache-control': 'no-store', 'content-type': /^application\/json/ })
    t.match(json, {
      url: /X-Amz-Signature=/,
      key: /^uploads\/alice\/[0-9a-f-]{36}\.mp3$/,
      headers: { 'content-type': 'audio/mpeg', 'x-amz-meta-filename': String }
    })
    t.match(decodeURIComponent((json['headers'] as Record<string, string>)['x-amz-meta-filename']!), /a, b & /)
  })

  t.test(`${kind}: a body is read`, async t => {
    const { statusCode, json } = await invoke(
      eventOf({
        method: 'POST',
        path: '/upload-urls',
        headers: { ...AS_ALICE, 'content-type': 'application/json' },
        body: JSON.stringify({ files: [{ filename: 'ü.wav' }, {}] })
      })
    )
    t.equal(statusCode, 200)
    t.equal((json['uploads'] as unknown[]).length, 2)
  })

  t.test(`${kind}: nobody else is served`, async t => {
    t.match(await invoke(eventOf({ method: 'GET', path: '/upload-url' })), {
      statusCode: 401,
      json: { code: 'FST_UPLOAD_UNAUTHENTICATED' }
    })
  })

  t.test(`${kind}: an unknown path is answered 404`, async t => {
    t.match(await invoke(eventOf({ method: 'GET', path: '/nowhere' })), {
      statusCode: 404,
      json: { code: 'FST_ROUTE_NOT_FOUND' }
    })
  })

  t.test(`${kind}: a path with more segments, and an escaped one, is found`, async t => {
    const { statusCode, json } = await invoke(
      eventOf({
        method: 'GET',
        path: '/uppy/s3/multipart/an%2Did/1',
        query: { key: 'uploads/bob/x' },
        headers: AS_ALICE
      })
    )
    t.match({ statusCode, code: json['code'] }, { statusCode: 404, code: 'FST_UPLOAD_NOT_FOUND' })
  })
}

t.test('the address that is limited is the caller’s own', async t => {
  const from = async (sourceIp: string) => {
    const event = httpEvent({ method: 'GET', path: '/nowhere' })
    event.requestContext.http.sourceIp = sourceIp
    return (await invoke(event)).statusCode
  }
  const answers: number[] = []
  for (let i = 0; i < 61; i++) answers.push(await from('198.51.100.1'))
  t.same(answers, [...Array<number>(60).fill(404), 429])
  t.equal(await from('198.51.100.2'), 404)
})
