import { addAbortSignal, pipeline, Readable, Transform } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'

type RequestHandler = S3Client['config']['requestHandler']

/** Bytes: a page of 1 000 parts with all their checksums takes well under one MiB. */
const MAX_ANSWER = 2 * 1024 ** 2
const MAX_ERROR = 64 * 1024

/** Signals of calls whose latest response was a failure of the store, which the SDK may be waiting to try again. */
const failing = new WeakSet<object>()

/** Whether a call that did not end in time was answered, but with failures alone. @param signal that it was given */
export function hasFailed (signal: AbortSignal): boolean {
  return failing.has(signal)
}

/**
 * A request handler whose responses end when they are longer than such a response can be, or when the signal of their
 * request aborts: nothing that a store sends is held without bound, and none decides how long it is read.
 */
export function boundResponses (handler: RequestHandler): RequestHandler {
  const handle: RequestHandler['handle'] = async (request, options: { readonly abortSignal?: unknown } = {}) => {
    const output = await handler.handle(request, options)
    const { response } = output
    noteFailure(response.statusCode, options.abortSignal)
    if (response.body instanceof Readable) {
      const limit = response.statusCode >= 300 ? MAX_ERROR : rangeLength(request.headers['range']) ?? MAX_ANSWER
      response.body = bounded(response.body, limit, options.abortSignal)
    }
    return output
  }
  return Object.create(handler, { handle: { value: handle } })
}

function noteFailure (status: number, signal: unknown): void {
  if (!(signal instanceof AbortSignal)) return
  if (status === 429 || status >= 500) failing.add(signal)
  else failing.delete(signal)
}

function bounded (body: Readable, limit: number, signal: unknown): Readable {
  let length = 0
  const output = new Transform({
    transform (chunk: Buffer, _encoding, callback) {
      length += chunk.length
      callback(length > limit ? new Error(`The response is longer than ${limit} bytes`) : null, chunk)
    }
  })
  if (signal instanceof AbortSignal) addAbortSignal(signal, output)
  return pipeline(body, output, () => {})
}

/** The bytes that a request asks for, as in `bytes=0-65535`; undefined where it asks for the whole. */
function rangeLength (range: string | undefined): number | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
  return first === undefined || last === undefined ? undefined : Number(last) - Number(first) + 1
}
