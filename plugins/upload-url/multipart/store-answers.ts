import { S3ServiceException } from '@aws-sdk/client-s3'
import { errors } from '../errors.js'
import { callStore } from '../store.js'

/**
 * Runs one call to the store about a multipart upload.
 *
 * @param call makes the call, and ends it when the signal says so
 * @param patience milliseconds until the store counts as too slow. Default: as for every call
 * @throws FST_UPLOAD_NOT_FOUND where the store knows no such upload; as {@link callStore}; FST_UPLOAD_STORE_REFUSED for
 * every other answer
 */
export async function callAboutUpload<T> (call: (signal: AbortSignal) => Promise<T>, patience?: number): Promise<T> {
  try {
    return await callStore(call, patience)
  } catch (error) {
    throw error instanceof S3ServiceException ? translateAnswer(error) : error
  }
}

function translateAnswer (error: S3ServiceException): Error {
  const translated = isUnknownUpload(error)
    ? new errors.FST_UPLOAD_NOT_FOUND()
    : new errors.FST_UPLOAD_STORE_REFUSED(`it answered ${error.$metadata.httpStatusCode} (${error.name})`)
  return Object.assign(translated, { cause: error })
}

function isUnknownUpload ({ name }: S3ServiceException): boolean {
  return name === 'NoSuchUpload' || name === 'NoSuchKey'
}

/** The store's own name for what went wrong, as in `InvalidPart`, wherever in the chain of causes it is. */
export function storeCode (error: unknown): string | undefined {
  if (error instanceof S3ServiceException) return error.name
  return error instanceof Error && error.cause !== undefined ? storeCode(error.cause) : undefined
}
