import { validateOpenApi } from './meta-schema.js'
import t from 'tap'
import { committed, resolve, routesOf, type JsonObject, type Route } from './document.js'
import { Validator } from './validate.js'

const routes = routesOf(committed)
const validator = new Validator(committed)

t.test('the document is valid OpenAPI 3.1', async t => {
  t.same(await validateOpenApi(committed), { valid: true })
  t.match(await validateOpenApi({ ...committed, paths: { '/x': { get: { responses: 1 } } } }), { valid: false })
})

t.test('every operation has an id of its own, says what it does, and is under a tag that is described', async t => {
  const described = new Set(committed.tags.filter(tag => tag.description).map(tag => tag.name))
  const ids = routes.map(route => route.operationId)
  t.equal(new Set(ids).size, routes.length)
  for (const { operationId, summary, description, tags } of routes) {
    t.ok(operationId && summary && description && tags.length === 1, operationId)
    t.ok(described.has(tags[0]!), operationId)
  }
  t.ok(routes.length > 10)
})

t.test('every operation needs the key', async t => {
  for (const { operationId, security } of routes) t.not(security?.length, 0, operationId)
})

t.test('every parameter and every field says what it is, and every body has an example', async t => {
  const lacking: string[] = []
  for (const [name, schema] of Object.entries(committed.components.schemas)) {
    walk(schema, name, (field, at) => {
      if (field['$ref'] === undefined && field['enum'] === undefined && field['description'] === undefined) { lacking.push(at) }
    })
  }
  for (const { operationId, parameters = [], requestBody } of routes) {
    for (const { name, description } of parameters as ReadonlyArray<{ name: string; description?: string }>) {
      if (description === undefined) lacking.push(`${operationId}: ${name}`)
    }
    const body = requestBody?.content['application/json']?.schema
    if (body !== undefined && exampleIn(body) === undefined) lacking.push(`${operationId}: no example of its body`)
  }
  t.same(lacking, [])
})

t.test('every example is true to its schema', async t => {
  let examples = 0
  const check = (schema: JsonObject, value: unknown, at: string) => {
    examples++
    t.same(validator.problemsOfValue(schema, value), [], at)
  }
  for (const [name, schema] of Object.entries(committed.components.schemas)) {
    const whole = { $ref: `#/components/schemas/${name}` }
    for (const example of (schema['examples'] as unknown[]) ?? []) check(whole, example, name)
    walk(schema, name, (field, at) => {
      for (const example of (field['examples'] as unknown[]) ?? []) check(field, example, at)
    })
  }
  for (const [name, header] of Object.entries(committed.components.headers)) {
    const schema = header['schema'] as JsonObject
    for (const example of (schema['examples'] as unknown[]) ?? []) check(schema, example, name)
  }
  for (const route of routes) {
    for (const { schema, example, examples: named = {}, name } of route.parameters ?? []) {
      for (const value of [
        ...(example === undefined ? [] : [example]),
        ...Object.values(named).map(({ value }) => value)
      ]) { check(schema, value, `${route.operationId}: ${name}`) }
    }
    for (const { schema, value, at } of examplesOfErrors(route)) check(schema, value, at)
  }
  t.ok(examples > 200)
})

t.test('every error names the codes it may have, and has the example of each', async t => {
  for (const route of routes) {
    const errors = examplesOfErrors(route)
    t.ok(
      errors.some(({ value }) => value['code'] === 'FST_INTERNAL'),
      route.operationId
    )
    for (const { status, name, value, codes, at } of errors) {
      t.match(value, { statusCode: Number(status), code: name }, at)
      t.ok(codes.includes(name), at)
    }
  }
})

t.test('every object says whether it may have other fields', async t => {
  const open: string[] = []
  for (const [name, schema] of Object.entries(committed.components.schemas)) {
    walk({ properties: { [name]: schema } }, '', (field, at) => {
      if (field['type'] === 'object' && field['additionalProperties'] === undefined) open.push(at)
    })
  }
  t.same(open, [])
})

function exampleIn (schema: JsonObject): unknown {
  return (resolve(committed, schema)['examples'] as unknown[] | undefined)?.[0]
}

function examplesOfErrors (route: Route) {
  return Object.entries(route.responses)
    .filter(([status]) => Number(status) >= 400)
    .flatMap(([status, response]) => {
      const { schema, examples = {} } = resolve(committed, response).content!['application/json']!
      const codes = (schema as { allOf: [unknown, { properties: { code: { enum: string[] } } }] }).allOf[1].properties
        .code.enum
      return Object.entries(examples).map(([name, example]) => ({
        schema,
        status,
        name,
        codes,
        value: resolve(committed, example).value as JsonObject,
        at: `${route.operationId} ${status} ${name}`
      }))
    })
}

function walk (schema: JsonObject, at: string, visit: (field: JsonObject, at: string) => void): void {
  for (const [name, field] of Object.entries((schema['properties'] ?? {}) as Record<string, JsonObject>)) {
    visit(field, `${at}/${name}`)
    walk(field, `${at}/${name}`, visit)
  }
  const items = schema['items'] as JsonObject | undefined
  if (items?.['properties'] !== undefined) {
    visit({ ...items, description: 'an item', examples: [] }, `${at}/items`)
    walk(items, `${at}/items`, visit)
  }
}
