import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { policyProblems, type RequestPolicy } from 'fastify-upload-url'

/** Policies by owner. */
export type OwnerPolicies = ReadonlyMap<string, RequestPolicy>

/** A file of policies, and what it says. */
export interface OwnerPoliciesOptions {
  readonly path: string
  readonly policies: OwnerPolicies
  /** Owners that the file may name: one that is misspelt would go without its limits. */
  readonly owners: ReadonlySet<string>
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The policy of an owner, where there is one, as the file says now. */
    policyOf (owner: string): RequestPolicy | undefined
  }
}

/**
 * Reads policies from a file in JSON, as in `{ "alice": { "maxSize": 50000000 } }`.
 *
 * @param owners who may be named
 * @throws Error with everything that is wrong; one of Node.js where the file cannot be read
 */
export function readOwnerPolicies (path: string, owners: ReadonlySet<string>): OwnerPolicies {
  const policies = parseObject(readFileSync(path, 'utf8'))
  const problems = Object.entries(policies).flatMap(([owner, policy]) =>
    owners.has(owner) ? policyProblems(policy, owner) : [`${owner} has no API key`])
  if (problems.length > 0) throw new Error(problems.join('; '))
  return new Map(Object.entries(policies) as Array<[string, RequestPolicy]>)
}

function parseObject (text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {}
  throw new Error('it must be a JSON object of policies by owner')
}

async function ownerPolicies (fastify: FastifyInstance, options: OwnerPoliciesOptions): Promise<void> {
  const { path, owners } = options
  let { policies } = options

  function reload (): void {
    try {
      policies = readOwnerPolicies(path, owners)
      fastify.log.info({ owners: policies.size }, 'policies reloaded')
    } catch (error) {
      fastify.log.error({ err: error }, 'policies not reloaded: the former ones hold')
    }
  }

  fastify.decorate('policyOf', (owner: string) => policies.get(owner))
  fastify.addHook('onReady', async () => { process.on('SIGHUP', reload) })
  fastify.addHook('onClose', async () => { process.off('SIGHUP', reload) })
}

/** Knows the policies of owners, and reads them again on SIGHUP. */
export default fp(ownerPolicies, { name: 'owner-policies', fastify: '5.x' })
