import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { loadConfig } from '../../plugins/config.js'
import { buildApp } from '../../src/app.js'
import { cases, holds } from '../fixtures/property.js'
import { committed, routesOf, type Route } from './document.js'
import { Requests, type Request } from './requests.js'

const API_KEY = 'the-api-key-of-alice'
const OPEN = {
  PORT: '0',
  LOG_LEVEL: 'silent',
  API_KEYS: `alice:${API_KEY}`,
  METRICS_KEY: 'a-key-for-prometheus',
  RATE_LIMIT_MAX: '0',
  RATE_LIMIT_MAX_PER_ADDRESS: '0',
  LIST_UPLOADS: 'true',
  DELETE_UPLOADS: 'true',
  RESULTS: 'true',
  UNCLAIMED_EXPIRE_AFTER_DAYS: '7'
}
const app = await buildApp(loadConfig(OPEN), { storeDirectory: t.testdir() })
t.teardown(() => app.close())
await app.ready()

const KEY = 'uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3'
const token = app.uppy.createToken('alice').companionEndpoint.slice('/uppy/'.length)

// What a value has to be beyond its form, which no schema can say: what a file is, whose key it is, which parts there are.
const requests = new Requests(committed, {
  filename: fc.stringMatching(/^[A-Za-zäöü名 ]{1,20}$/).map(name => `${name}.mp3`),
  contentType: fc.constantFrom('audio/mpeg', 'audio/mp3', 'audio/mpeg; codecs=mp3'),
  type: fc.constantFrom('audio/mpeg', 'audio/mp3'),
  size: fc.integer({ min: 1, max: 5 * 1024 ** 3 }),
  metadata: fc.dictionary(
    fc.stringMatching(/^[a-e][a-z0-9_-]{0,10}$/),
    fc.string({ minLength: 1, maxLength: 20 }).filter(text => !/\p{Cc}/u.test(text)),
    { maxKeys: 3, noNullPrototype: true }
  ),
  key: fc.constant(KEY),
  name: fc.constantFrom('transcript.json', 'captions.en.vtt'),
  result: fc.constantFrom('transcript.json', 'captions.en.vtt'),
  uploadId: fc.stringMatching(/^[!-~]{1,40}$/),
  token: fc.constant(token),
  path: fc.constantFrom('2~x', '2~x/1', '2~x/batch', '2~x/complete')
})

const answers = new Map<string, number>()

async function ask (
  { method, path: template, operationId }: Route,
  { query, path, body }: Request
): Promise<{ readonly status: number; readonly code: string | undefined }> {
  // Lets timers run, by which the service tells whether it is overloaded.
  await setImmediate()
  const url = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(path[name])))
  const { statusCode: status, body: text } = await app.inject({
    method: method as 'GET',
    url,
    query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
    headers: {
      authorization: `Bearer ${operationId === 'getMetrics' ? OPEN.METRICS_KEY : API_KEY}`,
      ...(body !== undefined && { 'content-type': 'application/json' })
    },
    ...(body !== undefined && { payload: JSON.stringify(body) })
  })
  answers.set(`${status}`, (answers.get(`${status}`) ?? 0) + 1)
  return { status, code: /"code":"(\w+)"/.exec(text)?.[1] }
}

/** Whether it needs an upload that is there, or fields that go together: it is refused by name then, never for its form. */
const isAboutUpload = ({ operationId }: Route) => /Part|abort|claim|complete|read|sign/.test(operationId)

const routes = routesOf(committed)
const each = cases(500, 20_000) / routes.flatMap(route => (requests.wrong(route) === null ? [1] : [1, 1])).length

for (const route of routes) {
  t.test(`${route.operationId}: what is valid is taken`, async t => {
    const wrongfully: string[] = []
    await holds(
      t,
      fc.asyncProperty(requests.valid(route), async request => {
        const { status, code } = await ask(route, request)
        const isTaken =
          status < 300 ||
          (isAboutUpload(route) && [400, 404].includes(status) && code?.startsWith('FST_UPLOAD_') === true)
        if (!isTaken) wrongfully.push(`${status} ${JSON.stringify(request)}`)
      }),
      Math.ceil(each)
    )
    t.same(wrongfully, [])
  })

  const wrong = requests.wrong(route)
  if (wrong === null) continue
  t.test(`${route.operationId}: what is wrong in one place is refused`, async t => {
    const wrongfully: string[] = []
    await holds(
      t,
      fc.asyncProperty(wrong, async request => {
        const { status } = await ask(route, request)
        if (status < 400 || status >= 500) wrongfully.push(`${status} ${JSON.stringify(request).slice(0, 300)}`)
      }),
      Math.ceil(each)
    )
    t.same(wrongfully, [])
  })
}

t.test('requests were answered in every way', async t => {
  t.comment(
    [...answers]
      .sort()
      .map(([status, count]) => `${status}: ${count}`)
      .join(', ')
  )
  for (const status of ['200', '201', '400', '404']) t.ok(answers.has(status), status)
})
