import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import uploadUrl, { type UploadUrlOptions } from '../../plugins/upload-url/index.js'
import uppy from '../../plugins/upload-url/uppy/index.js'
import { FIXED_OPTIONS, asAlice, pluginApp } from '../fixtures/app.js'
import { SECRET } from '../upload-url/uppy/uppy-app.js'
import type { JsonObject } from './document.js'
import { validateOpenApi } from './meta-schema.js'

/** What @fastify/swagger makes of these options; without `openapi`, 3.0.3. */
const VERSIONS = { '3.0.3': {}, '3.1.0': { openapi: '3.1.0' } } as const
const OPTIONS: Readonly<Record<string, Partial<UploadUrlOptions>>> = {
  'with the defaults': {},
  'with every option that changes a route': {
    maxSize: 1000,
    require: ['size', 'contentType', 'sha256'],
    formats: ['mp3'],
    forms: false,
    prefix: '/v1'
  }
}

async function documentOf (
  t: Test,
  openapi: object,
  register: (app: FastifyInstance) => Promise<void>
): Promise<JsonObject> {
  const app: FastifyInstance = Fastify()
  t.teardown(() => app.close())
  await app.register(swagger, { openapi, exposeHeadRoutes: true })
  await register(app)
  await app.ready()
  // As a client gets it: what JSON has no word for is gone.
  return JSON.parse(JSON.stringify(app.swagger())) as JsonObject
}

for (const [version, openapi] of Object.entries(VERSIONS)) {
  for (const [name, options] of Object.entries(OPTIONS)) {
    for (const hasUppy of [false, true]) {
      t.test(
        `the OpenAPI ${version} document of a host ${name} is valid${hasUppy ? ', with Uppy too' : ''}`,
        async t => {
          const document = await documentOf(t, openapi, async app => {
            await app.register(uploadUrl, { ...FIXED_OPTIONS, ...options } as UploadUrlOptions)
            if (hasUppy) await app.register(uppy, { tokenSecret: SECRET })
          })
          t.equal(document['openapi'], version)
          t.notOk(JSON.stringify(document).includes('Uppy'))
          t.same(await validateOpenApi(document), { valid: true })
          t.same(version === '3.0.3' ? unknownTo30(document) : [], [])
        }
      )
    }
  }
}

t.test('an invalid document is found to be invalid', async t => {
  for (const schema of [
    { type: 'null' },
    { type: ['string', 'null'] },
    { type: 'number', exclusiveMinimum: 0 },
    { type: 'object', propertyNames: {} },
    { type: 'string', examples: ['x'] }
  ]) {
    const document = {
      openapi: '3.0.3',
      info: { title: 'x', version: '1' },
      paths: {
        '/x': { get: { responses: { 200: { description: 'x', content: { 'application/json': { schema } } } } } }
      }
    }
    t.match(await validateOpenApi(document), { valid: false }, JSON.stringify(schema))
    t.not(unknownTo30(document).length, 0, JSON.stringify(schema))
  }
})

t.test('the names of metadata, which OpenAPI 3.0 cannot describe, are enforced', async t => {
  const app = await pluginApp(t)
  const wrong = ['Speakers', 'a b', '-a', 'ü', 'a\r\nb', '', 'a'.repeat(64)]
  for (const name of wrong) {
    const file = { metadata: { [name]: '1' } }
    const refusals = [
      { url: '/upload-urls', payload: { files: [{}, file] }, at: 'files/1/metadata/' },
      { url: '/upload-forms', payload: file, at: 'metadata/' },
      { url: '/multipart-uploads', payload: file, at: 'metadata/' }
    ]
    for (const { url, payload, at } of refusals) {
      const response = await asAlice(app, { method: 'POST', url, payload })
      t.match(response.json(), { statusCode: 400, code: 'FST_UPLOAD_INVALID_METADATA' }, url)
      t.ok(response.json().message.startsWith(`${at}${name} `), response.body)
    }
    await t.rejects(app.uploads.createUploadUrl(file, { owner: 'alice' }), { code: 'FST_UPLOAD_INVALID_METADATA' })
  }
  const long = await asAlice(app, {
    method: 'POST',
    url: '/upload-forms',
    payload: { metadata: { ['a'.repeat(10_000)]: '1' } }
  })
  t.match(long.json(), { code: 'FST_UPLOAD_INVALID_METADATA' })
  t.ok(long.body.length < 400)
  const right = { a: '1', b: '2', 'a-b_c': '3', ['a'.repeat(63)]: '4' }
  t.match((await app.uploads.createUploadUrl({ metadata: right }, { owner: 'alice' })).headers, {
    'x-amz-meta-a-b_c': '3'
  })
})

/**
 * A second opinion, from the text of the specification (OpenAPI 3.0.3, "Schema Object"): keywords and forms of JSON
 * Schema that a Schema Object of 3.0 does not have.
 */
function unknownTo30 (document: unknown, at = ''): string[] {
  if (Array.isArray(document)) return document.flatMap((item, index) => unknownTo30(item, `${at}/${index}`))
  if (typeof document !== 'object' || document === null) return []
  return Object.entries(document).flatMap(([name, value]: [string, unknown]) => {
    const path = `${at}/${name}`
    if (['example', 'default', 'enum', 'value'].includes(name)) return []
    const isName = /\/(properties|headers|schemas|responses|parameters|examples|paths)$/.test(at)
    return !isName && isForeignTo30(name, value) ? [path] : unknownTo30(value, path)
  })
}

function isForeignTo30 (name: string, value: unknown): boolean {
  switch (name) {
    case 'type':
      return typeof value !== 'string' || value === 'null'
    case 'examples':
      return Array.isArray(value)
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return typeof value !== 'boolean'
    case 'items':
      return Array.isArray(value)
    default:
      return [
        'const',
        'propertyNames',
        'patternProperties',
        'contains',
        'if',
        'then',
        'else',
        '$id',
        '$schema',
        '$defs',
        'definitions',
        'dependentRequired',
        'dependentSchemas',
        'prefixItems',
        'unevaluatedProperties',
        'contentEncoding',
        'contentMediaType'
      ].includes(name)
  }
}
