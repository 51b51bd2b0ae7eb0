import type { FastifyRequest } from 'fastify'
import { errors } from '../errors.js'
import type { Scope } from '../resource.js'
import type { Uploads } from '../index.js'
import type { ResolvedUppyOptions } from './options.js'

type Identity = Uploads['identity'] & Pick<ResolvedUppyOptions, 'identified'>

/** Runs an operation for whoever sent the request, if the host lets them. */
export type Perform = <T>(request: FastifyRequest, operation: string, run: (owner: string) => Promise<T> | T) => Promise<T>

/**
 * Makes every route of the scope say who asks, before anything else.
 *
 * @param owner whose request it is; undefined for nobody, which is answered 401 with the advice
 * @param authorize the host's own say, under the operation's name in the API of `fastify-upload-url`: who may not
 * create an upload there, may not create one through Uppy
 * @param identified told whose request it is
 */
export function requireOwner (scope: Scope, { owner, authorize, identified }: Identity, advice: string): Perform {
  const OWNER = Symbol('owner')
  scope.decorateRequest(OWNER, '')
  scope.addHook('onRequest', async request => {
    const name = await owner(request)
    if (!name) throw new errors.FST_UPLOAD_UNAUTHENTICATED(advice)
    request.setDecorator(OWNER, name)
    identified(request, name)
  })
  return async (request, operation, run) => {
    const name = request.getDecorator<string>(OWNER)
    if (await authorize(request, { owner: name, operation }) === false) throw new errors.FST_UPLOAD_FORBIDDEN()
    return await run(name)
  }
}
