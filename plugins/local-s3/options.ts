import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { isBucketName } from './buckets.js'

/** The key pair that signs requests to the store. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** With temporary credentials: every request must carry exactly this token. */
  readonly sessionToken?: string
}

/** How the embedded store is set up; everything has a default. */
export interface LocalS3Options {
  /** Where buckets and objects are kept. Default: `.local-s3` in the working directory. */
  readonly directory?: string
  /** Buckets that exist from the start. Default: `['uploads']`. */
  readonly buckets?: readonly string[]
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly host?: string
  /** TCP port; 0 takes a free one. Default: 0. */
  readonly port?: number
  /** Default: access key id `local-s3` and a secret drawn anew at every start. */
  readonly credentials?: Credentials
  /** Region in the credential scope of every signature. Default: `us-east-1`. */
  readonly region?: string
  /** Origins that browsers may call from, where a bucket has no CORS configuration of its own. Default: `['*']`. */
  readonly corsOrigins?: readonly string[]
  /** Milliseconds after which a connection on which nothing moves is dropped. Default: 60 000. */
  readonly idleTimeout?: number
  /** The clock by which signatures expire. Default: the system's. */
  readonly now?: () => Date
  /** Told of every failure that is the store's own and not the client's. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

/** Options with every default filled in, frozen. */
export type LocalS3Settings = Readonly<Required<LocalS3Options>>

/**
 * Fills in the defaults and checks what is given.
 *
 * @throws Error naming the option that is wrong
 */
export function resolveOptions (options: LocalS3Options = {}): LocalS3Settings {
  const settings: LocalS3Settings = {
    directory: resolve(options.directory ?? '.local-s3'),
    buckets: options.buckets ?? ['uploads'],
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    credentials: options.credentials ?? { accessKeyId: 'local-s3', secretAccessKey: randomBytes(30).toString('base64url') },
    region: options.region ?? 'us-east-1',
    corsOrigins: options.corsOrigins ?? ['*'],
    idleTimeout: options.idleTimeout ?? 60_000,
    now: options.now ?? (() => new Date()),
    onError: options.onError ?? ((error) => console.error('local-s3:', error))
  }
  check(settings)
  return Object.freeze(settings)
}

function check ({ buckets, port, credentials, region, idleTimeout }: LocalS3Settings): void {
  if (buckets.length === 0) throw new Error('local-s3: option buckets needs at least one name')
  const badName = buckets.find((name) => !isBucketName(name))
  if (badName !== undefined) throw new Error(`local-s3: option buckets holds ${JSON.stringify(badName)}, which is no S3 bucket name`)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('local-s3: option port must be an integer from 0 to 65535')
  if (!/^[\w-]+$/.test(credentials.accessKeyId)) throw new Error('local-s3: option credentials.accessKeyId must consist of letters, digits, _ and -')
  if (credentials.secretAccessKey === '') throw new Error('local-s3: option credentials.secretAccessKey is empty')
  if (!/^[a-z0-9-]+$/.test(region)) throw new Error('local-s3: option region must consist of lower-case letters, digits and -')
  if (!Number.isInteger(idleTimeout) || idleTimeout < 1) throw new Error('local-s3: option idleTimeout must be a positive integer (milliseconds)')
}
