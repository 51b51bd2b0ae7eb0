import { errors, type Upload, type UploadedResult, type UploadEvent } from '../internals.js'

/** Options of the plugin. */
export interface UploadEventsOptions {
  /**
   * Runs for every upload that is there, at least once, and before a message of the store counts as handled: let it
   * hand the work to a queue, under `id`, and return. What it throws makes the message come again.
   *
   * @example onUploaded: (upload, { owner, id }) => queue.add('transcribe', { key: upload.key, owner }, { jobId: id })
   */
  readonly onUploaded: (upload: Upload, event: UploadEvent) => unknown
  /**
   * Runs for every result that is there, such as a transcript, when the store tells of it: see `createResultUrl`.
   *
   * @default nothing is done about results
   */
  readonly onResult?: (result: UploadedResult, event: UploadEvent) => unknown
  /**
   * Whether to inspect each upload before: `upload.audio` says what it is, and what is no audio is `rejected`.
   *
   * @default false
   */
  readonly inspect?: boolean
  /**
   * Whether to claim each upload once `onUploaded` has finished, so that only what it did not take expires. Needs the
   * option `unclaimed`. What is `rejected` is not claimed.
   *
   * @default false
   */
  readonly claim?: boolean
  /** A route for stores that push. @default none */
  readonly http?: HttpOptions
}

/** Where and from whom messages are accepted by HTTP. */
export interface HttpOptions {
  /** What the store has to send: as a bearer token, as the password of basic authentication, or after the path. */
  readonly secret: string
  /** @default '/upload-events' */
  readonly path?: string
  /** How many messages are handled at a time; further ones are answered 503. @default 20 */
  readonly concurrency?: number
}

/** Characters; as many as a key of 128 bits has in base64. */
const MIN_SECRET = 22

/** The options with every default filled in. */
export interface ResolvedEventsOptions extends Required<Omit<UploadEventsOptions, 'http'>> {
  readonly http: Required<HttpOptions> | undefined
}

/** @throws FST_UPLOAD_INVALID_OPTIONS naming the option that is wrong */
export function resolveEventsOptions (
  { onUploaded, onResult = () => {}, inspect = false, claim = false, http, ...others }: UploadEventsOptions
): ResolvedEventsOptions {
  const [unknown] = Object.keys(others).filter(name => !FASTIFY_OPTIONS.has(name))
  if (unknown !== undefined) throw wrong(`unknown field ${unknown}`)
  if (typeof onUploaded !== 'function') throw wrong('onUploaded must be a function')
  if (typeof onResult !== 'function') throw wrong('onResult must be a function')
  if (typeof inspect !== 'boolean') throw wrong('inspect must be boolean')
  if (typeof claim !== 'boolean') throw wrong('claim must be boolean')
  return { onUploaded, onResult, inspect, claim, http: http === undefined ? undefined : resolveHttp(http) }
}

const FASTIFY_OPTIONS = new Set(['prefix', 'logLevel', 'logSerializers'])

function resolveHttp ({ secret, path = '/upload-events', concurrency = 20 }: HttpOptions): Required<HttpOptions> {
  if (typeof secret !== 'string' || !/^[\w.~+/=-]*$/.test(secret) || secret.length < MIN_SECRET) {
    throw wrong(`http.secret must be a string of at least ${MIN_SECRET} letters, digits and . _ ~ + / = -`)
  }
  if (typeof path !== 'string' || !/^(?:\/[\w.~-]+)+$/.test(path)) {
    throw wrong('http.path must be a path, as in /upload-events')
  }
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw wrong('http.concurrency must be an integer of at least 1')
  }
  return { secret, path, concurrency }
}

/** The error for options of this plugin. */
export function wrong (problem: string): Error {
  return new errors.FST_UPLOAD_INVALID_OPTIONS(`events: ${problem}`)
}
