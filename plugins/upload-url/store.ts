import { HeadBucketCommand, S3ServiceException } from '@aws-sdk/client-s3'
import type { Context } from './context.js'
import { errors, retryLater } from './errors.js'

const PATIENCE_MS = 2_500

/**
 * Runs one call to the store, and turns what can go wrong between us and it into errors of ours. Answers
 * of the store about the object itself (NoSuchKey, NoSuchUpload, …) pass as they are.
 *
 * @param call makes the call, and ends it when the signal says so
 * @param patience milliseconds until the store counts as too slow
 * @throws FST_UPLOAD_STORE_TIMEOUT, FST_UPLOAD_STORE_UNAVAILABLE, FST_UPLOAD_STORE_REFUSED,
 * FST_UPLOAD_NO_CREDENTIALS; S3ServiceException for the rest
 */
export function callStore<T> (call: (signal: AbortSignal) => Promise<T>, patience = PATIENCE_MS): Promise<T> {
  return asStoreWork(() => call(AbortSignal.timeout(patience)))
}

/**
 * Runs work that is made of calls to the store and keeps its own time, with the same errors.
 *
 * @throws as {@link callStore}
 */
export async function asStoreWork<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isOurs(error) ? error : translate(error as Error)
  }
}

/**
 * Asks whether the bucket is there. A refusal counts as an answer: the rights this service needs do not
 * include looking at the bucket itself.
 *
 * @throws as {@link callStore}
 */
export async function checkStore ({ client, options }: Context): Promise<void> {
  try {
    await callStore(abortSignal => client.send(new HeadBucketCommand({ Bucket: options.bucket }), { abortSignal }))
  } catch (error) {
    if (error instanceof errors.FST_UPLOAD_STORE_REFUSED) return
    if (!(error instanceof S3ServiceException)) throw error
    const reason = error.$metadata.httpStatusCode === 404 ? 'there is no such bucket' : `it answered ${error.$metadata.httpStatusCode} (${error.name})`
    throw Object.assign(new errors.FST_UPLOAD_STORE_REFUSED(reason), { cause: error })
  }
}

function isOurs (error: unknown): boolean {
  return Object.values(errors).some(OurError => error instanceof OurError)
}

function translate (error: Error): Error {
  if (isTimeout(error)) return retryLater(withCause(new errors.FST_UPLOAD_STORE_TIMEOUT(), error))
  if (error.name === 'CredentialsProviderError') return retryLater(withCause(new errors.FST_UPLOAD_NO_CREDENTIALS(), error))
  if (!(error instanceof S3ServiceException)) return retryLater(withCause(new errors.FST_UPLOAD_STORE_UNAVAILABLE(), error))
  const status = error.$metadata.httpStatusCode ?? 0
  if (status >= 500 || status === 429) return retryLater(withCause(new errors.FST_UPLOAD_STORE_UNAVAILABLE(), error))
  if (status === 403) return withCause(new errors.FST_UPLOAD_STORE_REFUSED('it lacks the rights for this'), error)
  return error
}

// The SDK calls a connection that was reset a timeout, too.
function isTimeout (error: Error & { readonly code?: string }): boolean {
  return ['AbortError', 'TimeoutError'].includes(error.name) && !['ECONNRESET', 'EPIPE'].includes(error.code ?? '')
}

function withCause<E extends Error> (error: E, cause: Error): E {
  return Object.assign(error, { cause })
}
