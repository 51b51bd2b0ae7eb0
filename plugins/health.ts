import { setTimeout } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import createError from '@fastify/error'
import underPressure from '@fastify/under-pressure'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** Options of the plugin. */
export interface HealthOptions {
  /** What must work for the service to be ready, by name. A check that rejects, or takes over two seconds, has failed. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>
  /** From which mean delay of the event loop on, in milliseconds, requests are turned away. Default: 1000. */
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

const HEAP_SHARE = 0.9
const RETRY_SECONDS = 5
const PATIENCE_MS = 2_000
const FRESH_MS = 1_000

const NotReadyError = createError('FST_HEALTH_NOT_READY', 'Not ready: %s', 503)

const HealthySchema = Type.Object({ status: Type.Literal('ok') }, { additionalProperties: false })

async function health (fastify: FastifyInstance, { checks, maxEventLoopDelay = 1_000 }: HealthOptions): Promise<void> {
  let isClosing = false
  const ready = shared(() => runChecks(checks))
  fastify.decorate('drain', async period => {
    isClosing = true
    if (period > 0) await setTimeout(period)
  })
  fastify.addHook('preClose', async () => { isClosing = true })
  // As late as can be: a connection that stays open after the last reply would hold up the end.
  fastify.addHook('onSend', async (_request, reply) => { if (isClosing) reply.header('connection', 'close') })
  await fastify.register(underPressure, {
    maxEventLoopDelay,
    maxHeapUsedBytes: Math.floor(getHeapStatistics().heap_size_limit * HEAP_SHARE),
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
    logLevel: 'warn',
    config: { rateLimit: false },
    schema: {
      hide: true,
      response: { 200: HealthySchema }
    }
  }, async () => {
    const failures = isClosing ? ['the service is shutting down'] : await ready()
    if (failures.length > 0) throw Object.assign(new NotReadyError(failures.join('; ')), { headers: { 'retry-after': RETRY_SECONDS } })
    return { status: 'ok' }
  })
}

async function runChecks (checks: HealthOptions['checks']): Promise<string[]> {
  const outcomes = await Promise.all(Object.entries(checks).map(([name, check]) => runCheck(name, check)))
  return outcomes.filter(failure => failure !== undefined)
}

async function runCheck (name: string, check: () => Promise<void>): Promise<string | undefined> {
  const settled = new AbortController()
  const silence = setTimeout(PATIENCE_MS, `${name}: no answer within ${PATIENCE_MS} ms`, { signal: settled.signal }).catch(() => undefined)
  const outcome = check().then(() => undefined, (error: Error) => `${name}: ${error.message}`)
  try {
    return await Promise.race([outcome, silence])
  } finally {
    settled.abort()
  }
}

// Many probes at once, from any number of balancers, cost the store one request a second.
function shared<T> (run: () => Promise<T>): () => Promise<T> {
  let latest: { readonly at: number, readonly result: Promise<T> } | undefined
  return () => {
    if (latest === undefined || Date.now() - latest.at > FRESH_MS) latest = { at: Date.now(), result: run() }
    return latest.result
  }
}

/** Adds `GET /health/live` and `GET /health/ready`, and turns requests away with FST_UNDER_PRESSURE (503) rather than break down. */
export default fp(health, { name: 'health', fastify: '5.x' })
