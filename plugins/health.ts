import { setTimeout } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import createError from '@fastify/error'
import underPressure from '@fastify/under-pressure'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** Options of the plugin. */
export interface HealthOptions {
  /** What must work for the service to be ready, by name. A check that rejects, or is too slow, has failed. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>
  /** Milliseconds of mean event loop delay from which on requests are refused; 0 for no limit. Default: 1000. */
  readonly maxEventLoopDelay?: number
}

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Begins the end of the service: from now on it is not ready and asks clients to connect elsewhere, while it
     * still answers everything.
     *
     * @param period milliseconds until the promise resolves: as long as balancers need to notice
     */
    drain (period: number): Promise<void>
  }
}

const MAX_HEAP_SHARE = 0.9
const RETRY_SECONDS = 5
const CHECK_TIMEOUT_MS = 2_000
const CACHE_MS = 1_000

const NotReadyError = createError('FST_HEALTH_NOT_READY', 'Not ready: %s', 503)

const HealthySchema = Type.Object({ status: Type.Literal('ok') }, { additionalProperties: false })

async function health (fastify: FastifyInstance, { checks, maxEventLoopDelay = 1_000 }: HealthOptions): Promise<void> {
  let isClosing = false
  const findFailures = cached(() => runChecks(checks))
  const logChange = changeLogger(fastify)
  fastify.decorate('drain', async period => {
    isClosing = true
    if (period > 0) await setTimeout(period)
  })
  fastify.addHook('preClose', async () => { isClosing = true })
  // As late as can be: a connection that stays open after the last reply would hold up the end.
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close')
    done()
  })
  await fastify.register(underPressure, {
    maxEventLoopDelay,
    maxHeapUsedBytes: Math.floor(getHeapStatistics().heap_size_limit * MAX_HEAP_SHARE),
    retryAfter: RETRY_SECONDS,
    message: 'The service is overloaded: try again shortly'
  })

  fastify.get('/health/live', {
    logLevel: 'warn',
    // A process that is busy must not be killed for it.
    config: { rateLimit: false, pressureHandler: () => {} },
    schema: {
      hide: true,
      response: { 200: HealthySchema }
    }
  }, async () => ({ status: 'ok' }))

  fastify.get('/health/ready', {
    // Probes come every few seconds: changes are logged, and not every answer.
    logLevel: 'silent',
    config: { rateLimit: false },
    schema: {
      hide: true,
      response: { 200: HealthySchema }
    }
  }, async () => {
    const failures = isClosing ? ['the service is shutting down'] : await findFailures()
    const reason = failures.join('; ')
    logChange(reason)
    if (reason === '') return { status: 'ok' }
    throw Object.assign(new NotReadyError(reason), { headers: { 'retry-after': RETRY_SECONDS } })
  })
}

/** @returns what to call with the reason why the service is not ready; empty when it is */
function changeLogger ({ log }: FastifyInstance): (reason: string) => void {
  let latest = ''
  return reason => {
    if (reason === latest) return
    latest = reason
    if (reason === '') log.info('the service is ready')
    else log.error(`the service is not ready: ${reason}`)
  }
}

async function runChecks (checks: HealthOptions['checks']): Promise<string[]> {
  const outcomes = await Promise.all(Object.entries(checks).map(([name, check]) => runCheck(name, check)))
  return outcomes.filter(failure => failure !== undefined)
}

async function runCheck (name: string, check: () => Promise<void>): Promise<string | undefined> {
  const done = new AbortController()
  const problem = `${name}: no answer within ${CHECK_TIMEOUT_MS} ms`
  const timeout = setTimeout(CHECK_TIMEOUT_MS, problem, { signal: done.signal }).catch(() => undefined)
  const outcome = check().then(() => undefined, (error: Error) => `${name}: ${error.message}`)
  try {
    return await Promise.race([outcome, timeout])
  } finally {
    done.abort()
  }
}

// Many probes at once, from any number of balancers, cost the store one request a second.
function cached<T> (run: () => Promise<T>): () => Promise<T> {
  let latest: { readonly at: number, readonly result: Promise<T> } | undefined
  return () => {
    if (latest === undefined || Date.now() - latest.at > CACHE_MS) latest = { at: Date.now(), result: run() }
    return latest.result
  }
}

/**
 * Adds `GET /health/live` and `GET /health/ready`, and refuses requests with FST_UNDER_PRESSURE (503) while the process
 * is overloaded.
 */
export default fp(health, { name: 'health', fastify: '5.x' })
