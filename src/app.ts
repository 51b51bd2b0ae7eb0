import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import type { S3ClientConfig } from '@aws-sdk/client-s3'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import Fastify, { type FastifyInstance } from 'fastify'
import accessLog, { AccessLog, logOptions } from '../plugins/access-log.js'
import auth from '../plugins/auth.js'
import configuration, { DEVELOPMENT_KEY, type Config } from '../plugins/config.js'
import health from '../plugins/health.js'
import limits from '../plugins/limits.js'
import metrics from '../plugins/metrics.js'
import openapi from '../plugins/openapi/index.js'
import uploadUrl from 'fastify-upload-url'
import uppy from 'fastify-upload-url/uppy'
import { answerBrokenRequests, answerUnknownRoutes, hideInternalErrors } from './errors.js'
import { storeClient } from './store-client.js'

const { version } = createRequire(import.meta.url)('#package.json') as { version: string }

/** What tests and tools may decide besides the configuration. */
export interface BuildOptions {
  /** Where log lines go. Default: standard output. */
  readonly logStream?: { write (line: string): void }
  /** Folder of the embedded store. Default: `.local-s3` in the working directory. */
  readonly storeDirectory?: string
}

/** No body of ours is larger: that of completing an upload of 10 000 parts has about 700 kB. */
const BODY_LIMIT = 1024 ** 2

/** Milliseconds; whoever is slower is cut off. Putting an object together may keep the store, and us, silent for two minutes. */
const TIMES = { requestTimeout: 30_000, connectionTimeout: 150_000, keepAliveTimeout: 72_000 }
const HTTP = { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 }

const CONTENT_SECURITY_POLICY = { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }
const EXPOSED_HEADERS = ['retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'x-request-id']

/**
 * Builds the server: registers every plugin and listens to nothing, but for the embedded store, which
 * stands in for a bucket where none is configured.
 *
 * @param config as `loadConfig` read it
 * @throws when a plugin can't start, saying which and why
 */
export async function buildApp (config: Config, { logStream, storeDirectory = '.local-s3' }: BuildOptions = {}): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    logger: { level: config.LOG_LEVEL, ...logOptions, ...logStream && { stream: logStream } },
    logController: new AccessLog(),
    genReqId: () => randomUUID(),
    clientErrorHandler: answerBrokenRequests,
    trustProxy: config.trustProxy,
    forceCloseConnections: 'idle',
    bodyLimit: BODY_LIMIT,
    ...TIMES,
    http: HTTP
  })
  app.setErrorHandler(hideInternalErrors)
  app.setNotFoundHandler(answerUnknownRoutes)

  await app.register(configuration, { config })
  await app.register(accessLog)
  await app.register(helmet, { contentSecurityPolicy: CONTENT_SECURITY_POLICY })
  await app.register(cors, { origin: config.corsOrigins, methods: ['GET', 'HEAD', 'POST', 'DELETE'], exposedHeaders: EXPOSED_HEADERS, maxAge: 600 })
  await app.register(openapi, { version })
  if (config.metricsKey !== undefined) await app.register(metrics, { key: config.metricsKey })
  await app.register(health, { checks: { store: () => app.uploads.checkStore() } })
  await app.register(limits, {
    perOwner: config.RATE_LIMIT_MAX,
    perAddress: config.RATE_LIMIT_MAX_PER_ADDRESS,
    owner: request => request.caller,
    redisUrl: config.REDIS_URL,
    withoutRedis: config.RATE_LIMIT_WITHOUT_REDIS
  })
  await app.register(auth, { keys: config.apiKeys })
  await app.register(uploadUrl, {
    ...await connectStore(app, config, storeDirectory),
    keyPrefix: config.KEY_PREFIX,
    expiresIn: config.PRESIGNED_URL_EXPIRATION,
    owner: request => (request.caller = request.owner),
    ...(config.MAX_UPLOAD_BYTES !== undefined && { maxSize: config.MAX_UPLOAD_BYTES }),
    ...(config.allowedFormats !== undefined && { formats: config.allowedFormats }),
    ...(config.S3_PUBLIC_ENDPOINT !== undefined && { publicEndpoint: config.S3_PUBLIC_ENDPOINT })
  })
  await app.register(uppy, {
    identified: (request, owner) => { request.caller = owner },
    ...(config.uppyTokenSecret !== undefined && { tokenSecret: config.uppyTokenSecret })
  })
  if (config.NODE_ENV !== 'production') await servePlayground(app, config)
  return app
}

async function servePlayground (app: FastifyInstance, config: Config): Promise<void> {
  // Production never loads it.
  const { default: playground } = await import('../plugins/playground/index.js')
  await app.register(playground, { keyPrefix: config.KEY_PREFIX, ...(config.usesDevelopmentKey && { apiKey: DEVELOPMENT_KEY }) })
}

async function connectStore (app: FastifyInstance, config: Config, directory: string): Promise<{ bucket: string, client: S3ClientConfig }> {
  if (config.S3_BUCKET_NAME !== undefined) return { bucket: config.S3_BUCKET_NAME, client: storeClient(config) }
  // Production never loads it.
  const { default: localS3 } = await import('fastify-local-s3')
  await app.register(localS3, { directory, port: config.PORT === 0 ? 0 : config.PORT + 1 })
  const { bucket, endpoint, region, credentials } = app.localS3
  return { bucket, client: { endpoint, region, credentials, forcePathStyle: true } }
}
