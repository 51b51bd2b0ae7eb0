import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { committed } from './document.js'
import { RUN_SOURCE } from '../fixtures/source.js'
import { Validator } from './validate.js'

const validator = new Validator(committed)

const URL_REPLY = {
  url: 'https://bucket.example/key',
  key: 'uploads/alice/x.mp3',
  method: 'PUT',
  headers: {},
  expiresIn: 900,
  expiresAt: '2026-01-01T12:15:00.000Z'
}
const ERROR = { statusCode: 503, code: 'FST_UPLOAD_NO_CREDENTIALS', error: 'Service Unavailable', message: 'Try again' }

function problems (statusCode: number, body: object, headers: Record<string, unknown> = {}): string[] {
  return validator.problemsOfReply('createUploadUrl', {
    statusCode,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
    isHead: false
  })
}

t.test('a reply that is as documented has no problem', async t => {
  t.same(
    problems(200, URL_REPLY, {
      'cache-control': 'no-store',
      'ratelimit-remaining': '7',
      'x-content-type-options': 'nosniff'
    }),
    []
  )
  t.same(problems(503, ERROR, { 'retry-after': 5 }), [])
})

t.test('whatever is not documented is one', async t => {
  t.match(problems(418, {}), [/not documented to answer 418/])
  t.match(problems(200, { ...URL_REPLY, secret: 1 }), [/additional properties/])
  t.match(problems(200, { ...URL_REPLY, expiresIn: 0 }), [/expiresIn must be >= 1/])
  t.match(problems(200, { ...URL_REPLY, expiresAt: 'tomorrow' }), [/date-time/])
  t.match(problems(200, { ...URL_REPLY, key: undefined }), [/required property 'key'/])
  t.match(problems(200, URL_REPLY, { 'x-powered-by': 'us' }), [/header x-powered-by is not documented/])
  t.match(problems(200, URL_REPLY, { 'cache-control': 'public' }), [/header cache-control/])
  t.match(problems(200, URL_REPLY, { 'content-type': 'text/html' }), [/type text\/html is not documented/])
  t.match(problems(503, ERROR), [/no Retry-After/])
  t.match(problems(503, { ...ERROR, code: 'FST_UPLOAD_STORE_UNAVAILABLE' }, { 'retry-after': 5 }), [
    /code must be equal to one of/
  ])
})

t.test('a process that answers otherwise fails', async t => {
  const answering = (status: number) => `
    import Fastify from 'fastify'
    const app = Fastify()
    app.get('/', { schema: { operationId: 'createUploadUrl' } }, (_request, reply) => reply.code(${status}).send({ code: 'x' }))
    await app.inject('/')`
  const run = (status: number) =>
    promisify(execFile)(process.execPath, [
      ...RUN_SOURCE,
      '--import',
      './test/contract/held.ts',
      '--input-type=module',
      '--eval',
      answering(status)
    ])
  await t.rejects(run(299), {
    code: 1,
    stderr: /Against the contract: GET \/: createUploadUrl is not documented to answer 299/
  })
})

t.test('a route that is not in the document is held to its own schemas', async t => {
  const answering = (body: string) => `
    import Fastify from 'fastify'
    const app = Fastify()
    const response = { 200: { type: 'object', properties: { status: { const: 'ok' } }, additionalProperties: false } }
    app.get('/', { schema: { hide: true, response }, serializerCompiler: () => JSON.stringify }, async () => (${body}))
    await app.inject('/')`
  const run = (body: string) =>
    promisify(execFile)(process.execPath, [
      ...RUN_SOURCE,
      '--import',
      './test/contract/held.ts',
      '--input-type=module',
      '--eval',
      answering(body)
    ])
  await t.resolves(run("{ status: 'ok' }"))
  await t.rejects(run("{ status: 'ok', secret: 1 }"), {
    code: 1,
    stderr: /Against the contract: GET \/: 200: .*additional properties/
  })
})
