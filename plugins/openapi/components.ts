import { STATUS_CODES } from 'node:http'

interface Response {
  readonly headers?: Readonly<Record<string, object>>
  readonly content?: Readonly<Record<string, { readonly examples?: Readonly<Record<string, object>> }>>
}
type Operation = { readonly responses: Readonly<Record<string, Response>> }
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

/** As far as it matters here; the types of OpenAPI are those of whoever calls. */
interface Document {
  readonly paths?: object | undefined
  readonly components?: object | undefined
}

/**
 * Moves what responses have in common to the components: their headers, their examples, and errors that several
 * operations document alike. Of the same name with other contents, the most common becomes the component.
 *
 * @returns a copy
 */
export function shareComponents<T extends Document> (document: T): T {
  const headers = new Shared('headers')
  const examples = new Shared('examples')
  const responses = new Shared('responses')
  const paths = (document.paths ?? {}) as Paths

  const shallow = mapResponses(paths, (_status, response) => ({
    ...response,
    ...response.headers && { headers: headers.shareAll(response.headers) },
    ...response.content && { content: mapValues(response.content, media => ({ ...media, ...media.examples && { examples: examples.shareAll(media.examples) } })) }
  }))
  mapResponses(shallow, (status, response) => { responses.count(nameOf(status), response); return response })
  const shared = mapResponses(shallow, (status, response) => Number(status) < 400 ? response : responses.share(nameOf(status), response))

  return { ...document, paths: shared, components: { ...document.components, headers: headers.components, examples: examples.components, responses: responses.components } }
}

/** Components of one kind. */
class Shared {
  readonly components: Record<string, object> = {}
  readonly #kind: string
  readonly #counts = new Map<string, Map<string, number>>()

  constructor (kind: string) {
    this.#kind = kind
  }

  /** Tells how often there will be something. */
  count (name: string, value: object): void {
    const counts = this.#counts.get(name) ?? new Map<string, number>()
    const text = JSON.stringify(value)
    this.#counts.set(name, counts.set(text, (counts.get(text) ?? 0) + 1))
  }

  /** A reference to the component, where this is what is shared under its name. */
  share (name: string, value: object): object {
    const text = JSON.stringify(value)
    const [most] = [...this.#counts.get(name) ?? []].sort(([, one], [, other]) => other - one)
    if (most !== undefined && (most[0] !== text || most[1] === 1)) return value
    const shared = this.components[name] ??= value
    return JSON.stringify(shared) === text ? { $ref: `#/components/${this.#kind}/${name}` } : value
  }

  shareAll (named: Readonly<Record<string, object>>): Record<string, object> {
    return Object.fromEntries(Object.entries(named).map(([name, value]) => [name, this.share(name, value)]))
  }
}

// As in `TooManyRequests`.
function nameOf (status: string): string {
  return (STATUS_CODES[status] ?? status).replace(/[^A-Za-z]/g, '')
}

function mapResponses (paths: Paths, map: (status: string, response: Response) => Response): Paths {
  return mapValues(paths, operations => mapValues(operations, operation => ({
    ...operation,
    responses: Object.fromEntries(Object.entries(operation.responses).map(([status, response]) => [status, map(status, response)]))
  })))
}

function mapValues<T, U> (values: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))
}
