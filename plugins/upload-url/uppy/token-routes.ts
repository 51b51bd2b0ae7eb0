import type { Scope } from '../resource.js'
import { BODY_ERRORS, CALLER_ERRORS, errorResponses, reply } from '../responses.js'
import type { Perform } from './identity.js'
import type { Uppy } from './index.js'
import { UppyTokenSchema } from './schemas.js'

/** `POST /uppy-tokens`, for callers who can send a header to get a path for those who can't. */
export function tokenRoutes (scope: Scope, uppy: Uppy, perform: Perform): void {
  scope.post('/uppy-tokens', {
    schema: {
      tags: ['Uppy'],
      operationId: 'createUppyToken',
      summary: 'Get a path that stands for you',
      description: 'For a page whose Uppy can send no header: `companionEndpoint` is this path after the origin of the service. Whoever knows it can upload as you until it ends, and nothing else.',
      response: { 201: reply(UppyTokenSchema), ...errorResponses(...CALLER_ERRORS, ...BODY_ERRORS, 'FST_UPLOAD_INVALID_OPTIONS') }
    }
  }, (request, reply) => {
    reply.code(201)
    return perform(request, 'createUppyToken', owner => uppy.createToken(owner))
  })
}
