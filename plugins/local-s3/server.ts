import { lookup } from 'node:dns/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { BlockList, isIPv6 } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createBucket, removeDeletedBuckets } from './buckets.js'
import { S3Error, isSystemError } from './errors.js'
import { EventQueue } from './event-queue.js'
import { handleRequest } from './handle-request.js'
import { runLifecycle } from './lifecycle.js'
import { isStrongSecret, resolveOptions } from './options.js'
import type { Credentials, LocalS3Options, LocalS3Settings } from './options.js'
import { Storage } from './storage.js'
import { removeCompletedUploads } from './uploads.js'

/** What a client needs to use the running store. */
export interface LocalS3 {
  /** `http://host:port`, for path style; `http://bucket.localhost:port` is understood as well. */
  readonly endpoint: string
  readonly region: string
  /** The first of the buckets. */
  readonly bucket: string
  readonly credentials: Credentials
  /** Absolute path of the folder that holds the objects. */
  readonly directory: string
}

/** An embedded S3 store. */
export interface LocalS3Server {
  /**
   * Creates the buckets that are missing, and listens.
   *
   * @throws Error where the directory can't be written or another store uses it, where the port is taken, and where
   *   others could reach the store with a secret that is short or published
   */
  readonly start: () => Promise<LocalS3>
  /**
   * Does what the lifecycle rules of the buckets say. The store does so by itself when it starts, and every hour.
   *
   * @param time as of which. Default: that of the store's clock.
   */
  readonly runLifecycle: (time?: Date) => Promise<void>
  /** Closes every connection and stops. An upload that is not complete leaves nothing behind. */
  readonly close: () => Promise<void>
}

/**
 * Creates an S3 store for development and tests, without starting it. It verifies what S3 verifies; objects survive
 * restarts in its directory.
 *
 * @throws Error naming the option that is invalid
 */
export function createLocalS3 (options?: LocalS3Options): LocalS3Server {
  const settings = resolveOptions(options)
  const { directory, onEvent } = settings
  const storage = new Storage(directory, onEvent && new EventQueue({ ...settings, onEvent }))
  const running = new Set<Promise<void>>()
  const accept = (message: IncomingMessage, response: ServerResponse, acceptBody: () => void): void => {
    const handled = handleRequest({ message, response, acceptBody, settings, storage })
    running.add(handled)
    handled.finally(() => running.delete(handled)).catch(settings.onError)
  }
  const server = createHttpServer(accept, settings)
  const applyRules = async (time = settings.now()): Promise<void> => await runLifecycle(storage, time)
  const applyRulesInBackground = (): void => {
    const applied = applyRules().catch(settings.onError)
    running.add(applied)
    applied.finally(() => running.delete(applied))
  }
  let timer: NodeJS.Timeout | undefined

  return {
    runLifecycle: applyRules,
    start: async () => {
      const address = await resolveAddress(settings)
      await storage.open()
      try {
        await removeDeletedBuckets(storage)
        await createBuckets(storage, settings)
        await removeCompletedUploads(storage)
        await applyRules().catch(settings.onError)
        await listen(server, address, settings.port)
      } catch (error) {
        await storage.close()
        throw error
      }
      timer = setInterval(applyRulesInBackground, LIFECYCLE_INTERVAL_MS).unref()
      const { port } = server.address() as AddressInfo
      const host = isIPv6(address) ? `[${address}]` : address
      const { region, credentials, directory, buckets: [bucket = ''] } = settings
      return Object.freeze({ endpoint: `http://${host}:${port}`, region, bucket, credentials, directory })
    },
    close: async () => {
      clearInterval(timer)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      await Promise.allSettled(running)
      await storage.close()
    }
  }
}

const LIFECYCLE_INTERVAL_MS = 3_600_000

type Accept = (message: IncomingMessage, response: ServerResponse, acceptBody: () => void) => void

function createHttpServer (accept: Accept, { headersTimeout, idleTimeout }: LocalS3Settings): Server {
  // an upload may last for hours as long as something moves, so only standstill is limited
  const server = createServer({ requestTimeout: 0, headersTimeout, keepAliveTimeout: 5_000 })
  server.timeout = idleTimeout
  server.on('request', (message: IncomingMessage, response: ServerResponse) => accept(message, response, () => {}))
  server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) =>
    accept(message, response, () => response.writeContinue()))
  server.on('clientError', answerMalformedRequest)
  return server
}

function answerMalformedRequest (error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

async function createBuckets (storage: Storage, { buckets, now }: LocalS3Settings): Promise<void> {
  for (const name of buckets) {
    await createBucket(storage, name, now()).catch((error: unknown) => {
      if (!(error instanceof S3Error && error.code === 'BucketAlreadyOwnedByYou')) throw error
    })
  }
}

/**
 * The IP address to listen on. It is found out first, so that no port is open while it is decided.
 *
 * @throws Error where others can reach the address and the secret is weak
 */
async function resolveAddress ({ host, port, credentials }: LocalS3Settings): Promise<string> {
  const { address } = await lookup(host).catch((error: unknown) => { throw cannotListen(host, port, error) })
  if (isLoopback(address) || isStrongSecret(credentials.secretAccessKey)) return address
  throw new Error(
    `local-s3: option host is ${host}, which others can reach, but option credentials.secretAccessKey is ` +
    'short or published; set a random one, or listen on 127.0.0.1'
  )
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

const isLoopback = (address: string): boolean => LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

async function listen (server: Server, address: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(address, port, error)))
    server.listen(port, address, resolve)
  })
}

function cannotListen (host: string, port: number, error: unknown): Error {
  const inUse = isSystemError(error, 'EADDRINUSE')
  const reason = inUse ? 'something else listens there already' : (error as Error).message
  return new Error(`local-s3: can't listen on ${host}:${port}: ${reason}`, { cause: error })
}
