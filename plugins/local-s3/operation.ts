import type { LocalS3Settings } from './options.js'
import type { Reply } from './reply.js'
import type { S3Request } from './s3-request.js'
import type { SignatureParameters } from './signature-parameters.js'
import type { Storage } from './storage.js'

/** What an operation works on: a verified request, and the store it is for. */
export interface OperationContext {
  readonly request: S3Request
  readonly signature: SignatureParameters
  readonly settings: LocalS3Settings
  readonly storage: Storage
}

/** One operation of the S3 API. */
export type Operation = (context: OperationContext) => Promise<Reply>
