import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { Type, type Static, type TObject } from '@sinclair/typebox'
import { envSchema } from 'env-schema'
import type { Unclaimed } from './rules.js'

// S3 user guide, "General purpose bucket naming rules" and "Access points for general purpose buckets".
const BUCKET_NAME = '(?!.*\\.\\.)(?!(\\d+\\.){3}\\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]'
const ACCESS_POINT_ARN = 'arn:aws[a-z-]*:s3(-outposts|-object-lambda)?:[a-z0-9-]*:\\d{12}:[a-z]+[/:][A-Za-z0-9/:.-]+'
const KEY_PREFIX = "^(?!(.*/)?\\.{1,2}(/|$))[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*$"

/** The variables that name a bucket and how to reach it. The description of each ends "NAME must be …". */
export const BucketEnvironmentSchema = Type.Object({
  S3_BUCKET_NAME: Type.Optional(Type.String({
    pattern: `^(${BUCKET_NAME}|${ACCESS_POINT_ARN})$`,
    description: 'the name of a bucket (3 to 63 lower-case letters, digits, dots and hyphens), or an access point ARN'
  })),
  AWS_REGION: Type.Optional(Type.String({ pattern: '^[a-z0-9-]+$', description: 'a region, as in eu-central-1' })),
  AWS_ACCESS_KEY_ID: Type.Optional(Type.String({
    description: 'an access key id, set together with AWS_SECRET_ACCESS_KEY'
  })),
  AWS_SECRET_ACCESS_KEY: Type.Optional(Type.String({
    description: 'a secret access key, set together with AWS_ACCESS_KEY_ID'
  })),
  S3_ENDPOINT: Type.Optional(Type.String({
    description: 'the URL of an S3 server, as in https://s3.example.com'
  })),
  S3_PUBLIC_ENDPOINT: Type.Optional(Type.String({
    description: 'the URL under which browsers reach the S3 server, as in https://s3.example.com'
  })),
  S3_FORCE_PATH_STYLE: Type.Boolean({ default: false, description: 'true or false' }),
  KEY_PREFIX: Type.String({
    default: 'uploads',
    pattern: KEY_PREFIX,
    description: 'a key prefix without a slash at either end and without . or .. as a part, as in uploads'
  }),
  PRESIGNED_URL_EXPIRATION: Type.Integer({
    minimum: 1,
    maximum: 604_800,
    default: 900,
    description: 'a whole number of seconds from 1 to 604800 (7 days)'
  }),
  LIST_UPLOADS: Type.Boolean({
    default: false, description: 'true or false: whether owners may list their uploads'
  }),
  DELETE_UPLOADS: Type.Boolean({
    default: false, description: 'true or false: whether owners may delete their uploads'
  }),
  RESULTS: Type.Boolean({ default: false, description: 'true, to let clients upload results, or false' }),
  UNCLAIMED_EXPIRE_AFTER_DAYS: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: 3650,
    description: 'a whole number of days from 1 to 3650 after which uploads expire that are not claimed'
  })),
  UNCLAIMED_BY: Type.Optional(Type.Union([Type.Literal('tag'), Type.Literal('prefix')], {
    description: 'tag, or prefix for an S3 server without object tags; set together with UNCLAIMED_EXPIRE_AFTER_DAYS'
  })),
  CORS_ORIGINS: Type.Optional(Type.String({
    description: 'a comma-separated list of origins without a path, as in https://app.example.com'
  }))
})

/** The variables that name a bucket and how to reach it, of the right types. */
export type BucketEnvironment = Static<typeof BucketEnvironmentSchema>

/** The environment as a process has it. */
export type Variables = Readonly<Record<string, string | undefined>>

/** A bucket and how to reach it. */
export interface BucketSettings {
  /** Name or access point ARN; undefined where S3_BUCKET_NAME is not set. */
  readonly bucket: string | undefined
  /** Without credentials: the SDK's own chain reads AWS_ACCESS_KEY_ID, and many other places. */
  readonly client: S3ClientConfig
  /** URL of the store as uploaders reach it, where that is not the client's endpoint. */
  readonly publicEndpoint: string | undefined
  /** First part of every object key. */
  readonly keyPrefix: string
  /** Seconds until a URL expires. */
  readonly expiresIn: number
  /** What owners may do besides, which takes more permissions. */
  readonly listUploads: boolean
  readonly deleteUploads: boolean
  readonly results: boolean
  /** The option `unclaimed`; undefined where uploads stay. */
  readonly unclaimed: Unclaimed
  /** Origins whose pages upload. */
  readonly corsOrigins: readonly string[]
}

/** Says in one message what is wrong with the environment, and nothing of the values found there. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** @param problems one sentence for each variable that is wrong */
  constructor (readonly problems: readonly string[]) {
    super(`Invalid configuration:\n${problems.map(problem => `  - ${problem}`).join('\n')}`)
  }
}

/** An environment that was checked against a schema; empty variables count as unset. */
export class Environment<T extends object> {
  /** The variables that are valid, with the defaults of the others. */
  readonly values: T
  /** One sentence for each variable that is wrong. */
  readonly problems: string[] = []
  readonly #schema: TObject
  readonly #data: Readonly<Record<string, string>>

  constructor (schema: TObject, variables: Variables) {
    const isSet = (entry: [string, string | undefined]): entry is [string, string] => Boolean(entry[1])
    this.#schema = schema
    this.#data = Object.fromEntries(Object.entries(variables).filter(isSet))
    this.values = this.#validate()
  }

  /** Whether a variable is set, right or wrong. */
  isSet (name: string & keyof T): boolean {
    return name in this.#data
  }

  /**
   * Reads a variable that the schema alone does not describe.
   *
   * @param parse what it throws becomes a problem, explained by the message of the error
   */
  parse<V> (name: string & keyof T, parse: (text: string) => V, fallback: V): V {
    const text = this.values[name]
    if (typeof text !== 'string') return fallback
    try {
      return parse(text)
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException
      // Errors with a code are of Node.js, and may hold the value.
      this.#complain(name, code === undefined ? message : '')
      return fallback
    }
  }

  /** @throws ConfigError where anything is wrong */
  assertValid (): void {
    if (this.problems.length > 0) throw new ConfigError(this.problems)
  }

  #validate (): T {
    try {
      return this.#read(this.#data)
    } catch (error) {
      const { errors } = error as { readonly errors: ReadonlyArray<{ readonly instancePath: string }> }
      const wrong = new Set(errors.map(({ instancePath }) => instancePath.slice(1)))
      for (const name of wrong) this.#complain(name)
      return this.#read(Object.fromEntries(Object.entries(this.#data).filter(([name]) => !wrong.has(name))))
    }
  }

  // With a copy, since env-schema changes what it is given.
  #read (data: Readonly<Record<string, string>>): T {
    return envSchema<T>({ schema: this.#schema, data: { ...data }, env: false })
  }

  #complain (name: string, explanation = ''): void {
    const { description } = this.#schema.properties[name] as { readonly description: string }
    this.problems.push(`${name} must be ${description}${explanation === '' ? '' : `: ${explanation}`}`)
  }
}

/** Reads the file `.env` in the working directory, where there is one, into the environment. What is set stays. */
export function loadEnvFile (): void {
  try {
    process.loadEnvFile()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** Reads which bucket to use, and how. What is wrong is added to the problems of the environment. */
export function readBucketSettings (environment: Environment<BucketEnvironment>): BucketSettings {
  const { values, problems } = environment
  const endpoint = environment.parse('S3_ENDPOINT', parseEndpoint, undefined)
  const publicEndpoint = environment.parse('S3_PUBLIC_ENDPOINT', parseEndpoint, undefined)
  const corsOrigins = environment.parse('CORS_ORIGINS', parseOrigins, [])
  if (environment.isSet('AWS_ACCESS_KEY_ID') !== environment.isSet('AWS_SECRET_ACCESS_KEY')) {
    problems.push('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both, ' +
      'or neither to use the credentials of the machine')
  }
  const { UNCLAIMED_EXPIRE_AFTER_DAYS: expireAfterDays, UNCLAIMED_BY: by = 'tag' } = values
  if (expireAfterDays === undefined && environment.isSet('UNCLAIMED_BY')) {
    problems.push('UNCLAIMED_BY needs UNCLAIMED_EXPIRE_AFTER_DAYS: set both, or neither to let uploads stay')
  }
  return {
    bucket: values.S3_BUCKET_NAME,
    client: {
      forcePathStyle: values.S3_FORCE_PATH_STYLE,
      ...values.AWS_REGION !== undefined && { region: values.AWS_REGION },
      ...endpoint !== undefined && { endpoint, region: values.AWS_REGION ?? 'us-east-1' }
    },
    publicEndpoint,
    keyPrefix: values.KEY_PREFIX,
    expiresIn: values.PRESIGNED_URL_EXPIRATION,
    listUploads: values.LIST_UPLOADS,
    deleteUploads: values.DELETE_UPLOADS,
    results: values.RESULTS,
    unclaimed: expireAfterDays === undefined ? undefined : { expireAfterDays, by },
    corsOrigins
  }
}

/** Splits a comma-separated list. */
export function splitList (text: string): string[] {
  return text.split(',').map(item => item.trim()).filter(item => item !== '')
}

// The SDK signs a path before the bucket, as some stores have it; it would double a slash at the end.
function parseEndpoint (text: string): string {
  const { protocol, username, password, origin, pathname } = new URL(text)
  if (username + password !== '') throw new Error('it must not contain a user or a password')
  if (!['http:', 'https:'].includes(protocol) || !/^https?:\/\/[^\s\\?#@]+$/i.test(text)) throw new Error('')
  return origin + pathname.replace(/\/+$/, '')
}

function parseOrigins (text: string): string[] {
  return splitList(text).map(item => {
    const { origin, pathname } = new URL(item)
    if (pathname !== '/' || !/^https?:\/\/[^\s\\?#@*]+$/i.test(item)) throw new Error('')
    return origin
  })
}
