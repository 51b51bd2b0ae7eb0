import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { Type, type Static } from '@sinclair/typebox'
import { envSchema } from 'env-schema'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import fp from 'fastify-plugin'
import { parseApiKeys, sha256, type ApiKey } from './auth.js'
import { AUDIO_FORMATS, type FormatName } from 'fastify-upload-url'

const FORMAT_NAMES: readonly string[] = AUDIO_FORMATS.map(format => format.name)
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const ORIGIN = '^https?://[^/?#@\\s]+$'

/** Every variable the server reads. Its description ends the sentence "NAME must be …". */
export const EnvironmentSchema = Type.Object({
  NODE_ENV: Type.String({ default: 'development', description: 'production, development or test' }),
  HOST: Type.String({ default: '127.0.0.1', description: 'an address or a host name to listen on' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 3000, description: 'a port number from 0 to 65535' }),
  LOG_LEVEL: Type.Union(LOG_LEVELS.map(level => Type.Literal(level)), { default: 'info', description: `one of ${LOG_LEVELS.join(', ')}` }),
  TRUST_PROXY: Type.Optional(Type.String({ description: 'true, false, a number of proxies, or a comma-separated list of their addresses' })),
  S3_BUCKET_NAME: Type.Optional(Type.String({ minLength: 3, maxLength: 255, description: 'the name, or the access point ARN, of a bucket' })),
  AWS_REGION: Type.Optional(Type.String({ pattern: '^[a-z0-9-]+$', description: 'a region, as in eu-central-1' })),
  AWS_ACCESS_KEY_ID: Type.Optional(Type.String({ description: 'an access key id, set together with AWS_SECRET_ACCESS_KEY' })),
  AWS_SECRET_ACCESS_KEY: Type.Optional(Type.String({ description: 'a secret access key, set together with AWS_ACCESS_KEY_ID' })),
  S3_ENDPOINT: Type.Optional(Type.String({ pattern: ORIGIN, description: 'the URL of an S3 server without a path, as in https://s3.example.com' })),
  S3_PUBLIC_ENDPOINT: Type.Optional(Type.String({ pattern: ORIGIN, description: 'the URL under which browsers reach the S3 server, without a path, as in https://s3.example.com' })),
  S3_FORCE_PATH_STYLE: Type.Boolean({ default: false, description: 'true or false' }),
  PRESIGNED_URL_EXPIRATION: Type.Integer({ minimum: 1, maximum: 604_800, default: 900, description: 'a whole number of seconds from 1 to 604800 (7 days)' }),
  KEY_PREFIX: Type.String({ default: 'uploads', pattern: "^[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*$", description: 'a key prefix without a slash at either end, as in uploads' }),
  MAX_UPLOAD_BYTES: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'a whole number of bytes, at least 1' })),
  ALLOWED_FORMATS: Type.Optional(Type.String({ description: `a comma-separated list of ${FORMAT_NAMES.join(', ')}` })),
  API_KEYS: Type.Optional(Type.String({ description: 'a comma-separated list of owner:key, as in alice:key,bob:key' })),
  API_KEYS_FILE: Type.Optional(Type.String({ description: 'the path of a readable file with one owner:key a line' })),
  CORS_ORIGINS: Type.Optional(Type.String({ description: 'a comma-separated list of origins without a path, as in https://app.example.com' })),
  RATE_LIMIT_MAX: Type.Integer({ minimum: 0, maximum: 1_000_000_000, default: 1000, description: 'a whole number of requests a minute for each owner, or 0 for no limit' }),
  RATE_LIMIT_MAX_PER_ADDRESS: Type.Integer({ minimum: 0, maximum: 1_000_000_000, default: 5000, description: 'a whole number of requests a minute for each address, or 0 for no limit' }),
  REDIS_URL: Type.Optional(Type.String({ pattern: '^rediss?://[^\\s]+$', description: 'the URL of a Redis server, as in redis://redis:6379' })),
  RATE_LIMIT_WITHOUT_REDIS: Type.Union([Type.Literal('open'), Type.Literal('closed')], { default: 'open', description: 'open, to go on without limits while Redis is gone, or closed, to answer 503' }),
  METRICS_KEY: Type.Optional(Type.String({ minLength: 16, pattern: '^[A-Za-z0-9._~+/-]+=*$', description: 'a key of at least 16 letters, digits and . _ ~ + / -, which opens /metrics' })),
  UPPY_TOKEN_SECRET: Type.Optional(Type.String({ minLength: 32, description: 'a secret of at least 32 characters, the same on every replica, which signs the paths that Uppy uploads by' })),
  DRAIN_SECONDS: Type.Optional(Type.Integer({ minimum: 0, maximum: 600, description: 'a whole number of seconds from 0 to 600' }))
})

type Environment = Static<typeof EnvironmentSchema>
type Variable = keyof Environment

/** The key that opens a service in local development, where nothing else is configured. */
export const DEVELOPMENT_KEY = 'local-development-key'

/** The configuration of the server: the environment, checked, with its lists and secrets read. */
export type Config = ReturnType<typeof loadConfig>

/** Says in one message what is wrong with the environment, and nothing of the values found there. */
export class ConfigError extends Error {
  /** @param problems one sentence for each variable that is wrong */
  constructor (readonly problems: readonly string[]) {
    super(`The configuration is wrong:\n${problems.map(problem => `  - ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
  }
}

/**
 * Reads and checks the configuration. Empty variables count as unset.
 *
 * @param variables the environment, as in `process.env`
 * @returns a frozen configuration, secrets hashed where only a comparison needs them
 * @throws ConfigError naming every variable that is wrong
 */
export function loadConfig (variables: Readonly<Record<string, string | undefined>>) {
  const problems: string[] = []
  const environment = readEnvironment(variables, problems)
  const read = <T>(name: Variable, parse: (text: string) => T, fallback: T): T => {
    const text = environment[name]
    if (typeof text !== 'string') return fallback
    try {
      return parse(text)
    } catch (error) {
      problems.push(`${name} must be ${describe(name)}${explain(error)}`)
      return fallback
    }
  }
  const isLocal = environment.S3_BUCKET_NAME === undefined && environment.NODE_ENV !== 'production'
  const apiKeys = [
    ...read('API_KEYS', text => parseApiKeys(splitList(text)), [] as ApiKey[]),
    ...read('API_KEYS_FILE', readKeysFile, [] as ApiKey[])
  ]
  const lists = {
    allowedFormats: read('ALLOWED_FORMATS', parseFormats, undefined),
    corsOrigins: read('CORS_ORIGINS', parseOrigins, []),
    trustProxy: read<NonNullable<FastifyServerOptions['trustProxy']>>('TRUST_PROXY', parseTrustProxy, false)
  }
  const isSet = (name: Variable) => Boolean(variables[name])
  const hasKeys = isSet('API_KEYS') || isSet('API_KEYS_FILE')
  problems.push(...missing(environment.NODE_ENV === 'production', isSet, hasKeys))
  if (problems.length > 0) throw new ConfigError(problems)
  const { API_KEYS, METRICS_KEY, UPPY_TOKEN_SECRET, ...rest } = environment
  return Object.freeze({
    ...rest,
    ...lists,
    /** Seconds between the end of readiness and the end of the service: balancers need some to notice. */
    drainSeconds: environment.DRAIN_SECONDS ?? (environment.NODE_ENV === 'production' ? 5 : 0),
    /** SHA-256 of the key that opens `/metrics`; without one there is no such route. */
    metricsKey: METRICS_KEY === undefined ? undefined : sha256(METRICS_KEY),
    /** What signs paths for Uppy. In production there are none without one, elsewhere one is drawn at every start. */
    uppyTokenSecret: UPPY_TOKEN_SECRET ?? (environment.NODE_ENV === 'production' ? undefined : randomBytes(32)),
    /** Whether the embedded store stands in for a bucket. */
    isLocal,
    /** Whether callers use the development key, for want of others. */
    usesDevelopmentKey: !hasKeys,
    apiKeys: hasKeys ? apiKeys : parseApiKeys([`developer:${DEVELOPMENT_KEY}`])
  })
}

function readEnvironment (variables: Readonly<Record<string, string | undefined>>, problems: string[]): Environment {
  const data = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''))
  try {
    return envSchema<Environment>({ schema: EnvironmentSchema, data, env: false })
  } catch (error) {
    const wrong = new Set((error as { errors: Array<{ instancePath: string }> }).errors.map(({ instancePath }) => instancePath.slice(1)))
    for (const name of wrong) problems.push(`${name} must be ${describe(name as Variable)}`)
    const usable = Object.fromEntries(Object.entries(data).filter(([name]) => !wrong.has(name)))
    return envSchema<Environment>({ schema: EnvironmentSchema, data: usable, env: false })
  }
}

function missing (isProduction: boolean, isSet: (name: Variable) => boolean, hasKeys: boolean): string[] {
  return [
    isProduction && !isSet('S3_BUCKET_NAME') && 'S3_BUCKET_NAME is required in production: name the bucket uploads go to',
    (isProduction || isSet('S3_BUCKET_NAME')) && !hasKeys && `API_KEYS or API_KEYS_FILE is required: give ${describe('API_KEYS')}`,
    isSet('AWS_ACCESS_KEY_ID') !== isSet('AWS_SECRET_ACCESS_KEY') &&
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both, or neither to use the credentials of the machine'
  ].filter(problem => problem !== false)
}

function describe (name: Variable): string {
  return EnvironmentSchema.properties[name].description!
}

function explain (error: unknown): string {
  return error instanceof Error && error.message !== '' && !('code' in error) ? `: ${error.message}` : ''
}

function splitList (text: string): string[] {
  return text.split(',').map(item => item.trim()).filter(item => item !== '')
}

function readKeysFile (path: string): ApiKey[] {
  const lines = readFileSync(path, 'utf8').split(/\r?\n/).map(line => line.trim())
  return parseApiKeys(lines.filter(line => line !== '' && !line.startsWith('#')))
}

function parseFormats (text: string): FormatName[] {
  const names = splitList(text.toLowerCase())
  if (names.length === 0 || !names.every(name => FORMAT_NAMES.includes(name))) throw new Error()
  return names as FormatName[]
}

function parseOrigins (text: string): string[] {
  const origins = splitList(text)
  if (!origins.every(origin => new RegExp(ORIGIN).test(origin))) throw new Error()
  return origins
}

function parseTrustProxy (text: string): NonNullable<FastifyServerOptions['trustProxy']> {
  if (text === 'true' || text === 'false') return text === 'true'
  if (/^\d{1,3}$/.test(text)) return (_address, hop) => hop < Number(text)
  const addresses = splitList(text)
  if (!addresses.every(address => isIP(address.replace(/\/\d{1,3}$/, '')) !== 0)) throw new Error()
  return addresses
}

async function config (fastify: FastifyInstance, options: { readonly config: Config }): Promise<void> {
  fastify.decorate('config', options.config)
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The configuration of the server. */
    config: Config
  }
}

/** Decorates the app with its configuration, as {@link loadConfig} read it. */
export default fp(config, { name: 'config', fastify: '5.x' })
