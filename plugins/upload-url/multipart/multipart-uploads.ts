import type { Context } from '../context.js'
import type { OnBehalfOf } from '../uploads.js'
import type { Validation } from '../validation.js'
import { abortMultipartUpload } from './abort-multipart-upload.js'
import { completeMultipartUpload } from './complete-multipart-upload.js'
import { createMultipartUpload } from './create-multipart-upload.js'
import { createPartUrls } from './create-part-urls.js'
import { listParts } from './list-parts.js'
import { CompletionSchema, MultipartDeclarationSchema, PartUrlsRequestSchema, UploadReferenceSchema, type CompletedUpload, type Completion, type MultipartDeclaration, type MultipartUpload, type Parts, type PartUrls, type PartUrlsRequest, type UploadReference } from './schemas.js'
import { signMultipartCreation, signMultipartRequest, type MultipartRequest, type SignedMultipartRequest } from './sign-multipart-request.js'

/** Whose upload is started, and how its client cuts files. */
export interface OnBehalfOfInParts extends OnBehalfOf {
  /** Size in bytes of every part but the last, where the client has its own idea of it. Default: ours. */
  readonly partSize?: number | undefined
}

/** The part of `app.uploads` that is about uploads in parts. */
export interface MultipartUploads {
  /**
   * Starts an upload in parts.
   * @throws the errors of `POST /multipart-uploads`, by the same codes
   */
  createMultipartUpload (declaration: MultipartDeclaration, on: OnBehalfOfInParts): Promise<MultipartUpload>
  /**
   * URLs to PUT parts to.
   * @throws the errors of `POST /multipart-uploads/part-urls`, by the same codes
   */
  createPartUrls (request: PartUrlsRequest, on: OnBehalfOf): Promise<PartUrls>
  /**
   * The parts that have arrived.
   * @throws the errors of `GET /multipart-uploads/parts`, by the same codes
   */
  listParts (upload: UploadReference, on: OnBehalfOf): Promise<Parts>
  /**
   * Makes one object of the parts. Safe to repeat.
   * @throws the errors of `POST /multipart-uploads/complete`, by the same codes
   */
  completeMultipartUpload (completion: Completion, on: OnBehalfOf): Promise<CompletedUpload>
  /**
   * Gives an upload up. Safe to repeat.
   * @throws the errors of `DELETE /multipart-uploads`, by the same codes
   */
  abortMultipartUpload (upload: UploadReference, on: OnBehalfOf): Promise<void>
  /**
   * Signs the request that starts an upload in parts, for clients that speak with the store themselves.
   * @throws the errors of `POST /multipart-uploads`, by the same codes
   */
  signMultipartCreation (declaration: MultipartDeclaration, on: OnBehalfOfInParts): Promise<SignedMultipartRequest>
  /**
   * Signs a request about an upload in progress, for clients that speak with the store themselves.
   * @throws the errors of the same operation over HTTP, by the same codes
   */
  signMultipartRequest (request: MultipartRequest, on: OnBehalfOf): Promise<SignedMultipartRequest>
}

/** Makes the part of `app.uploads` that is about uploads in parts. */
export function createMultipartUploads (context: Context, validation: Validation): MultipartUploads {
  return {
    async createMultipartUpload (declaration, { owner, partSize }) {
      validation.assert(MultipartDeclarationSchema, declaration)
      return createMultipartUpload(context, owner, declaration, partSize)
    },
    async createPartUrls (request, { owner }) {
      validation.assert(PartUrlsRequestSchema, request)
      return createPartUrls(context, owner, request)
    },
    async listParts (upload, { owner }) {
      validation.assert(UploadReferenceSchema, upload)
      return listParts(context, owner, upload)
    },
    async completeMultipartUpload (completion, { owner }) {
      validation.assert(CompletionSchema, completion)
      return completeMultipartUpload(context, owner, completion)
    },
    async abortMultipartUpload (upload, { owner }) {
      validation.assert(UploadReferenceSchema, upload)
      return abortMultipartUpload(context, owner, upload)
    },
    async signMultipartCreation (declaration, { owner, partSize }) {
      validation.assert(MultipartDeclarationSchema, declaration)
      return signMultipartCreation(context, owner, declaration, partSize)
    },
    async signMultipartRequest ({ operation, ...upload }, { owner }) {
      validation.assert(UploadReferenceSchema, upload)
      return signMultipartRequest(context, owner, { operation, ...upload })
    }
  }
}
