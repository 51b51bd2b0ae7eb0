import type { TSchema } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { toJson } from './errors.js'
import { describeErrors, type Validation } from './validation.js'

/** The scope our routes are registered in. */
export type Scope = FastifyInstance

/**
 * Gives a scope its own validator, serializer and schemas, so that it shares none with the host, and keeps
 * what it answers out of caches.
 *
 * @param components schemas that its routes refer to by `$id`; a host may have others of the same name
 */
export function isolateScope (scope: Scope, validation: Validation, components: readonly TSchema[]): void {
  const schemas: Record<string, unknown> = {}
  scope.setSchemaController({
    bucket: () => ({
      add: schema => { schemas[(schema as { $id: string }).$id] = schema; return scope },
      getSchema: id => schemas[id],
      getSchemas: () => schemas
    })
  })
  scope.setValidatorCompiler(validation.compiler)
  scope.setSchemaErrorFormatter(describeErrors)
  scope.setSerializerCompiler(() => toJson)
  for (const schema of components) scope.addSchema(schema)
  scope.addHook('onRequest', async (_request, reply) => { reply.header('cache-control', 'no-store') })
}
