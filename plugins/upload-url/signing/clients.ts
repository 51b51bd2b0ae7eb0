import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { defaultProvider, type DefaultProviderInit } from '@aws-sdk/credential-provider-node'
import { withPatience } from './credentials.js'

/** The two views of one S3 client: `internal` talks to the store, `signing` speaks for the URLs we hand out. */
export interface Clients {
  readonly internal: S3Client
  readonly signing: S3Client
}

type ResolvedConfig = S3Client['config']

/**
 * Makes or adopts the S3 client.
 *
 * The signing view never computes a checksum of its own: since 3.729 the SDK would put the CRC32 of an
 * empty body into every upload URL.
 *
 * @param client a client of the host's, which stays the host's to close, or the configuration of one
 * @param publicEndpoint the origin uploaders reach, when it differs from the one this process talks to
 */
export function createClients (client: S3Client | S3ClientConfig, publicEndpoint: string | undefined): Clients {
  const internal = isClient(client) ? client : new S3Client({ ...withPatientCredentials(client), requestChecksumCalculation: 'WHEN_REQUIRED' })
  const signing = withConfig(internal, {
    requestChecksumCalculation: async () => 'WHEN_REQUIRED',
    responseChecksumValidation: async () => 'WHEN_REQUIRED',
    ...(publicEndpoint === undefined ? {} : customEndpoint(publicEndpoint))
  })
  return { internal, signing }
}

/**
 * A view of a client with part of its configuration replaced. The rest is read from the client anew at
 * each use, so that credentials or a region changed there count at once.
 */
export function withConfig (client: S3Client, overrides: Partial<ResolvedConfig>): S3Client {
  return Object.create(client, { config: { get: () => ({ ...client.config, ...overrides }) } })
}

type Provider = Extract<NonNullable<S3ClientConfig['credentials']>, Function>

function withPatientCredentials (config: S3ClientConfig): S3ClientConfig {
  const { credentials } = config
  if (typeof credentials === 'object') return config
  const chain = () => defaultProvider({ ...config, parentClientConfig: config } as DefaultProviderInit)
  return { ...config, credentials: patient(credentials === undefined ? chain : () => credentials) }
}

// The SDK waits for the one call of a provider it has under way, so a call that never ends would be the last. Its own
// chain does so too, and has to be made anew.
function patient (makeProvider: () => Provider): Provider {
  let provider = makeProvider()
  return async options => {
    const asked = provider
    try {
      return await withPatience(asked(options))
    } catch (error) {
      if (asked === provider) provider = makeProvider()
      throw error
    }
  }
}

function isClient (client: S3Client | S3ClientConfig): client is S3Client {
  return client instanceof S3Client || 'middlewareStack' in client
}

function customEndpoint (url: string): Partial<ResolvedConfig> {
  const { endpoint } = new S3Client({ endpoint: url, region: 'us-east-1' }).config
  return { endpoint, isCustomEndpoint: true } as Partial<ResolvedConfig>
}
