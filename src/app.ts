import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import type { S3ClientConfig } from '@aws-sdk/client-s3'
import cors from '@fastify/cors'
import Fastify, { type FastifyInstance } from 'fastify'
import uploadUrl, { AUDIO_FORMATS } from 'fastify-upload-url'
import uppy from 'fastify-upload-url/uppy'
import accessLog, { AccessLog, logOptions } from '../plugins/access-log.js'
import auth from '../plugins/auth.js'
import { DEVELOPMENT_KEY, type Config } from '../plugins/config.js'
import health from '../plugins/health.js'
import limits from '../plugins/limits.js'
import openapi from '../plugins/openapi/index.js'
import ownerPolicies from '../plugins/owner-policies.js'
import securityHeaders from '../plugins/security-headers.js'
import uploadEvents from '../plugins/upload-events.js'
import { clientErrorHandler, errorHandler, frameworkErrors, notFoundHandler } from './errors.js'

const { version } = createRequire(import.meta.url)('#package.json') as { version: string }

/** What tests and tools may decide besides the configuration. */
export interface BuildOptions {
  /** Where log lines go. Default: standard output. */
  readonly logStream?: { write (line: string): void }
  /** Folder of the embedded store. Default: `.local-s3` in the working directory. */
  readonly storeDirectory?: string
}

/** Bytes. The largest body completes an upload of 10 000 parts: about 700 kB. */
const BODY_LIMIT = 1024 ** 2

/** Milliseconds. The store may take two minutes to complete a multipart upload, while nothing is sent. */
const TIMEOUTS = { requestTimeout: 30_000, connectionTimeout: 150_000, keepAliveTimeout: 72_000 }
const HTTP = { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 }

const EXPOSED_HEADERS = ['retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'x-request-id']

/**
 * Builds the server: registers every plugin, and listens nowhere, except for the embedded store, which takes the place
 * of a bucket where none is configured.
 *
 * @param config as `loadConfig` read it
 * @throws when a plugin cannot start, saying which and why
 */
export async function buildApp (
  config: Config, { logStream, storeDirectory = '.local-s3' }: BuildOptions = {}
): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    logger: { level: config.LOG_LEVEL, ...logOptions, ...logStream && { stream: logStream } },
    logController: new AccessLog(),
    genReqId: () => randomUUID(),
    clientErrorHandler,
    frameworkErrors,
    trustProxy: config.trustProxy,
    forceCloseConnections: 'idle',
    bodyLimit: BODY_LIMIT,
    ...TIMEOUTS,
    http: HTTP
  })
  app.setErrorHandler(errorHandler)
  app.setNotFoundHandler(notFoundHandler)
  for (const warning of config.warnings) app.log.warn(warning)

  await app.register(accessLog)
  await app.register(securityHeaders)
  await app.register(cors, {
    origin: [...config.corsOrigins],
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 600
  })
  await app.register(openapi, { version })
  if (config.metricsKey !== undefined) {
    const { default: metrics } = await import('../plugins/metrics.js')
    await app.register(metrics, { key: config.metricsKey })
  }
  await app.register(health, {
    checks: { store: () => app.uploads.checkStore() },
    maxEventLoopDelay: config.maxEventLoopDelay
  })
  await app.register(limits, {
    perOwner: config.RATE_LIMIT_MAX,
    perAddress: config.RATE_LIMIT_MAX_PER_ADDRESS,
    owner: request => request.caller,
    cost: request => request.routeOptions.config.signedUrls?.(request) ?? 1,
    redisUrl: config.REDIS_URL,
    withoutRedis: config.RATE_LIMIT_WITHOUT_REDIS
  })
  await app.register(auth, { keys: config.apiKeys })
  if (config.ownerPolicies !== undefined) await app.register(ownerPolicies, config.ownerPolicies)
  await app.register(uploadUrl, {
    ...await connectStore(app, config, storeDirectory),
    keyPrefix: config.keyPrefix,
    expiresIn: config.expiresIn,
    listUploads: config.listUploads,
    deleteUploads: config.deleteUploads,
    unclaimed: config.unclaimed,
    results: config.results,
    owner: request => (request.caller = request.owner),
    ...config.ownerPolicies !== undefined && { policy: (_request, { owner }) => app.policyOf(owner) },
    ...config.MAX_UPLOAD_BYTES !== undefined && { maxSize: config.MAX_UPLOAD_BYTES },
    ...config.MAX_DURATION_SECONDS !== undefined && { accept: { maxDuration: config.MAX_DURATION_SECONDS } },
    ...config.allowedFormats !== undefined && { formats: config.allowedFormats },
    ...config.publicEndpoint !== undefined && { publicEndpoint: config.publicEndpoint }
  })
  await app.register(uppy, {
    identified: (request, owner) => { request.caller = owner },
    ...config.uppyTokenSecret !== undefined && { tokenSecret: config.uppyTokenSecret }
  })
  await reportUploads(app, config)
  if (config.SALVAGE_AFTER_SECONDS !== undefined) {
    const { default: salvage } = await import('../plugins/salvage.js')
    await app.register(salvage, { after: config.SALVAGE_AFTER_SECONDS })
  }
  if (config.NODE_ENV !== 'production') await servePlayground(app, config)
  return app
}

async function reportUploads (app: FastifyInstance, config: Config): Promise<void> {
  const { webhook, UPLOAD_EVENTS_QUEUE_URL: queueUrl, UPLOAD_EVENTS_SECRET: secret, isLocal } = config
  if (webhook === undefined && !isLocal) return
  if (webhook !== undefined) await app.register((await import('../plugins/webhook.js')).default, webhook)
  await app.register(uploadEvents, {
    claim: config.CLAIM_UPLOADS, ...secret !== undefined && { http: { secret } }
  })
  if (queueUrl === undefined) return
  const { default: eventQueue } = await import('../plugins/event-queue.js')
  await app.register(eventQueue, {
    queueUrl, region: config.AWS_REGION, handle: body => app.uploads.handleStoreEvent(body)
  })
}

async function servePlayground (app: FastifyInstance, config: Config): Promise<void> {
  // Never loaded in production.
  const { default: playground } = await import('../plugins/playground/index.js')
  await app.register(playground, {
    keyPrefix: config.keyPrefix,
    formats: AUDIO_FORMATS.filter(({ name }) => config.allowedFormats?.some(allowed => allowed === name) ?? true),
    maxSize: config.MAX_UPLOAD_BYTES,
    ...config.usesDevelopmentKey && { apiKey: DEVELOPMENT_KEY }
  })
}

async function connectStore (
  app: FastifyInstance, { bucket, client, PORT }: Config, directory: string
): Promise<{ bucket: string, client: S3ClientConfig }> {
  if (bucket !== undefined) return { bucket, client }
  // Never loaded in production.
  const { default: localS3 } = await import('fastify-local-s3')
  const ready = new Promise<void>(resolve => { app.addHook('onReady', async () => resolve()) })
  await app.register(localS3, {
    directory,
    port: [0, 65_535].includes(PORT) ? 0 : PORT + 1,
    // The first events are those of an earlier process, and come before the app can take any.
    async onEvent (message) {
      await ready
      await app.uploads.handleStoreEvent(message)
    }
  })
  const { endpoint, region, credentials } = app.localS3
  return { bucket: app.localS3.bucket, client: { endpoint, region, credentials, forcePathStyle: true } }
}
