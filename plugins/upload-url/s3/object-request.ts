import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, GetObjectCommand,
  ListPartsCommand, PutObjectCommand, UploadPartCommand
} from '@aws-sdk/client-s3'
import type { Owned } from '../object-key.js'

/** The S3 operations a client is handed a URL for, under the names of the S3 API. */
export const OPERATIONS = {
  PutObject: { method: 'PUT', Command: PutObjectCommand },
  GetObject: { method: 'GET', Command: GetObjectCommand },
  CreateMultipartUpload: { method: 'POST', Command: CreateMultipartUploadCommand },
  UploadPart: { method: 'PUT', Command: UploadPartCommand },
  ListParts: { method: 'GET', Command: ListPartsCommand },
  CompleteMultipartUpload: { method: 'POST', Command: CompleteMultipartUploadCommand },
  AbortMultipartUpload: { method: 'DELETE', Command: AbortMultipartUploadCommand }
} as const

/** The name of one of them. */
export type Operation = keyof typeof OPERATIONS

/** Query parameters that belong to an operation, by their name on the wire, and what the SDK calls them. */
export const PARAMETERS = {
  partNumber: 'PartNumber',
  uploadId: 'UploadId',
  'response-content-disposition': 'ResponseContentDisposition',
  'response-content-type': 'ResponseContentType'
} as const

/** One request to sign: an operation on an object, its parameters, and the headers the sender must repeat. */
export interface ObjectRequest {
  readonly operation: Operation
  readonly object: Owned
  readonly parameters?: Readonly<Partial<Record<keyof typeof PARAMETERS, string>>>
  /** Header values by lower-case name; every one of them is signed. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The same for any key, as the signers take it. */
export interface KeyRequest extends Omit<ObjectRequest, 'object'> {
  readonly object: { readonly storeKey: string }
}
