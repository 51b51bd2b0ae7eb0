import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { Type, type Static } from '@sinclair/typebox'
import type { FastifyServerOptions } from 'fastify'
import { AUDIO_FORMATS, type FormatName } from 'fastify-upload-url'
import {
  BucketEnvironmentSchema, Environment, readBucketSettings, splitList, type Variables
} from 'fastify-upload-url/environment'
import { MIN_KEY_LENGTH, parseApiKeys, sha256, type ApiKey } from './auth.js'
import { readOwnerPolicies, type OwnerPoliciesOptions } from './owner-policies.js'

export { ConfigError } from 'fastify-upload-url/environment'

/** Characters, as `fastify-upload-url/events` wants them. */
const MIN_EVENTS_SECRET = 22

const FORMAT_NAMES: readonly string[] = AUDIO_FORMATS.map(format => format.name)
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const {
  S3_BUCKET_NAME, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, S3_ENDPOINT, S3_PUBLIC_ENDPOINT,
  S3_FORCE_PATH_STYLE, KEY_PREFIX, PRESIGNED_URL_EXPIRATION, LIST_UPLOADS, DELETE_UPLOADS, RESULTS,
  UNCLAIMED_EXPIRE_AFTER_DAYS, UNCLAIMED_BY, CORS_ORIGINS
} = BucketEnvironmentSchema.properties

/** Every variable that the server reads. The description of each ends "NAME must be …". */
export const EnvironmentSchema = Type.Object({
  NODE_ENV: Type.Optional(Type.Union([Type.Literal('production'), Type.Literal('development'), Type.Literal('test')], {
    description: 'production, development or test'
  })),
  HOST: Type.String({ default: '127.0.0.1', description: 'an address or a host name to listen on' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 3000, description: 'a port number from 0 to 65535' }),
  LOG_LEVEL: Type.Union(LOG_LEVELS.map(level => Type.Literal(level)), {
    default: 'info',
    description: `one of ${LOG_LEVELS.join(', ')}`
  }),
  TRUST_PROXY: Type.Optional(Type.String({
    description: 'true, false, a number of proxies, or a comma-separated list of their addresses'
  })),
  S3_BUCKET_NAME,
  AWS_REGION,
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
  S3_ENDPOINT,
  S3_PUBLIC_ENDPOINT,
  S3_FORCE_PATH_STYLE,
  PRESIGNED_URL_EXPIRATION,
  KEY_PREFIX,
  MAX_UPLOAD_BYTES: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'a whole number of bytes, at least 1'
  })),
  MAX_DURATION_SECONDS: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'a whole number of seconds, at least 1: an inspection rejects longer recordings'
  })),
  ALLOWED_FORMATS: Type.Optional(Type.String({ description: `a comma-separated list of ${FORMAT_NAMES.join(', ')}` })),
  LIST_UPLOADS,
  DELETE_UPLOADS,
  UNCLAIMED_EXPIRE_AFTER_DAYS,
  UNCLAIMED_BY,
  CLAIM_UPLOADS: Type.Boolean({
    default: false, description: 'true, to claim each upload that is reported by webhook, or false'
  }),
  SALVAGE_AFTER_SECONDS: Type.Optional(Type.Integer({
    minimum: 60,
    maximum: 604_800,
    description: 'a whole number of seconds from 60 to 604800 after which a recording without a new part is completed'
  })),
  RESULTS,
  API_KEYS: Type.Optional(Type.String({
    description: `a comma-separated list of owner:key, where each key has at least ${MIN_KEY_LENGTH} characters`
  })),
  API_KEYS_FILE: Type.Optional(Type.String({ description: 'the path of a readable file with one owner:key a line' })),
  OWNER_POLICIES_FILE: Type.Optional(Type.String({
    description: 'the path of a readable file in JSON with policies by owner'
  })),
  CORS_ORIGINS,
  RATE_LIMIT_MAX: Type.Integer({
    minimum: 0,
    maximum: 1_000_000_000,
    default: 1000,
    description: 'a whole number of requests a minute for each owner, or 0 for no limit'
  }),
  RATE_LIMIT_MAX_PER_ADDRESS: Type.Integer({
    minimum: 0,
    maximum: 1_000_000_000,
    default: 5000,
    description: 'a whole number of requests a minute for each address, or 0 for no limit'
  }),
  REDIS_URL: Type.Optional(Type.String({
    pattern: '^rediss?://[^\\s]+$',
    description: 'the URL of a Redis server, as in redis://redis:6379'
  })),
  RATE_LIMIT_WITHOUT_REDIS: Type.Union([Type.Literal('open'), Type.Literal('closed')], {
    default: 'open',
    description: 'open, to allow requests uncounted while Redis is unavailable, or closed, to answer them 503'
  }),
  METRICS_KEY: Type.Optional(Type.String({
    minLength: MIN_KEY_LENGTH,
    pattern: '^[A-Za-z0-9._~+/-]+=*$',
    description: `a key of at least ${MIN_KEY_LENGTH} letters, digits and . _ ~ + / -, which opens /metrics`
  })),
  UPPY_TOKEN_SECRET: Type.Optional(Type.String({
    minLength: 32,
    description: 'a secret of at least 32 characters, the same on every replica, which signs the tokens for Uppy'
  })),
  UPLOAD_EVENTS_QUEUE_URL: Type.Optional(Type.String({
    pattern: '^https?://[^\\s/?#@]+/[^\\s?#]+$',
    description: 'the URL of an SQS queue, as in https://sqs.eu-central-1.amazonaws.com/123456789012/uploads'
  })),
  UPLOAD_EVENTS_SECRET: Type.Optional(Type.String({
    minLength: MIN_EVENTS_SECRET,
    pattern: '^[A-Za-z0-9._~+/=-]*$',
    description: `a secret of at least ${MIN_EVENTS_SECRET} letters, digits and . _ ~ + / = -, with which a store ` +
      'posts its events to /upload-events'
  })),
  WEBHOOK_URL: Type.Optional(Type.String({
    description: 'an https URL without a user or a password, as in https://app.example.com/webhooks; ' +
      'http too outside production'
  })),
  WEBHOOK_SECRET: Type.Optional(Type.String({
    description: 'a comma-separated list of secrets of 24 to 64 bytes in base64, as in whsec_...'
  })),
  MAX_EVENT_LOOP_DELAY: Type.Optional(Type.Integer({
    minimum: 0,
    maximum: 60_000,
    description: 'a whole number of milliseconds, or 0 to refuse no request however busy the process is'
  })),
  DRAIN_SECONDS: Type.Optional(Type.Integer({
    minimum: 0,
    maximum: 600,
    description: 'a whole number of seconds from 0 to 600'
  }))
})

/** The key that opens a server in local development, where no other is configured. Everybody knows it. */
export const DEVELOPMENT_KEY = 'local-development-key'

/** The configuration of the server: the environment, validated, with its lists and secrets read. */
export type Config = ReturnType<typeof loadConfig>

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/**
 * Reads and validates the configuration.
 *
 * @param variables the environment, as in `process.env`
 * @returns a frozen configuration, with secrets hashed that only have to be compared
 * @throws ConfigError naming every variable that is wrong
 */
export function loadConfig (variables: Variables) {
  const environment = new Environment<Static<typeof EnvironmentSchema>>(EnvironmentSchema, variables)
  const { values } = environment
  const bucketSettings = readBucketSettings(environment)
  const { NODE_ENV, isProduction, isLoopback } = readMode(environment)
  const hasKeys = environment.isSet('API_KEYS') || environment.isSet('API_KEYS_FILE')
  const apiKeys = hasKeys ? readApiKeys(environment) : parseApiKeys([`developer:${DEVELOPMENT_KEY}`])
  const ownerPolicies = readPolicies(environment, apiKeys)
  const allowedFormats = environment.parse('ALLOWED_FORMATS', parseFormats, undefined)
  const webhook = readWebhook(environment, isProduction)
  const trustProxy = environment.parse<TrustProxy>('TRUST_PROXY', parseTrustProxy, false)
  if (isProduction && !environment.isSet('S3_BUCKET_NAME')) {
    environment.problems.push(`S3_BUCKET_NAME is required in production${explainMode(environment)}`)
  }
  const isPublic = isProduction || !isLoopback || environment.isSet('S3_BUCKET_NAME')
  if (isPublic && !hasKeys) {
    const { description } = EnvironmentSchema.properties.API_KEYS
    environment.problems.push(`API_KEYS or API_KEYS_FILE is required: give ${description}`)
  }
  if (isPublic && hasKeys && apiKeys.some(isDevelopmentKey)) {
    environment.problems.push('API_KEYS and API_KEYS_FILE must not contain the development key: everybody knows it')
  }
  if (values.CLAIM_UPLOADS && (bucketSettings.unclaimed === undefined || webhook === undefined)) {
    environment.problems.push('CLAIM_UPLOADS needs UNCLAIMED_EXPIRE_AFTER_DAYS and WEBHOOK_URL')
  }
  environment.assertValid()
  const { API_KEYS, METRICS_KEY, UPPY_TOKEN_SECRET, WEBHOOK_URL, WEBHOOK_SECRET, ...rest } = values
  return Object.freeze({
    ...rest,
    ...bucketSettings,
    allowedFormats,
    /** What holds for some owners besides; undefined for nothing. */
    ownerPolicies,
    trustProxy,
    /** `production` also where nothing says that it is development. */
    NODE_ENV,
    /** Seconds between the end of readiness and the end of the service, in which balancers notice. */
    drainSeconds: values.DRAIN_SECONDS ?? (isProduction ? 5 : 0),
    /** Milliseconds of mean event loop delay from which on requests are refused; 0 for no limit. */
    maxEventLoopDelay: values.MAX_EVENT_LOOP_DELAY ?? (isProduction ? 1_000 : 0),
    /** SHA-256 of the key that opens `/metrics`; without one there is no such route. */
    metricsKey: METRICS_KEY === undefined ? undefined : sha256(METRICS_KEY),
    /** What signs tokens for Uppy. Without one there are none in production; elsewhere one is made at every start. */
    uppyTokenSecret: UPPY_TOKEN_SECRET ?? (isProduction ? undefined : randomBytes(32)),
    /** Where what happens to uploads is reported, and what signs that; undefined for nowhere. */
    webhook,
    /** Whether the embedded store takes the place of a bucket. */
    isLocal: values.S3_BUCKET_NAME === undefined,
    /** Whether callers use the development key, since there is no other. */
    usesDevelopmentKey: !hasKeys,
    apiKeys,
    /** One sentence for each setting that is valid, but has consequences which are easily missed. */
    warnings: trustsEverybody(trustProxy)
      ? ['TRUST_PROXY trusts every client: anyone can choose the address that RATE_LIMIT_MAX_PER_ADDRESS counts. ' +
        'Set it to the number of proxies in front of the server']
      : []
  })
}

type TrustProxy = NonNullable<FastifyServerOptions['trustProxy']>
type ServerEnvironment = Environment<Static<typeof EnvironmentSchema>>

// Development is what is asked for, or plainly is: without a bucket, and out of reach for other machines.
function readMode (environment: ServerEnvironment) {
  const isLoopback = isLoopbackHost(environment.values.HOST)
  const isPlainlyDevelopment = isLoopback && !environment.isSet('S3_BUCKET_NAME')
  const { NODE_ENV = isPlainlyDevelopment ? 'development' : 'production' } = environment.values
  return { NODE_ENV, isProduction: NODE_ENV === 'production', isLoopback }
}

function readApiKeys (environment: ServerEnvironment): ApiKey[] {
  return [
    ...environment.parse<ApiKey[]>('API_KEYS', text => parseApiKeys(splitList(text)), []),
    ...environment.parse<ApiKey[]>('API_KEYS_FILE', readKeysFile, [])
  ]
}

function readPolicies (environment: ServerEnvironment, apiKeys: readonly ApiKey[]) {
  const owners = new Set(apiKeys.map(({ owner }) => owner))
  return environment.parse<OwnerPoliciesOptions | undefined>('OWNER_POLICIES_FILE', path => {
    return { path, policies: readOwnerPolicies(path, owners), owners }
  }, undefined)
}

function readWebhook (environment: ServerEnvironment, isProduction: boolean) {
  const { problems } = environment
  const url = environment.parse('WEBHOOK_URL', text => parseWebhookUrl(text, isProduction), '')
  const secrets = environment.parse<readonly string[]>('WEBHOOK_SECRET', parseWebhookSecrets, [])
  if (environment.isSet('WEBHOOK_URL') !== environment.isSet('WEBHOOK_SECRET')) {
    problems.push('WEBHOOK_URL and WEBHOOK_SECRET belong together: set both, or neither to send no webhooks')
  }
  for (const name of ['UPLOAD_EVENTS_QUEUE_URL', 'UPLOAD_EVENTS_SECRET'] as const) {
    if (!environment.isSet(name) || environment.isSet('WEBHOOK_URL')) continue
    problems.push(`${name} needs WEBHOOK_URL, which is told of the uploads: the events would be lost`)
  }
  return environment.isSet('WEBHOOK_URL') ? { url, secrets } : undefined
}

function explainMode (environment: ServerEnvironment): string {
  if (environment.isSet('NODE_ENV')) return ': name the bucket that uploads go to'
  return ', which is assumed where HOST is not a loopback address: name the bucket that uploads go to, ' +
    'or set NODE_ENV=development'
}

function isLoopbackHost (host: string): boolean {
  const version = isIP(host)
  if (version === 0) return /^(.+\.)?localhost$/i.test(host)
  return loopback.check(host, version === 6 ? 'ipv6' : 'ipv4')
}

function isDevelopmentKey ({ digest }: ApiKey): boolean {
  return digest.equals(sha256(DEVELOPMENT_KEY))
}

function readKeysFile (path: string): ApiKey[] {
  const lines = readFileSync(path, 'utf8').split(/\r?\n/).map(line => line.trim())
  return parseApiKeys(lines.filter(line => line !== '' && !line.startsWith('#')))
}

// What is sent there includes links to recordings.
function parseWebhookUrl (text: string, isProduction: boolean): string {
  const { protocol, username, password, href } = new URL(text)
  if (username + password !== '') throw new Error('it must not contain a user or a password')
  if (protocol !== 'https:' && (isProduction || protocol !== 'http:')) throw new Error('')
  return href
}

// Standard Webhooks, "Signature scheme": symmetric secrets.
function parseWebhookSecrets (text: string): readonly string[] {
  const secrets = splitList(text)
  if (secrets.length === 0 || !secrets.every(isWebhookSecret)) throw new Error('')
  return secrets
}

function isWebhookSecret (secret: string): boolean {
  const base64 = secret.replace(/^whsec_/, '')
  const bytes = Buffer.from(base64, 'base64')
  return bytes.toString('base64') === base64 && bytes.length >= 24 && bytes.length <= 64
}

function parseFormats (text: string): FormatName[] {
  const names = splitList(text.toLowerCase())
  if (names.length === 0 || !names.every(name => FORMAT_NAMES.includes(name))) throw new Error('')
  return names as FormatName[]
}

function parseTrustProxy (text: string): TrustProxy {
  if (text === 'true' || text === 'false') return text === 'true'
  if (/^\d{1,3}$/.test(text)) return (_address, hop) => hop < Number(text)
  const addresses = splitList(text)
  if (addresses.length === 0 || !addresses.every(isNetwork)) throw new Error('')
  return addresses
}

// An address, or a network such as 10.0.0.0/8.
function isNetwork (text: string): boolean {
  const [, address = '', bits] = /^(.+?)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  return version !== 0 && Number(bits ?? 0) <= (version === 6 ? 128 : 32)
}

function trustsEverybody (trustProxy: TrustProxy): boolean {
  return trustProxy === true || (Array.isArray(trustProxy) && trustProxy.some(network => network.endsWith('/0')))
}
