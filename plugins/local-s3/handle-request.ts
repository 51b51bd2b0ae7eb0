import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { authenticate } from './authenticate.js'
import { readBucket, requireBucket } from './buckets.js'
import { corsHeaders, defaultCorsRules, preflight, readCorsRules } from './cors.js'
import type { CorsRule } from './cors.js'
import { ClientDisconnected, S3Error, isSystemError } from './errors.js'
import { refuseUnknownNames } from './object-headers.js'
import type { LocalS3Settings } from './options.js'
import { isForm, postObject } from './post-object.js'
import type { Reply } from './reply.js'
import { findOperation, needsBucket } from './router.js'
import { headerNames, readRequest } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import { errorReply, sendReply } from './send-reply.js'
import type { Storage } from './storage.js'

/** One request, and the store it came to. */
export interface Exchange {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  /** Tells a client that waits for `100 Continue` to send its body. */
  readonly acceptBody: () => void
  readonly settings: LocalS3Settings
  readonly storage: Storage
}

/** Answers one request, whatever it is. Never rejects on account of the client. */
export async function handleRequest (exchange: Exchange): Promise<void> {
  const { message, response } = exchange
  const requestId = randomBytes(8).toString('hex').toUpperCase()
  const headers: Record<string, string> = { server: 'local-s3', 'x-amz-request-id': requestId }
  try {
    const reply = await answer(exchange, headers)
      .catch((error: unknown) => toErrorReply(error, exchange, requestId))
    await sendReply(message, response, reply, headers)
  } catch (error) {
    response.destroy()
    if (!isDisconnect(error)) throw error
  }
}

/** @param headers of the response; CORS headers are added, for errors as well */
async function answer (exchange: Exchange, headers: Record<string, string>): Promise<Reply> {
  const request = readRequest(exchange.message, exchange.acceptBody)
  const rules = await findCorsRules(request, exchange)
  if (request.method === 'OPTIONS') return { status: 200, headers: preflight(request, rules) }
  Object.assign(headers, corsHeaders(request, rules))
  try {
    return await authorizeAndRun(request, exchange)
  } catch (error) {
    // a bucket may be deleted at any moment of another operation
    if (isSystemError(error, 'ENOENT')) await requireBucket(exchange.storage, request.bucket)
    throw error
  }
}

async function authorizeAndRun (request: S3Request, { settings, storage }: Exchange): Promise<Reply> {
  if (isForm(request)) return await postObject({ request, settings, storage })
  const signature = await authenticate(request, settings)
  const operation = findOperation(request)
  refuseUnknownNames(headerNames(request))
  if (needsBucket(operation)) await requireBucket(storage, request.bucket)
  return await operation({ request, signature, settings, storage })
}

async function findCorsRules (request: S3Request, { settings, storage }: Exchange): Promise<CorsRule[]> {
  if (!request.headers.has('origin')) return []
  const bucket = await readBucket(storage, request.bucket).catch((error: unknown) => {
    if (!(error instanceof S3Error)) throw error
  })
  return bucket?.cors === undefined ? defaultCorsRules(settings.corsOrigins) : readCorsRules(bucket.cors)
}

function toErrorReply (error: unknown, { message, settings }: Exchange, requestId: string): Reply {
  if (isDisconnect(error)) throw error
  const resource = (message.url ?? '').split('?', 1)[0]!
  if (error instanceof S3Error) return errorReply(error, resource, requestId)
  settings.onError(error)
  const ownError = isSystemError(error, 'ENOSPC')
    ? new S3Error('ServiceUnavailable', 'No space is left in the directory of this store.')
    : new S3Error('InternalError', 'We encountered an internal error. Please try again.')
  return errorReply(ownError, resource, requestId)
}

const DISCONNECT_CODES = ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EPIPE']

const isDisconnect = (error: unknown): boolean =>
  error instanceof ClientDisconnected || DISCONNECT_CODES.some((code) => isSystemError(error, code))
