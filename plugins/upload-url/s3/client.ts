import { HeadObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { errors } from '../errors.js'
import { boundResponses } from './bounded-response.js'
import { recoverable } from './credentials.js'

/** One S3 client, and the two views of it that we use. */
export interface S3Clients {
  /** The client itself: for its region, its clock and its credentials. */
  readonly client: S3Client
  /** Talks to the store. */
  readonly internal: S3Client
  /** Speaks for the URLs we hand out. */
  readonly signing: S3Client
  /** Closes the connections of a client that we made; a host closes its own. */
  close (): void
}

type ResolvedConfig = S3Client['config']

/** The oldest version of `@aws-sdk/client-s3` whose clients accept the commands of ours. */
export const MIN_CLIENT_VERSION = '3.931.0'

// Since 3.729 the SDK would put the CRC32 of an empty body into every upload URL, and compare a checksum of the whole
// object with a range of it where a store sends one.
const WITHOUT_CHECKSUMS: Partial<ResolvedConfig> = {
  requestChecksumCalculation: async () => 'WHEN_REQUIRED',
  responseChecksumValidation: async () => 'WHEN_REQUIRED'
}

/**
 * Makes or adopts the S3 client.
 *
 * @param client a client of the host's, which stays the host's to close, or the configuration of one
 * @param publicEndpoint the origin uploaders reach, when it differs from the one this process talks to
 * @throws FST_UPLOAD_INVALID_OPTIONS for a client of a version that does not work with ours
 */
export function createClients (client: S3Client | S3ClientConfig, publicEndpoint: string | undefined): S3Clients {
  if (!isClient(client)) {
    const own = createClient(client)
    return { ...viewsOf(own, publicEndpoint), close: () => { if (!hasOwnAgents(client)) own.destroy() } }
  }
  assertCompatible(client)
  return { ...viewsOf(client, publicEndpoint), close () {} }
}

/**
 * A view of a client with part of its configuration replaced. The rest is read from the client anew at
 * each use, so that credentials changed there count at once.
 */
export function withConfig (client: S3Client, overrides: Partial<ResolvedConfig>): S3Client {
  return Object.create(client, { config: { get: () => ({ ...client.config, ...overrides }) } })
}

/**
 * A view of a client that signs URLs without asking its provider for credentials. The SDK would ask even where others
 * are given, and at start there may be none yet.
 */
export function withoutProvider (client: S3Client): S3Client {
  const middlewareStack = client.middlewareStack.clone()
  middlewareStack.remove('httpAuthSchemeMiddleware')
  return Object.create(client, { middlewareStack: { value: middlewareStack } })
}

function viewsOf (client: S3Client, publicEndpoint: string | undefined): Omit<S3Clients, 'close'> {
  const requestHandler = boundResponses(client.config.requestHandler)
  return {
    client,
    internal: withConfig(client, { ...WITHOUT_CHECKSUMS, requestHandler }),
    signing: withConfig(client, {
      ...WITHOUT_CHECKSUMS, ...publicEndpoint !== undefined && customEndpoint(publicEndpoint)
    })
  }
}

function createClient (config: S3ClientConfig): S3Client {
  const { credentials } = config
  if (typeof credentials === 'object') return new S3Client(config)
  const client: S3Client = new S3Client({
    ...config,
    credentials: recoverable(() =>
      credentials ?? client.config.credentialDefaultProvider({ ...config, parentClientConfig: config }))
  })
  return client
}

// Agents that the host made may serve others too.
function hasOwnAgents ({ requestHandler }: S3ClientConfig): boolean {
  return typeof requestHandler === 'object' &&
    ['handle', 'httpAgent', 'httpsAgent'].some(name => name in requestHandler)
}

// Clients and commands of versions that do not belong together fail as soon as they are put together, every time.
function assertCompatible (client: S3Client): void {
  try {
    new HeadObjectCommand({ Bucket: 'bucket', Key: 'key' }).resolveMiddleware(client.middlewareStack, client.config, {})
  } catch (error) {
    const reason = 'client is an S3Client of another version of @aws-sdk/client-s3 than this plugin works with: ' +
      `install ${MIN_CLIENT_VERSION} or later, or pass the configuration of a client instead`
    throw Object.assign(new errors.FST_UPLOAD_INVALID_OPTIONS(reason), { cause: error })
  }
}

function isClient (client: S3Client | S3ClientConfig): client is S3Client {
  return client instanceof S3Client || 'middlewareStack' in client
}

function customEndpoint (url: string): Partial<ResolvedConfig> {
  const { endpoint } = new S3Client({ endpoint: url, region: 'us-east-1' }).config
  return { endpoint, isCustomEndpoint: true } as Partial<ResolvedConfig>
}
