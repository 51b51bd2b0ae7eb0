import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createBucket, removeDeletedBuckets } from './buckets.js'
import { S3Error } from './errors.js'
import { handleRequest } from './handle-request.js'
import { resolveOptions } from './options.js'
import type { Credentials, LocalS3Options, LocalS3Settings } from './options.js'
import { Storage } from './storage.js'
import { removeCompletedUploads } from './uploads.js'

/** What a client needs in order to use the running store. */
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
   * @throws Error where the directory can't be written or the port is taken
   */
  readonly start: () => Promise<LocalS3>
  /** Drops every connection and stops. What was still being uploaded leaves nothing behind. */
  readonly close: () => Promise<void>
}

/**
 * Creates an S3 store for development and tests, without starting it. It verifies what S3 verifies;
 * objects survive restarts in its directory.
 *
 * @throws Error naming the option that is wrong
 */
export function createLocalS3 (options?: LocalS3Options): LocalS3Server {
  const settings = resolveOptions(options)
  const storage = new Storage(settings.directory)
  const running = new Set<Promise<void>>()
  const accept = (message: IncomingMessage, response: ServerResponse, acceptBody: () => void): void => {
    const handled = handleRequest({ message, response, acceptBody, settings, storage })
    running.add(handled)
    handled.finally(() => running.delete(handled)).catch(settings.onError)
  }
  const server = createHttpServer(accept, settings.idleTimeout)

  return {
    start: async () => {
      await storage.open()
      try {
        await removeDeletedBuckets(storage)
        await createBuckets(storage, settings)
        await removeCompletedUploads(storage)
        await listen(server, settings)
      } catch (error) {
        await storage.close()
        throw error
      }
      const { address, family, port } = server.address() as AddressInfo
      const host = family === 'IPv6' ? `[${address}]` : address
      const { region, credentials, directory, buckets: [bucket = ''] } = settings
      return Object.freeze({ endpoint: `http://${host}:${port}`, region, bucket, credentials, directory })
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      await Promise.allSettled(running)
      await storage.close()
    }
  }
}

type Accept = (message: IncomingMessage, response: ServerResponse, acceptBody: () => void) => void

function createHttpServer (accept: Accept, idleTimeout: number): Server {
  // an upload may last for hours as long as something moves, so only standstill is limited
  const server = createServer({ requestTimeout: 0, headersTimeout: 20_000, keepAliveTimeout: 5_000 })
  server.timeout = idleTimeout
  server.on('request', (message: IncomingMessage, response: ServerResponse) => accept(message, response, () => {}))
  server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) => accept(message, response, () => response.writeContinue()))
  server.on('clientError', refuseGarbage)
  return server
}

function refuseGarbage (error: NodeJS.ErrnoException, socket: Socket): void {
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

async function listen (server: Server, { host, port }: LocalS3Settings): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'something else listens there already' : error.message
      reject(new Error(`local-s3: can't listen on ${host}:${port}: ${reason}`, { cause: error }))
    })
    server.listen(port, host, resolve)
  })
}
