import { errors } from '../errors.js'
import type { Uploads } from '../index.js'
import type { Companion } from './companion.js'
import { toDeclaration } from './declaration.js'
import type { UppySignedRequest, UppySignRequest } from './schemas.js'

type Signer = (owner: string) => Promise<UppySignedRequest>

/** What a request amounts to, and how it is signed for an owner. */
export interface SigningJob {
  /** Name of the operation in the API of `fastify-upload-url`. */
  readonly operation: string
  readonly sign: Signer
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-/i

/**
 * Finds out what Uppy's `signRequest` was asked for. There are six kinds of request; whatever else a client asks, such
 * as deleting an object, is not signed.
 *
 * @throws FST_UPLOAD_INVALID_DECLARATION for any other request
 */
export function signingJob (uploads: Uploads, companion: Companion, request: UppySignRequest): SigningJob {
  const { method, key, uploadId, partNumber } = request
  if (uploadId === undefined) {
    if (partNumber === undefined && method === 'PUT') return { operation: 'createUploadUrl', sign: owner => signPut(uploads, request, owner) }
    if (partNumber === undefined && method === 'POST') return { operation: 'createMultipartUpload', sign: owner => signCreation(uploads, companion, request, owner) }
    throw unknownRequest(request)
  }
  const upload = { key, uploadId }
  if (partNumber !== undefined) {
    if (method !== 'PUT') throw unknownRequest(request)
    return { operation: 'createPartUrls', sign: async owner => ({ key, url: (await uploads.createPartUrls({ ...upload, partNumbers: [partNumber] }, { owner })).parts[0]!.url }) }
  }
  const signAs = (operation: 'ListParts' | 'CompleteMultipartUpload' | 'AbortMultipartUpload'): Signer =>
    async owner => withoutMethod(await uploads.signMultipartRequest({ operation, ...upload }, { owner }))
  switch (method) {
    case 'GET': return { operation: 'listParts', sign: signAs('ListParts') }
    case 'POST': return { operation: 'completeMultipartUpload', sign: signAs('CompleteMultipartUpload') }
    case 'DELETE': return { operation: 'abortMultipartUpload', sign: signAs('AbortMultipartUpload') }
    default: throw unknownRequest(request)
  }
}

// A PUT can bind an exact size only; where none is declared, a form bounds it.
async function signPut (uploads: Uploads, request: UppySignRequest, owner: string): Promise<UppySignedRequest> {
  const declaration = declarationOf(request)
  if (declaration.size === undefined) {
    const { url, key, fields } = await uploads.createUploadForm(declaration, { owner })
    return { url, key, fields }
  }
  const { url, key, headers } = await uploads.createUploadUrl(declaration, { owner })
  return { url, key, headers }
}

async function signCreation (uploads: Uploads, companion: Companion, request: UppySignRequest, owner: string): Promise<UppySignedRequest> {
  const declaration = declarationOf(request)
  return withoutMethod(await uploads.signMultipartCreation(declaration, { owner, partSize: companion.chunkSize(declaration.size) }))
}

function declarationOf ({ key, contentType, filename = filenameOf(key), size, metadata }: UppySignRequest) {
  return toDeclaration({ filename, type: contentType, metadata: { ...metadata, ...size !== undefined && { size } } })
}

/** Uppy makes keys of the form `{uuid}-{filename}`. */
function filenameOf (key: string): string | undefined {
  const name = key.slice(key.lastIndexOf('/') + 1).replace(UUID, '')
  return name === '' ? undefined : name
}

function withoutMethod ({ url, key, headers }: UppySignedRequest): UppySignedRequest {
  return { url, key, ...headers !== undefined && { headers } }
}

function unknownRequest ({ method, uploadId, partNumber }: UppySignRequest): Error {
  const given = [`method ${method}`, uploadId !== undefined && 'an uploadId', partNumber !== undefined && 'a partNumber'].filter(Boolean).join(', ')
  return new errors.FST_UPLOAD_INVALID_DECLARATION(`body is no request that an upload needs: ${given}`)
}
