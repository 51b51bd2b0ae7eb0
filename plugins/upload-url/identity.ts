import type { FastifyRequest } from 'fastify'
import { errors } from './errors.js'
import type { ResolvedOptions } from './options.js'
import type { Scope } from './resource.js'

const OWNER = Symbol('owner')

/** Makes every route of the scope say who asks, before anything else, and then ask the host whether they may. */
export function requireOwner (scope: Scope, { owner, authorize }: ResolvedOptions): void {
  scope.decorateRequest(OWNER, '')

  scope.addHook('onRequest', async request => {
    const name = await owner(request)
    if (!name) throw new errors.FST_UPLOAD_UNAUTHENTICATED('send the credentials this service asks for')
    request.setDecorator(OWNER, name)
  })

  scope.addHook('preHandler', async request => {
    const { operationId: operation } = request.routeOptions.schema as { operationId: string }
    if (await authorize(request, { owner: ownerOf(request), operation }) === false) {
      throw new errors.FST_UPLOAD_FORBIDDEN()
    }
  })
}

/** Whose request this is. */
export function ownerOf (request: FastifyRequest): string {
  return request.getDecorator<string>(OWNER)
}
