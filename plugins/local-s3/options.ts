import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { isBucketName } from './bucket-name.js'
import type { EventMessage } from './event-queue.js'

/** The key pair that signs requests to the store. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** With temporary credentials: every request must carry exactly this token. */
  readonly sessionToken?: string
}

/** How the embedded store is set up; everything has a default. */
export interface LocalS3Options {
  /** Folder of buckets and objects; one store at a time may use it. Default: `.local-s3` in the working directory. */
  readonly directory?: string
  /** Buckets that exist from the start. Default: `['uploads']`. */
  readonly buckets?: readonly string[]
  /** Address to listen on. One that is not loopback needs `credentials` with a strong secret. Default: `127.0.0.1`. */
  readonly host?: string
  /** TCP port; 0 takes a free one. Default: 0. */
  readonly port?: number
  /** Default: access key id `local-s3` and a random secret, a new one at every start. */
  readonly credentials?: Credentials
  /** Region in the credential scope of every signature. Default: `us-east-1`. */
  readonly region?: string
  /** Origins that browsers may call from, where a bucket has no CORS configuration of its own. Default: `['*']`. */
  readonly corsOrigins?: readonly string[]
  /** Milliseconds in which headers, and the fields of a form before its file, must have arrived. Default: 20 000. */
  readonly headersTimeout?: number
  /** Milliseconds after which a connection on which nothing moves is closed. Default: 60 000. */
  readonly idleTimeout?: number
  /** The clock by which signatures and objects expire. Default: the system's. */
  readonly now?: () => Date
  /**
   * Called with an event for every object that is created, as S3 sends them. Events lie on disk until it has finished:
   * one that it rejects, or that a crash interrupts, comes again. Default: there are no events.
   */
  readonly onEvent?: (message: EventMessage) => unknown
  /** Called with every error that is the store's own and not the client's. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

/** Options with every default filled in, frozen. */
export type LocalS3Settings = Readonly<Required<Omit<LocalS3Options, 'onEvent'>>> &
  { readonly onEvent: LocalS3Options['onEvent'] | undefined }

/** Minimum length of a secret where others than this machine can reach the store. */
const MIN_SECRET_LENGTH = 16

/** Secrets that stand in the documentation of this store, of AWS and of other S3 servers. */
const PUBLISHED_SECRETS = new Set([
  'local-s3-development-secret',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY'
])

/**
 * Fills in the defaults and validates the options.
 *
 * @throws Error naming the option that is invalid
 */
export function resolveOptions (options: LocalS3Options = {}): LocalS3Settings {
  const settings: LocalS3Settings = {
    directory: resolve(options.directory ?? '.local-s3'),
    buckets: options.buckets ?? ['uploads'],
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    credentials: options.credentials ??
      { accessKeyId: 'local-s3', secretAccessKey: randomBytes(30).toString('base64url') },
    region: options.region ?? 'us-east-1',
    corsOrigins: options.corsOrigins ?? ['*'],
    headersTimeout: options.headersTimeout ?? 20_000,
    idleTimeout: options.idleTimeout ?? 60_000,
    now: options.now ?? (() => new Date()),
    onEvent: options.onEvent,
    onError: options.onError ?? ((error) => console.error('local-s3:', error))
  }
  validate(settings)
  return Object.freeze(settings)
}

function validate ({ buckets, port, credentials, region, headersTimeout, idleTimeout }: LocalS3Settings): void {
  const require = (valid: boolean, rule: string): void => {
    if (!valid) throw new Error(`local-s3: option ${rule}`)
  }
  const isTimeout = (value: number): boolean => Number.isInteger(value) && value >= 1
  const badName = buckets.find((name) => !isBucketName(name))
  require(buckets.length > 0, 'buckets needs at least one name')
  require(badName === undefined, `buckets contains ${JSON.stringify(badName)}, which is not an S3 bucket name`)
  require(Number.isInteger(port) && port >= 0 && port <= 65_535, 'port must be an integer from 0 to 65535')
  require(
    /^[\w-]+$/.test(credentials.accessKeyId), 'credentials.accessKeyId must consist of letters, digits, _ and -'
  )
  require(credentials.secretAccessKey !== '', 'credentials.secretAccessKey is empty')
  require(/^[a-z0-9-]+$/.test(region), 'region must consist of lower-case letters, digits and -')
  require(isTimeout(headersTimeout), 'headersTimeout must be a positive integer (milliseconds)')
  require(isTimeout(idleTimeout), 'idleTimeout must be a positive integer (milliseconds)')
}

/** Whether a secret is safe to use where others than this machine can reach the store: neither short nor published. */
export const isStrongSecret = (secret: string): boolean =>
  secret.length >= MIN_SECRET_LENGTH && !PUBLISHED_SECRETS.has(secret)
