import type { TSchema } from '@sinclair/typebox'

type Schemas = Readonly<Record<string, TSchema>>

const REFERENCE = /^#\/components\/schemas\/(.+)$/

/** Gives every component that has no example one that is put together of the examples of its fields. */
export function withExamples<T extends { readonly components?: object | undefined }> (document: T): T {
  const { schemas = {} } = (document.components ?? {}) as { readonly schemas?: Schemas }
  const described = Object.fromEntries(Object.entries(schemas).map(([name, schema]) =>
    [name, schema['examples'] === undefined ? { ...schema, examples: [exampleOf(schema, schemas)] } : schema]))
  return { ...document, components: { ...document.components, schemas: described } }
}

function exampleOf (schema: TSchema, schemas: Schemas): unknown {
  const [, name] = REFERENCE.exec(schema['$ref'] ?? '') ?? []
  if (name !== undefined) return exampleOf(schemas[name]!, schemas)
  const { examples, enum: values, anyOf, type, properties = {}, items } = schema as { examples?: unknown[], enum?: unknown[], anyOf?: TSchema[], type?: string, properties?: Schemas, items?: TSchema }
  if (examples !== undefined) return examples[0]
  if (values !== undefined) return values[0]
  if (anyOf !== undefined) return exampleOf(anyOf[0]!, schemas)
  switch (type) {
    case 'object': return Object.fromEntries(Object.entries(properties).map(([field, inner]) => [field, exampleOf(inner, schemas)]))
    case 'array': return [exampleOf(items!, schemas)]
    case 'boolean': return true
    default: throw new Error(`a field without an example: ${JSON.stringify(schema)}`)
  }
}
