import { createHash, randomBytes } from 'node:crypto'
import { GetObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { OperationInput, OperationOutput, UploadUrlOptions } from '../../../plugins/upload-url/index.js'
import { startStore, type Store } from '../../fixtures/store.js'
import { appFor } from '../../fixtures/uploads-to.js'

export const MIB = 1024 ** 2

/** A multipart upload that was created. */
export type MultipartUpload = OperationOutput<'createMultipartUpload'>

/** A part as a client remembers it. */
export interface SentPart {
  readonly partNumber: number
  readonly etag: string
}

/** The plugin in front of a real store. */
export async function uploaderApp (
  t: Test,
  options: Partial<UploadUrlOptions> = {}
): Promise<{ app: FastifyInstance; store: Store }> {
  const store = await startStore(t)
  return { app: await appFor(t, store, options), store }
}

/** Sends a request as somebody, `alice` unless said otherwise. */
export async function send (app: FastifyInstance, request: InjectOptions, user = 'alice') {
  return app.inject({ ...request, headers: { 'x-user': user, ...request.headers } })
}

/** `POST /multipart-uploads`, which has to succeed. */
export async function start (
  app: FastifyInstance,
  declaration: OperationInput<'createMultipartUpload'> = {},
  user?: string
): Promise<MultipartUpload> {
  const response = await send(app, { method: 'POST', url: '/multipart-uploads', payload: declaration }, user)
  if (response.statusCode !== 201) throw new Error(response.body)
  return response.json()
}

/** `POST /multipart-uploads/part-urls` */
export function signParts (
  app: FastifyInstance,
  { key, uploadId }: MultipartUpload,
  wanted: { parts?: unknown; from?: unknown; to?: unknown },
  user?: string
) {
  return send(app, { method: 'POST', url: '/multipart-uploads/part-urls', payload: { key, uploadId, ...wanted } }, user)
}

/** The URL for one part, which has to be given. */
export async function partUrl (app: FastifyInstance, upload: MultipartUpload, partNumber: number): Promise<string> {
  const response = await signParts(app, upload, { parts: [{ partNumber }] })
  if (response.statusCode !== 200) throw new Error(response.body)
  return response.json().parts[0].url
}

/** Puts one part to a URL asked for just before, as a client does. */
export async function putPart (
  app: FastifyInstance,
  upload: MultipartUpload,
  partNumber: number,
  bytes: Uint8Array
): Promise<SentPart> {
  const response = await fetch(await partUrl(app, upload, partNumber), { method: 'PUT', body: bytes })
  if (!response.ok) throw new Error(await response.text())
  return { partNumber, etag: response.headers.get('etag')! }
}

/** Puts all parts of some bytes, cut by the part size of the upload. */
export async function putAll (app: FastifyInstance, upload: MultipartUpload, bytes: Uint8Array): Promise<SentPart[]> {
  const sent: SentPart[] = []
  for (let offset = 0; offset < bytes.length; offset += upload.partSize) {
    sent.push(await putPart(app, upload, sent.length + 1, bytes.subarray(offset, offset + upload.partSize)))
  }
  return sent
}

/** `POST /multipart-uploads/complete` */
export function complete (
  app: FastifyInstance,
  { key, uploadId }: MultipartUpload,
  parts: readonly SentPart[],
  user?: string
) {
  return send(app, { method: 'POST', url: '/multipart-uploads/complete', payload: { key, uploadId, parts } }, user)
}

/** `GET /multipart-uploads/parts` */
export function list (app: FastifyInstance, { key, uploadId }: MultipartUpload, user?: string) {
  return send(app, { url: '/multipart-uploads/parts', query: { key, uploadId } }, user)
}

/** What has arrived, out of `GET /multipart-uploads/parts`. */
export async function arrived (
  app: FastifyInstance,
  upload: MultipartUpload
): Promise<OperationOutput<'listParts'>['parts']> {
  return (await list(app, upload)).json().parts
}

/** `DELETE /multipart-uploads` */
export function abort (app: FastifyInstance, { key, uploadId }: MultipartUpload, user?: string) {
  return send(app, { method: 'DELETE', url: '/multipart-uploads', query: { key, uploadId } }, user)
}

/** Bytes nobody else has. */
export function someBytes (size: number): Buffer {
  return randomBytes(size)
}

/** SHA-256 in hex. */
export function sha256 (bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What the store holds under a key; undefined where there is nothing. */
export async function stored ({ client, bucket }: Store, key: string): Promise<Buffer | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return Buffer.from(await Body!.transformToByteArray())
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined
    throw error
  }
}

/** How many multipart uploads are in progress at the store. */
export async function inProgress ({ client, bucket }: Store): Promise<number> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
  return Uploads.length
}
