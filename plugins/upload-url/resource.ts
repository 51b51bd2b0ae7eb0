import type { Static, TSchema } from '@sinclair/typebox'
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context } from './context.js'

/** Types handlers by the TypeBox schemas of their route. */
interface TypeBoxProvider extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown
}

/** The scope our routes are registered in, which shares neither validator nor schemas with the host. */
export type Scope = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxProvider>

/** A group of routes, and the schemas they refer to by `$id`. */
export interface Resource {
  readonly components: readonly TSchema[]
  routes (scope: Scope, context: Context): void
}
