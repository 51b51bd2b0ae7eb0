import { STATUS_CODES } from 'node:http'
import type { ErrorResponse, UploadError } from 'fastify-upload-url'
import { codesOf } from './responses.js'

interface Response {
  readonly headers?: Readonly<Record<string, object>>
  readonly content?: ErrorResponse['content']
}
type Operation = { readonly responses: Readonly<Record<string, Response>> }
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

/** As far as it matters here; the types of OpenAPI are those of whoever calls. */
interface Document {
  readonly paths?: object | undefined
  readonly components?: object | undefined
}

/**
 * Moves what responses have in common to the components: headers, an example of each error, and the errors that
 * several operations have alike.
 *
 * @param exampleOf an example of the error of a code
 * @returns a copy
 */
export function dedupeComponents<T extends Document> (document: T, exampleOf: (code: string) => UploadError): T {
  const headers: Record<string, object> = {}
  const examples: Record<string, object> = {}
  const paths = mapResponses((document.paths ?? {}) as Paths, response => {
    Object.assign(headers, response.headers)
    for (const code of codesOf(response)) examples[code] = { value: exampleOf(code) }
    return {
      ...response,
      ...response.headers && { headers: mapValues(response.headers, (_header, name) => refTo('headers', name)) },
      ...codesOf(response).length > 0 && { content: withExamples(response) }
    }
  })
  const responses = repeatedResponses(paths)
  const shared = mapResponses(paths, response => {
    const name = responses.get(JSON.stringify(response))
    return name === undefined ? response : refTo('responses', name)
  })
  const named = Object.fromEntries([...responses].map(([text, name]) => [name, JSON.parse(text) as object]))
  return { ...document, paths: shared, components: { ...document.components, headers, examples, responses: named } }
}

function withExamples (response: Response): object {
  const { schema } = response.content!['application/json']
  const examples = Object.fromEntries(codesOf(response).map(code => [code, refTo('examples', code)]))
  return { 'application/json': { schema, examples } }
}

/** The errors that several operations have alike, as JSON, and a name for each, such as `NotFound` or `BadRequest2`. */
function repeatedResponses (paths: Paths): Map<string, string> {
  const seen = new Map<string, string>()
  const names = new Map<string, string>()
  mapResponses(paths, (response, status) => {
    const text = JSON.stringify(response)
    if (codesOf(response).length === 0) return response
    if (!seen.has(text)) seen.set(text, status)
    else if (!names.has(text)) names.set(text, uniqueName(status, [...names.values()]))
    return response
  })
  return names
}

function uniqueName (status: string, taken: readonly string[]): string {
  const name = (STATUS_CODES[status] ?? status).replace(/[^A-Za-z]/g, '')
  const count = taken.filter(other => other.replace(/\d+$/, '') === name).length
  return count === 0 ? name : `${name}${count + 1}`
}

function refTo (kind: string, name: string): object {
  return { $ref: `#/components/${kind}/${name}` }
}

function mapResponses (paths: Paths, map: (response: Response, status: string) => object): Paths {
  return mapValues(paths, operations => mapValues(operations, operation => ({
    ...operation, responses: mapValues(operation.responses, map)
  }))) as Paths
}

function mapValues<T, U> (values: Readonly<Record<string, T>>, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]))
}
