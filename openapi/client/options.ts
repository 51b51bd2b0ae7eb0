import type { Put } from './signed-put.js'
import type { UploadStorage } from './saved-uploads.js'

/** Time, which tests replace. */
export interface Clock {
  /** Milliseconds since 1970. */
  now (): number
  setTimeout (callback: () => void, milliseconds: number): unknown
  clearTimeout (timer: unknown): void
}

/** Options of an uploader. */
export interface UploaderOptions {
  /** Where the service is, with its prefix, as in `https://example.com/v1`; empty for the origin of the page. */
  readonly baseUrl: string
  /**
   * Headers of requests to the service, or a function that gives them before each request. `renew` is true after a 401:
   * the token has expired, and a cached one will not do.
   */
  readonly headers?: HeadersInit | ((request: { readonly renew: boolean }) => HeadersInit | Promise<HeadersInit>)
  /** Whose uploads these are, where several people share a browser: each finds only their own unfinished uploads. */
  readonly owner?: string
  /** Whether to have S3 verify the SHA-256 of every request. Needs a secure context. */
  readonly checksum?: 'sha256'
  /** How many parts are sent at the same time. Default: 4. */
  readonly concurrency?: number
  /** Size in bytes from which a file is sent in parts. Default: 16 MiB. */
  readonly multipartFrom?: number
  /** Size of a part in bytes, at least 5 MiB. Default: the service's. */
  readonly partSize?: number
  /** How often in a row a request may fail before the upload does. Default: 12, which takes some minutes. */
  readonly retries?: number
  /** Seconds without any progress after which a request is sent again. Default: 30. */
  readonly stallTimeout?: number
  /** Where uploads in progress are remembered; `null` for nowhere. Default: `localStorage`, in a page. */
  readonly storage?: UploadStorage | null
  /** Sends every request, in place of XMLHttpRequest and `fetch`. */
  readonly fetch?: typeof globalThis.fetch
  readonly clock?: Clock
  /** A number from 0 to 1, for the time between retries. Default: `Math.random`. */
  readonly random?: () => number
}

const MIB = 1024 ** 2

const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: timer => clearTimeout(timer as number)
}

/** Options with their defaults. @param putIn how bytes are sent in this environment */
export function resolveOptions (options: UploaderOptions, putIn: (options: UploaderOptions) => Put) {
  return {
    put: putIn(options),
    concurrency: 4,
    multipartFrom: 16 * MIB,
    retries: 12,
    stallTimeout: 30,
    clock: systemClock,
    random: Math.random,
    storage: pageStorage(),
    ...options,
    baseUrl: options.baseUrl.replace(/\/+$/, '')
  }
}

export type ResolvedOptions = ReturnType<typeof resolveOptions>

// Reading it throws where the browser blocks it, and warns in Node.
function pageStorage (): UploadStorage | null {
  try {
    return globalThis.document ? localStorage : null
  } catch {
    return null
  }
}
