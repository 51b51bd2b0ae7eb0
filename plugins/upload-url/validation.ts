import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { FastifySchema, FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import type { TObject, TSchema } from '@sinclair/typebox'
import { errors } from './errors.js'

const INTEGER = /^(0|[1-9]\d{0,15})$/

/** Our schemas are right by their types, and the schema of schemas takes longer to compile than all of them. */
const TRUSTED = { meta: false, validateSchema: false } as const

const optionsAjv = new Ajv({ ...TRUSTED, allErrors: true })
optionsAjv.addKeyword({
  keyword: 'isFunction',
  validate: (_isFunction: true, data: unknown) => typeof data === 'function',
  error: { message: 'must be a function' }
})

/** The same type for callers: what is optional may be undefined. */
export type AllowUndefined<T> = T extends ReadonlyArray<infer Item> ? ReadonlyArray<AllowUndefined<Item>>
  : T extends object
    ? { readonly [K in keyof T]: AllowUndefined<T[K]> | (object extends Pick<T, K> ? undefined : never) }
    : T

/** Validates values against the plugin's own schemas, whatever the host does with its validator. */
export interface Validation {
  readonly compiler: FastifySchemaCompiler<FastifySchema>
  /**
   * @returns a function that throws FST_UPLOAD_INVALID_INPUT naming the first field of a value that is wrong
   */
  assertion (schema: TSchema): (value: unknown) => void
}

/**
 * Nothing is coerced, removed or filled in, so that what was validated is what was sent. The one exception are
 * integers and booleans in a query string, which has only text.
 *
 * @param components schemas that others refer to by `$id`
 */
export function createValidation (components: readonly TSchema[]): Validation {
  // Each schema is compiled when it is first used: an app starts sooner.
  const ajv = new Ajv({ ...TRUSTED, schemas: [...components], formats: { 'date-time': true, uri: true } })
  const compileLater = (compile: () => ValidateFunction): (() => ValidateFunction) => {
    let validate: ValidateFunction | undefined
    return () => (validate ??= compile())
  }
  return {
    compiler: ({ schema, httpPart }) => {
      const validator = compileLater(() => ajv.compile(schema))
      const parse = httpPart === 'querystring' ? queryParser(schema as TSchema) : () => {}
      return data => {
        parse(data)
        const validate = validator()
        return validate(data) ? { value: data } : { error: validate.errors as FastifySchemaValidationError[] }
      }
    },
    assertion (schema) {
      const validator = compileLater(() => schema.$id === undefined ? ajv.compile(schema) : ajv.getSchema(schema.$id)!)
      return value => {
        const validate = validator()
        if (validate(value)) return
        const [problem] = validate.errors!
        const root = problem!.instancePath === '' ? 'input' : ''
        throw new errors.FST_UPLOAD_INVALID_INPUT(describeProblem(root, problem!).replace(/^\//, ''))
      }
    }
  }
}

/** What is wrong with options, each problem in one sentence. `isFunction` in a schema asks for a function. */
export function problemsOf (schema: TObject, value: unknown, root: string): string[] {
  // To compile what no option given needs would take as long as all the rest of a start.
  const properties = Object.fromEntries(Object.entries(schema.properties).filter(
    ([name]) => schema.required?.includes(name) || Object.hasOwn(Object(value), name)
  ))
  const isValid = optionsAjv.compile({ ...schema, properties })
  return isValid(value) ? [] : describeAll(isValid, root)
}

/** The same for values that come with requests: the schema is compiled once, when the first one comes. */
export function problemFinder (schema: TObject): (value: unknown, root: string) => string[] {
  let isValid: ValidateFunction | undefined
  return (value, root) => {
    isValid ??= optionsAjv.compile(schema)
    return isValid(value) ? [] : describeAll(isValid, root)
  }
}

function describeAll ({ errors }: ValidateFunction, root: string): string[] {
  return [...new Set(errors!.map(problem => describeProblem(root, problem)))]
}

/** What the schema compilers of Ajv and Fastify both say of a value that is wrong. */
type Problem = Pick<ErrorObject, 'instancePath' | 'keyword' | 'message' | 'params'>

/** Says what is wrong with a request, as in `body/files/3/size must be integer`. */
export function describeErrors (problems: readonly FastifySchemaValidationError[], part: string): Error {
  return new Error(describeProblem(part, problems[0] as Problem))
}

function describeProblem (root: string, { instancePath, keyword, message, params }: Problem): string {
  const place = root + instancePath
  switch (keyword) {
    case 'additionalProperties': return `${place}: unknown field ${params['additionalProperty']}`
    case 'enum': return `${place} must be one of ${params['allowedValues'].join(', ')}`
    default: return `${place} ${message}`
  }
}

function queryParser ({ properties = {} }: TSchema): (query: Record<string, unknown>) => void {
  const typed = Object.keys(properties).filter(name => ['integer', 'boolean'].includes(properties[name].type))
  return query => {
    for (const name of typed) query[name] = parseValue(properties[name].type, query[name])
  }
}

function parseValue (type: string, text: unknown): unknown {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return typeof text === 'string' && INTEGER.test(text) ? Number(text) : text
}
