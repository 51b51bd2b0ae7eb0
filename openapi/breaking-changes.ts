/** As far as it matters to what may break. */
export interface Document {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}
interface Operation {
  readonly operationId?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content?: Content }
  readonly responses?: Readonly<Record<string, { readonly content?: Content }>>
}
interface Parameter { readonly name: string, readonly in: string, readonly required?: boolean, readonly schema?: Schema }
type Content = Readonly<Record<string, { readonly schema?: Schema }>>
interface Schema {
  readonly [keyword: string]: unknown
  readonly $ref?: string
  readonly enum?: readonly unknown[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

/** Who sends what is described: requests may only widen, replies only narrow. */
type Sender = 'client' | 'service'

/**
 * What a client that was made for one document would trip over in another: operations, parameters, statuses and fields
 * that are gone, requests that are no longer taken, replies it does not expect. New fields of replies and new errors break nobody.
 *
 * @returns a sentence for each; none where every client goes on
 */
export function breakingChanges (before: Document, after: Document): string[] {
  const compare = new Comparison(before, after)
  for (const [path, operations] of Object.entries(before.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations)) {
      const at = `${method.toUpperCase()} ${path}`
      const now = after.paths?.[path]?.[method]
      if (now === undefined) compare.problems.push(`${at} is gone`)
      else compare.operation(at, operation, now)
    }
  }
  return compare.problems
}

class Comparison {
  readonly problems: string[] = []
  readonly #before: Document
  readonly #after: Document

  constructor (before: Document, after: Document) {
    this.#before = before
    this.#after = after
  }

  operation (at: string, before: Operation, after: Operation): void {
    if (before.operationId !== after.operationId) this.problems.push(`${at}: the operationId ${before.operationId} has become ${after.operationId}`)
    this.#parameters(at, before.parameters ?? [], after.parameters ?? [])
    this.#content(`${at}: the body`, before.requestBody?.content, after.requestBody?.content, 'client')
    if (before.requestBody === undefined && after.requestBody !== undefined) this.problems.push(`${at}: a body is required`)
    for (const [status, response] of Object.entries(before.responses ?? {})) {
      if (!status.startsWith('2')) continue
      const now = after.responses?.[status]
      if (now === undefined) this.problems.push(`${at}: the status ${status} is gone`)
      else this.#content(`${at}: the reply ${status}`, response.content, now.content, 'service')
    }
  }

  #parameters (at: string, before: readonly Parameter[], after: readonly Parameter[]): void {
    const same = (one: Parameter) => (other: Parameter) => one.name === other.name && one.in === other.in
    for (const parameter of before) {
      const now = after.find(same(parameter))
      if (now === undefined) this.problems.push(`${at}: the parameter ${parameter.name} is gone`)
      else this.#schema(`${at}: the parameter ${parameter.name}`, parameter.schema, now.schema, 'client')
    }
    for (const parameter of after) {
      if (parameter.required === true && before.find(same(parameter))?.required !== true) this.problems.push(`${at}: the parameter ${parameter.name} is required`)
    }
  }

  #content (at: string, before: Content = {}, after: Content = {}, sender: Sender): void {
    for (const [type, { schema }] of Object.entries(before)) {
      if (after[type] === undefined) this.problems.push(`${at}: ${type} is gone`)
      else this.#schema(at, schema, after[type].schema, sender)
    }
  }

  #schema (at: string, one: Schema = {}, other: Schema = {}, sender: Sender): void {
    const before = resolve(this.#before, one)
    const after = resolve(this.#after, other)
    // What is sent has to be among what is expected.
    const [sent, expected] = sender === 'client' ? [before, after] : [after, before]
    for (const keyword of ['type', 'pattern', 'format', 'const']) {
      if (before[keyword] !== after[keyword]) this.problems.push(`${at}: ${keyword} was ${before[keyword]}, and is ${after[keyword]}`)
    }
    this.#bounds(at, sent, expected)
    const strange = (sent.enum ?? []).filter(value => expected.enum?.includes(value) === false)
    if (strange.length > 0 || (sent.enum === undefined) !== (expected.enum === undefined)) this.problems.push(`${at}: the values ${strange.join(', ')} are ${sender === 'client' ? 'no longer taken' : 'new'}`)
    this.#fields(at, before, after, sender)
    if (before.items !== undefined) this.#schema(`${at}/items`, before.items, after.items, sender)
    before.anyOf?.forEach((choice, index) => this.#schema(`${at}/${index}`, choice, after.anyOf?.[index], sender))
    if ((after.anyOf?.length ?? 0) > (before.anyOf?.length ?? 0) && sender === 'service') this.problems.push(`${at}: there is a new kind of reply`)
  }

  #bounds (at: string, sent: Schema, expected: Schema): void {
    for (const [keyword, sign] of Object.entries({ minimum: 1, minLength: 1, minItems: 1, maximum: -1, maxLength: -1, maxItems: -1 })) {
      const allowed = expected[keyword] as number | undefined
      const given = sent[keyword] as number | undefined
      if (allowed !== undefined && (given === undefined || given * sign < allowed * sign)) this.problems.push(`${at}: ${keyword} ${given ?? 'none'} does not fit ${allowed}`)
    }
  }

  #fields (at: string, before: Schema, after: Schema, sender: Sender): void {
    for (const [field, schema] of Object.entries(before.properties ?? {})) {
      const now = after.properties?.[field]
      if (now === undefined) this.problems.push(`${at}/${field} is gone`)
      else this.#schema(`${at}/${field}`, schema, now, sender)
    }
    const [promised, needed] = sender === 'client' ? [before, after] : [after, before]
    for (const field of needed.required ?? []) {
      if (promised.required?.includes(field) !== true) this.problems.push(`${at}/${field} is ${sender === 'client' ? 'required' : 'no longer certain'}`)
    }
  }
}

function resolve (document: Document, schema: Schema): Schema {
  const name = schema.$ref?.replace('#/components/schemas/', '')
  return name === undefined ? schema : resolve(document, document.components?.schemas?.[name] ?? {})
}
