import { Transform, type Readable } from 'node:stream'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { renewable } from './credentials.js'

/** Bytes of one response that are read: a page of 1 000 parts takes some 400 kB, the longest read of an object 2 MiB. */
const MAX_RESPONSE = 4 * 1024 ** 2

type ResolvedConfig = S3Client['config']

/** The two views of one S3 client: `internal` talks to S3, `signing` stands for the URLs we hand out. */
export interface Clients {
  readonly internal: S3Client
  readonly signing: S3Client
  /** Closes the connections of a client that was made here. A host's own stays open. */
  close (): void
}

/**
 * Makes or adopts the S3 client.
 *
 * Neither view computes or compares checksums by itself: since 3.729 the SDK would put the CRC32 of an empty body into
 * every upload URL, and compare a range of an object with the checksum of the whole.
 *
 * @param client a client of the host's, which stays the host's to close, or the configuration of one
 * @param publicEndpoint the origin uploaders reach, where it differs from the one this process talks to
 */
export function createClients (client: S3Client | S3ClientConfig, publicEndpoint: string | undefined): Clients {
  const isOwn = !isClient(client)
  const base = isOwn ? createClient(client) : client
  const withoutChecksums = {
    requestChecksumCalculation: async () => 'WHEN_REQUIRED' as const,
    responseChecksumValidation: async () => 'WHEN_REQUIRED' as const
  }
  return {
    internal: withConfig(base, { ...withoutChecksums, requestHandler: limitResponses(base.config.requestHandler) }),
    signing: withConfig(base, { ...withoutChecksums, ...publicEndpoint !== undefined && customEndpoint(publicEndpoint) }),
    close: () => { if (isOwn) base.destroy() }
  }
}

/**
 * A view of a client with part of its configuration replaced. The rest is read from the client anew at
 * each use, so that credentials or a region changed there take effect at once.
 */
export function withConfig (client: S3Client, overrides: Partial<ResolvedConfig>): S3Client {
  return Object.create(client, { config: { get: () => ({ ...client.config, ...overrides }) } })
}

// The SDK waits for the one call of a provider it has under way, so one that never ends would be the last.
function createClient (config: S3ClientConfig): S3Client {
  if (typeof config.credentials === 'object') return new S3Client(config)
  return new S3Client({ ...config, credentials: renewable(() => new S3Client(config).config.credentials) })
}

function isClient (client: S3Client | S3ClientConfig): client is S3Client {
  return client instanceof S3Client || 'middlewareStack' in client
}

function customEndpoint (url: string): Partial<ResolvedConfig> {
  const { endpoint } = new S3Client({ endpoint: url, region: 'us-east-1' }).config
  return { endpoint, isCustomEndpoint: true } as Partial<ResolvedConfig>
}

/** A request handler that ends a response which is longer than any we ask for. */
function limitResponses (handler: ResolvedConfig['requestHandler']): ResolvedConfig['requestHandler'] {
  return Object.create(handler, {
    handle: {
      value: async (...args: Parameters<typeof handler.handle>) => {
        const result = await handler.handle(...args)
        result.response.body = limit(result.response.body as Readable)
        return result
      }
    }
  })
}

function limit (body: Readable): Readable {
  let left = MAX_RESPONSE
  const limited = new Transform({
    transform (chunk: Buffer, _encoding, done) {
      left -= chunk.length
      done(left < 0 ? new Error('The response is longer than any that was asked for') : null, chunk)
    }
  })
  body.once('error', error => limited.destroy(error))
  limited.once('close', () => body.destroy())
  return body.pipe(limited)
}
