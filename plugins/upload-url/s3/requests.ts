import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, GetObjectCommand,
  ListPartsCommand, PutObjectCommand, UploadPartCommand
} from '@aws-sdk/client-s3'
import type { OwnedObject } from '../object-key.js'

/** The S3 operations a client is handed a URL for, under the names of the S3 API. */
export const S3_OPERATIONS = {
  PutObject: { method: 'PUT', Command: PutObjectCommand },
  GetObject: { method: 'GET', Command: GetObjectCommand },
  CreateMultipartUpload: { method: 'POST', Command: CreateMultipartUploadCommand },
  UploadPart: { method: 'PUT', Command: UploadPartCommand },
  ListParts: { method: 'GET', Command: ListPartsCommand },
  CompleteMultipartUpload: { method: 'POST', Command: CompleteMultipartUploadCommand },
  AbortMultipartUpload: { method: 'DELETE', Command: AbortMultipartUploadCommand }
} as const

/** The name of one of them. */
export type S3Operation = keyof typeof S3_OPERATIONS

/** Query parameters that belong to an operation, by their name on the wire, and what the SDK calls them. */
export const PARAMETERS = {
  partNumber: 'PartNumber',
  uploadId: 'UploadId',
  'response-content-disposition': 'ResponseContentDisposition',
  'response-content-type': 'ResponseContentType'
} as const

/** One request to sign: an operation on an object, its parameters, and the headers the sender must repeat. */
export interface ObjectRequest<Target = OwnedObject> {
  readonly operation: S3Operation
  readonly object: Target
  readonly parameters?: Readonly<Partial<Record<keyof typeof PARAMETERS, string>>>
  /** Header values by lower-case name; every one of them is signed. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The same for the self-check, on a key that is nobody's. */
export type KeyRequest = ObjectRequest<{ readonly key: string }>
