import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { createValidation, internalsOf, isolateScope, UploadErrorSchema, type Scope } from '../internals.js'
import { createHandler } from './handle.js'
import { serveStoreEvents } from './http.js'
import { resolveEventsOptions, wrong, type UploadEventsOptions } from './options.js'

async function registerUploadEvents (fastify: FastifyInstance, options: UploadEventsOptions): Promise<void> {
  const { http, ...hook } = resolveEventsOptions(options)
  const { services } = internalsOf(fastify.uploads)
  if (services.hooks.hook !== undefined) throw wrong('registered already')
  if (hook.claim && services.options.unclaimed === undefined) {
    throw wrong('claim needs the option unclaimed of fastify-upload-url')
  }
  services.hooks.hook = hook
  services.hooks.handle = createHandler(services)
  if (http === undefined) return

  await fastify.register(async (scope: Scope) => {
    const { childLoggerFactory } = scope
    scope.setChildLoggerFactory((logger, bindings, options, request) => {
      const req = (request: FastifyRequest) => describeRequest(request, http.path)
      const serializers = { ...options.serializers, req }
      return childLoggerFactory.call(scope, logger, bindings, { ...options, serializers }, request)
    })
    isolateScope(scope, createValidation([UploadErrorSchema]), [UploadErrorSchema])
    serveStoreEvents(scope, http, services.hooks.handle!)
  })
}

// As Fastify does it, but without the secret.
function describeRequest ({ method, host, ip, socket }: FastifyRequest, path: string): Record<string, unknown> {
  return { method, url: path, host, remoteAddress: ip, remotePort: socket.remotePort }
}

/**
 * Tells your app of every upload, at least once: by the events of the store, whichever way they come (see
 * `app.uploads.handleStoreEvent`, and the option `http`), when an upload in parts is completed, and when a status is
 * inspected.
 */
export const uploadEvents = fp(registerUploadEvents, {
  name: 'upload-events', fastify: '>=5.3.0 <6', dependencies: ['fastify-upload-url']
})
export default uploadEvents

export type { Upload, UploadedResult, UploadEvent } from '../internals.js'
export type { HttpOptions, UploadEventsOptions } from './options.js'
export { readStoreEvents, type StoreEvent } from './store-events.js'
