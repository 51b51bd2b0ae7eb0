// One server to put load on, in a process of its own, which takes the variant, and a store as JSON, as its arguments.
// It says its address, and on request what it used.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import uploadUrl, { type UploadFile } from '../plugins/upload-url/index.js'

/** What the servers differ in: who makes the reply of `GET /upload-url`, and what else runs for each request. */
export type Variant = 'bare' | 'constant' | 'ours' | 'getSignedUrl' | 'server'

/** The API key that the whole server asks for, and `routes.ts` sends. */
const API_KEY = 'the-api-key-of-alice'

/** What a server used since it was last asked. */
export interface Usage {
  /** CPU time in microseconds. */
  readonly cpu: number
  /** 99th percentile of the event loop's delay, in milliseconds. */
  readonly delay: number
  /** The longest delay, in milliseconds. */
  readonly stall: number
  /** Resident memory in bytes. */
  readonly rss: number
}

/** A bucket, and how to reach it. */
export interface Store {
  readonly bucket: string
  readonly client: S3ClientConfig
}

const CLIENT = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
}

const handlers: Partial<Record<Variant, (reply: object) => (request: FastifyRequest) => Promise<object>>> = {
  constant: reply => async () => reply,
  getSignedUrl: reply => {
    const client = new S3Client({ ...CLIENT, requestChecksumCalculation: 'WHEN_REQUIRED' })
    const names = new Set(['content-type', 'content-length', 'if-none-match', 'x-amz-meta-filename'])
    return async request => {
      const { filename, size } = request.query as UploadFile
      const command = new PutObjectCommand({
        Bucket: 'recordings',
        Key: `uploads/alice/${crypto.randomUUID()}.mp3`,
        ContentType: 'audio/mpeg',
        ContentLength: size,
        IfNoneMatch: '*',
        Metadata: { filename: filename! }
      })
      const options = { expiresIn: 900, signableHeaders: names, unhoistableHeaders: names }
      return { ...reply, url: await getSignedUrl(client, command, options) }
    }
  }
}

const variant = process.argv[2] as Variant
const DEFAULT_STORE = JSON.stringify({ bucket: 'recordings', client: CLIENT })
const store = JSON.parse(process.argv[3] ?? DEFAULT_STORE) as Store

async function build (variant: Variant): Promise<FastifyInstance> {
  if (variant === 'server') return await buildServer()
  const sample = await sampleReply()
  const app = Fastify()
  if (variant === 'bare') {
    app.get('/upload-url', async () => sample)
    return app
  }
  const handler = handlers[variant]?.(sample)
  app.addHook('onRoute', route => {
    if (route.url === '/upload-url' && handler !== undefined) route.handler = handler
  })
  await register(app)
  return app
}

// As in production, with a log line for each request and limits that are never reached.
async function buildServer (): Promise<FastifyInstance> {
  const { accessKeyId, secretAccessKey } = CLIENT.credentials
  const variables = {
    NODE_ENV: 'production',
    S3_BUCKET_NAME: 'recordings',
    AWS_REGION: CLIENT.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    API_KEYS: `alice:${API_KEY}`,
    RATE_LIMIT_MAX: '1000000000',
    RATE_LIMIT_MAX_PER_ADDRESS: '1000000000',
    MAX_EVENT_LOOP_DELAY: '60000'
  }
  // The SDK reads these itself.
  Object.assign(process.env, variables)
  const [{ buildApp }, { loadConfig }] = await Promise.all([import('../src/app.js'), import('../plugins/config.js')])
  return await buildApp(loadConfig(variables))
}

async function register (app: FastifyInstance): Promise<void> {
  await app.register(uploadUrl, { ...store, owner: () => 'alice' })
}

async function sampleReply (): Promise<object> {
  const app = Fastify()
  await register(app)
  const reply = await app.uploads.createUploadUrl({ filename: 'dictation.mp3', size: 20_480 }, { owner: 'alice' })
  await app.close()
  return reply
}

const app = await build(variant)
const address = await app.listen({ host: '127.0.0.1', port: 0 })
const delay = monitorEventLoopDelay({ resolution: 5 })
let cpu = process.cpuUsage()
delay.enable()

process.on('message', () => {
  const { user, system } = process.cpuUsage(cpu)
  const usage: Usage = {
    cpu: user + system,
    delay: delay.percentile(99) / 1e6,
    stall: delay.max / 1e6,
    rss: process.memoryUsage.rss()
  }
  cpu = process.cpuUsage()
  delay.reset()
  process.send!(usage)
})
process.on('disconnect', () => process.exit())
process.send!(address)
