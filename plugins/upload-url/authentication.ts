import type { FastifyReply, FastifyRequest } from 'fastify'
import { errors } from './errors.js'
import type { Scope } from './isolate-scope.js'
import { toOwner } from './object-key.js'

const OWNER = Symbol('owner')

/** Hooks in which the owner of a request can be asked for. */
export const OWNER_HOOKS = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const

/** What a request asks for, as the authorization hook sees it. */
export interface Authorization {
  /** Who uploads, as `owner` named them. */
  readonly owner: string
  /** The operationId, as in the OpenAPI document: `createUploadUrl`, `createUploadForm`, … */
  readonly operation: string
  /** What is asked for, validated: the query or the body. */
  readonly input: unknown
}

/** Asks the host whether a request may do what it asks for. @throws FST_UPLOAD_FORBIDDEN unless it answers `true` */
export type Authorize = (request: FastifyRequest, authorization: Authorization) => Promise<void>

/** How a scope finds out whose requests it gets. */
export interface AuthenticationOptions {
  /** The hook in which the owner is asked for. */
  readonly ownerHook: (typeof OWNER_HOOKS)[number]
  /** What `WWW-Authenticate` says with a 401. */
  readonly authenticateScheme: string
  /** Names the owner of a request; undefined, null or an empty string for nobody. */
  readonly owner: (request: FastifyRequest) => unknown
  /** Is told of each owner, as soon as they are known. */
  readonly identified?: (request: FastifyRequest, owner: string) => void
}

/**
 * Makes every route of a scope find out whose request it is, in the hook that the options name.
 *
 * @param hint what a client without an owner is told to do
 */
export function authenticate (
  scope: Scope,
  { ownerHook, authenticateScheme, owner, identified = () => {} }: AuthenticationOptions,
  hint = 'send the credentials of this service'
): void {
  let isWarned = false
  scope.decorateRequest(OWNER, '')

  async function findOwner (request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const found = await owner(request)
    if (found === undefined || found === null || found === '') {
      if (!isWarned && hasCredentials(request)) {
        isWarned = true
        request.log.warn(
          `fastify-upload-url: owner() named nobody in ${ownerHook}, for a request with credentials. Where the app ` +
          'authenticates in a later hook, name it by the option ownerHook'
        )
      }
      reply.header('www-authenticate', authenticateScheme)
      throw new errors.FST_UPLOAD_UNAUTHENTICATED(hint)
    }
    const name = toOwner(found)
    request.setDecorator(OWNER, name)
    identified(request, name)
  }

  // Each hook has a type of its own, of which all take an async function of request and reply.
  scope.addHook(ownerHook as 'onRequest', findOwner)
}

/** Whose request this is. */
export function ownerOf (request: FastifyRequest): string {
  return request.getDecorator<string>(OWNER)
}

/** The authorization hook of the options, which allows by `true` alone. */
export function authorizer (
  { authorize }: { readonly authorize: (request: FastifyRequest, authorization: Authorization) => unknown }
): Authorize {
  return async (request, authorization) => {
    if (await authorize(request, authorization) !== true) throw new errors.FST_UPLOAD_FORBIDDEN()
  }
}

function hasCredentials ({ headers }: FastifyRequest): boolean {
  return headers.authorization !== undefined || headers.cookie !== undefined
}
