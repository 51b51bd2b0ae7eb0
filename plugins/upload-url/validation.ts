import { Ajv, type ErrorObject } from 'ajv'
import type { FastifySchema, FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import type { TSchema } from '@sinclair/typebox'
import { errors } from './errors.js'

const WHOLE_NUMBER = /^(0|[1-9]\d{0,15})$/

/** Checks values against the plugin's own schemas, whatever the host does with its validator. */
export interface Validation {
  readonly compiler: FastifySchemaCompiler<FastifySchema>
  /** @throws FST_UPLOAD_INVALID_DECLARATION naming the first field of `value` that is wrong */
  assert (schema: TSchema, value: unknown): void
}

/**
 * Nothing is coerced, stripped or filled in, so that what was validated is what was sent. The one
 * exception are whole numbers and booleans in a query string, which knows only text.
 *
 * @param components schemas that others refer to by `$id`
 */
export function createValidation (components: readonly TSchema[]): Validation {
  const ajv = new Ajv({ schemas: [...components], formats: { 'date-time': true, uri: true } })
  return {
    compiler: ({ schema, httpPart }) => {
      const isValid = ajv.compile(schema)
      const parse = httpPart === 'querystring' ? queryParser(schema as TSchema) : () => {}
      return data => {
        parse(data)
        return isValid(data) ? { value: data } : { error: isValid.errors as FastifySchemaValidationError[] }
      }
    },
    assert (schema, value) {
      const isValid = schema.$id === undefined ? ajv.compile(schema) : ajv.getSchema(schema.$id)!
      if (isValid(value)) return
      const [problem] = isValid.errors!
      throw new errors.FST_UPLOAD_INVALID_DECLARATION(describeProblem(problem!.instancePath === '' ? 'declaration' : '', problem!).replace(/^\//, ''))
    }
  }
}

/** What the schema compilers of Ajv and Fastify both say of a value that is wrong. */
type Problem = Pick<ErrorObject, 'instancePath' | 'keyword' | 'message' | 'params'>

/** Says what is wrong with a request, as in `body/files/3/size must be integer`. */
export function describeErrors (problems: readonly FastifySchemaValidationError[], part: string): Error {
  return new Error(describeProblem(part, problems[0] as Problem))
}

/** Says in one line what is wrong and where. */
export function describeProblem (root: string, { instancePath, keyword, message, params }: Problem): string {
  const place = root + instancePath
  switch (keyword) {
    case 'additionalProperties': return `${place} has no field ${params['additionalProperty']}: check its spelling`
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
  return typeof text === 'string' && WHOLE_NUMBER.test(text) ? Number(text) : text
}
