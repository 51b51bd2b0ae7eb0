import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { resolve, routesOf, type Document, type JsonObject, type Route } from './document.js'

const FORMATS = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  uri: (text: string) => URL.canParse(text)
}

/** Headers that belong to HTTP, to CORS, or to what a browser may do with any reply, and not to one operation. */
const OF_ANY_REPLY =
  /^(ratelimit-limit|ratelimit-remaining|ratelimit-reset|content-type|content-length|connection|keep-alive|date|transfer-encoding|vary|access-control-.*|content-security-policy|cross-origin-.*|origin-agent-cluster|referrer-policy|strict-transport-security|x-content-type-options|x-dns-prefetch-control|x-download-options|x-frame-options|x-permitted-cross-domain-policies|x-xss-protection)$/

/** A reply as a client sees it. */
export interface Reply {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  /** Whether there is no body because nobody asked for one. */
  readonly isHead: boolean
}

/** Says what about replies is not as a document has it. */
export class Validator {
  readonly #document: Document
  readonly #ajv: Ajv2020
  readonly #routes: ReadonlyMap<string, Route>
  readonly #compiled = new Map<object, ValidateFunction>()

  constructor (document: Document) {
    this.#document = document
    this.#ajv = new Ajv2020({
      allErrors: true,
      formats: FORMATS,
      strict: false,
      meta: false,
      validateSchema: false,
      code: { optimize: false }
    })
    this.#ajv.addSchema({ $id: 'document', components: document.components } as JsonObject)
    this.#routes = new Map(routesOf(document).map(route => [route.operationId, route]))
  }

  /** What is wrong with a value by a schema of the document. */
  problemsOfValue (schema: JsonObject, value: unknown): string[] {
    const isValid = this.#compile(schema)
    return isValid(value)
      ? []
      : isValid.errors!.map(
        ({ instancePath, message, params }) => `${instancePath || 'it'} ${message} ${JSON.stringify(params)}`
      )
  }

  /** What is wrong with a reply; nothing where it is just as the document says. */
  problemsOfReply (operationId: string, { statusCode, headers, body, isHead }: Reply): string[] {
    const documented = this.#routes.get(operationId)?.responses[statusCode]
    if (documented === undefined) return [`${operationId} is not documented to answer ${statusCode}: ${body}`]
    const response = resolve(this.#document, documented)
    return [
      ...this.#problemsOfHeaders(response.headers ?? {}, headers),
      ...(isHead ? [] : this.#problemsOfBody(response.content, String(headers['content-type'] ?? ''), body))
    ].map(problem => `${operationId} ${statusCode}: ${problem}`)
  }

  #problemsOfHeaders (documented: NonNullable<Parameters<typeof Object.entries>[0]>, sent: Reply['headers']): string[] {
    const known = new Map(
      Object.entries(documented as Record<string, { schema: JsonObject }>).map(([name, header]) => [
        name.toLowerCase(),
        resolve(this.#document, header).schema
      ])
    )
    const missing = known.has('retry-after') && sent['retry-after'] === undefined ? ['there is no Retry-After'] : []
    return [
      ...missing,
      ...Object.entries(sent).flatMap(([name, value]) => {
        const schema = known.get(name)
        if (schema === undefined) return OF_ANY_REPLY.test(name) ? [] : [`the header ${name} is not documented`]
        const parsed = schema['type'] === 'integer' ? Number(value) : value
        return this.problemsOfValue(schema, parsed).map(problem => `the header ${name}: ${problem}`)
      })
    ]
  }

  #problemsOfBody (
    content: Readonly<Record<string, { readonly schema: JsonObject }>> | undefined,
    type: string,
    body: string
  ): string[] {
    if (content === undefined) return body === '' ? [] : ['there should be no body']
    const media = content[type.split(';')[0]!]
    if (media === undefined) return [`the type ${type} is not documented`]
    return this.problemsOfValue(media.schema, type.startsWith('application/json') ? JSON.parse(body) : body).map(
      problem => `${problem} in ${body}`
    )
  }

  #compile (schema: JsonObject): ValidateFunction {
    const known = this.#compiled.get(schema)
    if (known !== undefined) return known
    const compiled = this.#ajv.compile(
      JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')) as JsonObject
    )
    this.#compiled.set(schema, compiled)
    return compiled
  }
}
