import { errors } from './errors.js'
import type { ResolvedOptions } from './options.js'
import { smallest } from './policy.js'
import { isPlainObject, policyProblems, type RequestPolicy } from './request-policy.js'

/**
 * The options as a policy narrows them: the smaller of two limits, the formats that both name, and whatever either
 * requires. What the options allow is never exceeded.
 *
 * @param returned what a host's policy returned
 * @throws FST_UPLOAD_INVALID_POLICY, with what is wrong as its cause
 */
export function narrowOptions (options: ResolvedOptions, returned: unknown): ResolvedOptions {
  if (returned === undefined) return options
  // What was checked is what holds, whatever becomes of the host's object.
  const policy: unknown = isPlainObject(returned) ? { ...returned } : returned
  const problems = policyProblems(policy, 'policy', options.configured.formats)
  if (problems.length > 0) throw invalidPolicy(problems.join('; '))
  const limits = policy as RequestPolicy
  const maxSize = smallest(options.maxSize, limits.maxSize)
  const { minSize = 0, formats, require = [] } = limits
  if (minSize > (maxSize ?? Infinity)) {
    throw invalidPolicy(`policy/minSize is ${minSize}, but at most ${maxSize} bytes are accepted`)
  }
  return Object.freeze({
    ...options,
    maxSize,
    formats: options.formats.filter(({ name }) => formats?.includes(name) ?? true),
    required: new Set([...options.required, ...require, ...formats === undefined ? [] : ['contentType']]),
    expiresIn: Math.min(options.expiresIn, limits.expiresIn ?? Infinity),
    limits
  })
}

function invalidPolicy (problem: string): Error {
  return Object.assign(new errors.FST_UPLOAD_INVALID_POLICY(), { cause: new Error(problem) })
}
