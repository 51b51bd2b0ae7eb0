import { timingSafeEqual } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import createError from '@fastify/error'
import { S3ServiceException } from '@aws-sdk/client-s3'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { bearerToken, sha256 } from './auth.js'
import { channels, type CredentialsEvent, type SignEvent, type StoreEvent } from 'fastify-upload-url'

/** Options of the plugin. */
export interface MetricsOptions {
  /** SHA-256 of the key that Prometheus sends as a bearer token. */
  readonly key: Buffer
}

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

const UnauthenticatedError = createError(
  'FST_METRICS_UNAUTHENTICATED', 'Authentication required: send METRICS_KEY as "Authorization: Bearer <key>"', 401
)

async function metrics (fastify: FastifyInstance, { key }: MetricsOptions): Promise<void> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  measureRequests(fastify, registry)
  measureUploads(fastify, registry)

  fastify.get('/metrics', {
    logLevel: 'warn',
    config: { rateLimit: false },
    schema: {
      hide: true,
      response: {
        200: { description: 'Prometheus’ text format.', content: { 'text/plain': { schema: Type.String() } } }
      }
    }
  }, async (request, reply) => {
    if (!isKey(request.headers.authorization, key)) throw new UnauthenticatedError()
    reply.type(registry.contentType)
    return registry.metrics()
  })
}

// By route and never by URL, so that the number of series is bounded.
function measureRequests (fastify: FastifyInstance, registry: Registry): void {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Requests answered, by route.',
    labelNames: ['method', 'route', 'status_code'],
    buckets: REQUEST_SECONDS,
    registers: [registry]
  })
  fastify.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
    const route = routeOptions.url ?? 'unknown'
    const labels = { method: route === 'unknown' ? 'any' : method, route, status_code: reply.statusCode }
    durations.observe(labels, reply.elapsedTime / 1000)
    done()
  })
}

function measureUploads (fastify: FastifyInstance, registry: Registry): void {
  const registers = [registry]
  const signed = new Counter({
    name: 'upload_url_signed_total',
    help: 'URLs and forms signed, by S3 operation and outcome.',
    labelNames: ['operation', 'outcome'],
    registers
  })
  const calls = new Histogram({
    name: 'upload_url_store_call_duration_seconds',
    help: 'Calls to the store, by S3 operation and outcome.',
    labelNames: ['operation', 'outcome'],
    buckets: REQUEST_SECONDS,
    registers
  })
  const refreshes = new Counter({
    name: 'upload_url_credential_refreshes_total',
    help: 'Refreshes of credentials, by outcome.',
    labelNames: ['outcome'],
    registers
  })

  listen<SignEvent>(fastify, channels.sign.name, ({ operation, error }) => {
    signed.inc({ operation, outcome: error === undefined ? 'signed' : 'failed' })
  })
  listen<StoreEvent>(fastify, channels.store.name, ({ operation, duration, error }) => {
    calls.observe({ operation, outcome: outcomeOf(error) }, duration / 1000)
  })
  listen<CredentialsEvent>(fastify, channels.credentials.name, ({ outcome }) => refreshes.inc({ outcome }))
}

function listen<T> (fastify: FastifyInstance, name: string | symbol, listener: (message: T) => void): void {
  const onMessage = (message: unknown) => listener(message as T)
  subscribe(name, onMessage)
  fastify.addHook('onClose', async () => { unsubscribe(name, onMessage) })
}

function outcomeOf (error: Error | undefined): string {
  if (error === undefined) return 'ok'
  if (error instanceof S3ServiceException) return `http_${error.$metadata.httpStatusCode ?? 'unknown'}`
  return ['AbortError', 'TimeoutError'].includes(error.name) ? 'timeout' : 'unreachable'
}

function isKey (authorization: string | undefined, key: Buffer): boolean {
  return timingSafeEqual(sha256(bearerToken(authorization) ?? ''), key)
}

/**
 * Adds `GET /metrics` in Prometheus' text format, for whoever has the key: requests by route, URLs signed, calls to
 * the store, credential refreshes, and the process itself. Register it before the routes to be measured.
 */
export default fp(metrics, { name: 'metrics', fastify: '5.x' })
