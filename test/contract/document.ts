import { readFileSync } from 'node:fs'

/** The OpenAPI document, as far as tests look at it. */
export interface Document {
  readonly openapi: string
  readonly tags: ReadonlyArray<{ readonly name: string; readonly description?: string }>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<
    Record<'schemas' | 'headers' | 'examples' | 'responses', Readonly<Record<string, JsonObject>>>
  >
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly security?: readonly object[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, Response | Reference>>
}

export interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path'
  readonly required?: boolean
  readonly schema: JsonObject
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

export interface Response {
  readonly description: string
  readonly headers?: Readonly<Record<string, { readonly schema: JsonObject } | Reference>>
  readonly content?: Content
}

export type Content = Readonly<
  Record<
    string,
    {
      readonly schema: JsonObject
      readonly examples?: Readonly<Record<string, { readonly value: unknown } | Reference>>
    }
  >
>
export type JsonObject = Readonly<Record<string, unknown>>
interface Reference {
  readonly $ref: string
}

/** An operation with its place. */
export interface Route extends Operation {
  readonly path: string
  readonly method: string
}

/** The document that is committed. */
export const committed = JSON.parse(
  readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8')
) as Document

/** Every operation of a document. */
export function routesOf (document: Document): Route[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation }))
  )
}

/** What a reference stands for; anything else stands for itself. */
export function resolve<T extends object> (document: Document, value: T | Reference): T {
  if (!('$ref' in value)) return value
  const found = value.$ref
    .split('/')
    .slice(1)
    .reduce<unknown>((part, name) => (part as JsonObject)[name], document)
  return resolve(document, found as T)
}
