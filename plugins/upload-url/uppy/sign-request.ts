import { errors } from '../internals.js'
import { toUploadFile } from './file.js'
import type { ResolvedUppyOptions } from './options.js'
import type { Run } from './run.js'
import type { SignedRequest, SignRequest } from './schemas.js'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-/i

const UPLOAD_REQUESTS = {
  GET: { operation: 'ListParts', authorizeAs: 'listParts' },
  POST: { operation: 'CompleteMultipartUpload', authorizeAs: 'completeMultipartUpload' },
  DELETE: { operation: 'AbortMultipartUpload', authorizeAs: 'abortMultipartUpload' }
} as const

/**
 * Answers Uppy's `signRequest`. There are six kinds of request; whatever else a client asks for, such as deleting an
 * object, is not signed.
 *
 * @throws FST_UPLOAD_INVALID_INPUT for any other request; the errors of the operation it amounts to
 */
export async function signRequest (
  run: Run, request: SignRequest, { getChunkSize }: ResolvedUppyOptions
): Promise<SignedRequest> {
  const { method, key, uploadId, partNumber } = request
  if (uploadId === undefined && partNumber === undefined) {
    if (method === 'PUT') return await signPut(run, request)
    if (method === 'POST') {
      const file = fileOf(request)
      const partSize = file.size === undefined ? undefined : getChunkSize({ size: file.size })
      return withoutMethod(await run('signMultipartUpload', { ...file, partSize }, 'createMultipartUpload'))
    }
  } else if (uploadId !== undefined && partNumber !== undefined) {
    if (method === 'PUT') {
      const { parts } = await run('createPartUrls', { key, uploadId, from: partNumber, to: partNumber })
      return { key, url: parts[0]!.url }
    }
  } else if (uploadId !== undefined && method !== 'PUT') {
    const { operation, authorizeAs } = UPLOAD_REQUESTS[method]
    return withoutMethod(await run('signMultipartRequest', { operation, key, uploadId }, authorizeAs))
  }
  throw unknownRequest(request)
}

// A PUT can bind an exact size only; where none is declared, a form bounds it.
async function signPut (run: Run, request: SignRequest): Promise<SignedRequest> {
  const file = fileOf(request)
  if (file.size === undefined) {
    const { url, key, fields } = await run('createUploadForm', file)
    return { url, key, fields }
  }
  const { url, key, headers } = await run('createUploadUrl', file)
  return { url, key, headers }
}

function fileOf ({ key, contentType, filename = filenameOf(key), size, metadata }: SignRequest) {
  return toUploadFile({ filename, type: contentType, metadata: { ...metadata, ...size !== undefined && { size } } })
}

/** Uppy makes keys of the form `{uuid}-{filename}`. */
function filenameOf (key: string): string | undefined {
  const name = key.slice(key.lastIndexOf('/') + 1).replace(UUID, '')
  return name === '' ? undefined : name
}

function withoutMethod ({ url, key, headers }: SignedRequest): SignedRequest {
  return { url, key, ...headers !== undefined && { headers } }
}

function unknownRequest ({ method, uploadId, partNumber }: SignRequest): Error {
  const given = [
    `method ${method}`, uploadId !== undefined && 'an uploadId', partNumber !== undefined && 'a partNumber'
  ].filter(Boolean).join(', ')
  return new errors.FST_UPLOAD_INVALID_INPUT(`body is not a request that an upload needs: ${given}`)
}
