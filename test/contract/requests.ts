import fc, { type Arbitrary } from 'fast-check'
import { resolve, type Document, type JsonObject, type Parameter, type Route } from './document.js'

/** A request as it goes over the wire. */
export interface Request {
  readonly query: Readonly<Record<string, unknown>>
  readonly path: Readonly<Record<string, unknown>>
  readonly body: unknown
}

type Bounds = Readonly<
  Record<'minimum' | 'maximum' | 'minLength' | 'maxLength' | 'minItems' | 'maxItems', number | undefined>
>

/** Longest list and text that are generated, for requests to stay small. */
const LONG_LIST = 5
const LONG_TEXT = 40

/**
 * Makes requests out of what a document says of them.
 *
 * @param known values, by the name of the field, where form alone does not make a value valid: an object key, say
 */
export class Requests {
  readonly #document: Document
  readonly #known: Readonly<Record<string, Arbitrary<unknown>>>

  constructor (document: Document, known: Readonly<Record<string, Arbitrary<unknown>>>) {
    this.#document = document
    this.#known = known
  }

  /** Requests with nothing wrong. */
  valid ({ parameters = [], requestBody }: Route): Arbitrary<Request> {
    const body = bodySchema(requestBody)
    return fc.record({
      query: this.#parameters(parameters, 'query'),
      path: this.#parameters(parameters, 'path'),
      body: body === undefined ? fc.constant(undefined) : this.#value(body)
    })
  }

  /** Valid requests made wrong in one place; null where an operation takes nothing that could be wrong. */
  wrong (route: Route): Arbitrary<Request> | null {
    const inQuery = (route.parameters ?? []).filter(parameter => parameter.in === 'query')
    const body = bodySchema(route.requestBody)
    const ways = [
      ...inQuery.flatMap(({ name, schema, required }) => [
        ...this.#wrongTexts(schema).map(wrong => (request: Request) => ({
          ...request,
          query: { ...request.query, [name]: wrong }
        })),
        ...(required === true ? [(request: Request) => ({ ...request, query: without(request.query, name) })] : [])
      ]),
      ...(inQuery.length > 0 ? [(request: Request) => ({ ...request, query: { ...request.query, evil: '1' } })] : []),
      ...(body === undefined
        ? []
        : this.#wrongBodies(body).map(spoil => (request: Request) => ({ ...request, body: spoil(request.body) })))
    ]
    return ways.length === 0
      ? null
      : fc.tuple(this.valid(route), fc.constantFrom(...ways)).map(([request, spoil]) => spoil(request))
  }

  #parameters (parameters: readonly Parameter[], place: Parameter['in']): Arbitrary<Record<string, unknown>> {
    const properties = Object.fromEntries(
      parameters.filter(parameter => parameter.in === place).map(({ name, schema }) => [name, schema])
    )
    const required = parameters
      .filter(parameter => parameter.in === place && parameter.required === true)
      .map(({ name }) => name)
    return this.#object({ properties, required })
  }

  #object ({
    properties = {},
    required = []
  }: {
    readonly properties?: Readonly<Record<string, JsonObject>>
    readonly required?: readonly string[]
  }): Arbitrary<Record<string, unknown>> {
    const fields = Object.entries(properties).map(
      ([name, schema]) => [name, this.#known[name] ?? this.#value(schema)] as const
    )
    return fc.record(Object.fromEntries(fields), { requiredKeys: [...required], noNullPrototype: true })
  }

  #value (schema: JsonObject): Arbitrary<unknown> {
    const resolved = resolve(this.#document, schema) as JsonObject & Partial<Bounds>
    const { minimum, maximum, minLength, maxLength = LONG_TEXT, minItems = 0, maxItems = LONG_LIST } = resolved
    if (resolved['enum'] !== undefined) return fc.constantFrom(...(resolved['enum'] as unknown[]))
    if (resolved['anyOf'] !== undefined) { return fc.oneof(...(resolved['anyOf'] as JsonObject[]).map(choice => this.#value(choice))) }
    if (resolved['pattern'] !== undefined) {
      const maxLength = (resolved['maxLength'] as number | undefined) ?? Infinity
      return fc.stringMatching(new RegExp(resolved['pattern'] as string)).filter(({ length }) => length <= maxLength)
    }
    switch (resolved['type']) {
      case 'string':
        return fc.string({ minLength: minLength ?? 0, maxLength: Math.min(maxLength, LONG_TEXT) })
      case 'integer':
        return fc.integer({ min: minimum ?? 0, max: maximum ?? Number.MAX_SAFE_INTEGER })
      case 'number':
        return fc.double({ noNaN: true, noDefaultInfinity: true })
      case 'boolean':
        return fc.boolean()
      case 'null':
        return fc.constant(null)
      case 'array':
        return (resolved['uniqueItems'] === true ? fc.uniqueArray : fc.array)(
          this.#value(resolved['items'] as JsonObject),
          { minLength: minItems, maxLength: Math.min(maxItems, LONG_LIST) }
        )
      default:
        return resolved['properties'] === undefined
          ? fc.constant({})
          : this.#object(resolved as { properties: Record<string, JsonObject>; required?: string[] })
    }
  }

  // What can't be told from text, in a query: a number is a text that looks like one.
  #wrongTexts (schema: JsonObject): unknown[] {
    return wrongValues(schema)
      .filter(value => schema['type'] !== 'string' || typeof value === 'string')
      .map(String)
  }

  #wrongBodies (schema: JsonObject): Array<(body: unknown) => unknown> {
    const { properties = {}, required = [] } = resolve(this.#document, schema) as {
      properties?: Record<string, JsonObject>
      required?: string[]
    }
    const whole: Array<(body: unknown) => unknown> = [
      () => 'text',
      () => null,
      () => [],
      body => ({ ...(body as object), evil: 1 })
    ]
    return [
      ...whole,
      ...required.map(name => (body: unknown) => without(body as Record<string, unknown>, name)),
      ...Object.entries(properties).flatMap(([name, field]) =>
        wrongValues(resolve(this.#document, field)).map(wrong => (body: unknown) => ({
          ...(body as object),
          [name]: wrong
        }))
      )
    ]
  }
}

// Each breaks one rule of the schema, and no other.
function wrongValues (schema: JsonObject): unknown[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema as Partial<Bounds>
  return [
    ...(schema['enum'] !== undefined ? ['none of them'] : []),
    ...(schema['type'] === 'string' && schema['enum'] === undefined ? [{}, 5] : []),
    ...(['integer', 'number'].includes(String(schema['type'])) ? ['3x', true] : []),
    ...(schema['type'] === 'integer' ? [1.5] : []),
    ...(schema['type'] === 'boolean' ? ['yes'] : []),
    ...(['object', 'array'].includes(String(schema['type'])) ? ['text', 5] : []),
    ...(minimum === undefined ? [] : [minimum - 1]),
    ...(maximum === undefined ? [] : [maximum + 1]),
    ...(minLength === undefined ? [] : ['']),
    ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1)]),
    ...(minItems === undefined ? [] : [[]]),
    ...(schema['uniqueItems'] === true ? [[1, 1]] : []),
    ...(maxItems === undefined ? [] : [Array(maxItems + 1).fill(1)]),
    ...(schema['pattern'] === undefined ? [] : ['é~ '])
  ]
}

function bodySchema (body: Route['requestBody']): JsonObject | undefined {
  return body?.content['application/json']?.schema
}

function without (fields: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name))
}
