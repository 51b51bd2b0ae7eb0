import { errors } from '../errors.js'
import type { UploadReference, Uploads } from '../index.js'
import { toDeclaration, type UppyFile } from './declaration.js'
import type { ResolvedUppyOptions } from './options.js'
import type { UppyCompletion, UppyForm, UppyObject, UppyRead, UppyUpload } from './schemas.js'

/** What a path below `/s3/multipart/` asks for. */
export interface UploadPath {
  readonly uploadId: string
  /** What comes after the upload id: the number of a part, `batch`, `complete`, or nothing. */
  readonly rest: string | undefined
}

/** Companion's protocol, as `@uppy/aws-s3` 5 and 6 speak it, without HTTP. */
export class Companion {
  readonly #uploads: Uploads
  readonly #getChunkSize: ResolvedUppyOptions['getChunkSize']

  constructor (uploads: Uploads, { getChunkSize }: ResolvedUppyOptions) {
    this.#uploads = uploads
    this.#getChunkSize = getChunkSize
  }

  /** `GET /s3/params`: version 6 can only post, and 5 does what it is told. */
  async createForm (owner: string, file: UppyFile): Promise<UppyForm> {
    const { method, url, fields } = await this.#uploads.createUploadForm(toDeclaration(file), { owner })
    return { method, url, fields }
  }

  /** `POST /s3/multipart` */
  async createUpload (owner: string, file: UppyFile): Promise<UppyUpload> {
    const declaration = toDeclaration(file)
    const { key, uploadId } = await this.#uploads.createMultipartUpload(declaration, { owner, partSize: this.chunkSize(declaration.size) })
    return { key, uploadId }
  }

  /** Size in bytes of the parts that Uppy will cut a file of `size` bytes into. */
  chunkSize (size: number | undefined): number | undefined {
    return size === undefined ? undefined : this.#getChunkSize({ size })
  }

  /** `GET /s3/multipart/{uploadId}`, `…/{partNumber}` and `…/batch?partNumbers=1,2` */
  async read (owner: string, key: string, { uploadId, rest }: UploadPath, partNumbers: string | undefined): Promise<UppyRead> {
    const upload = { key, uploadId }
    if (rest === undefined) return this.#listParts(owner, upload)
    if (rest !== 'batch') return { url: (await this.#signParts(owner, upload, [toPartNumber(rest)]))[0]!.url }
    if (partNumbers === undefined) throw new errors.FST_UPLOAD_INVALID_PARTS('batch needs partNumbers in the query')
    const parts = await this.#signParts(owner, upload, partNumbers.split(',').map(toPartNumber))
    return { presignedUrls: Object.fromEntries(parts.map(({ partNumber, url }) => [String(partNumber), url])) }
  }

  /** `POST /s3/multipart/{uploadId}/complete` */
  async complete (owner: string, { key, uploadId }: UploadReference, { parts }: UppyCompletion): Promise<UppyObject> {
    const listed = parts.map(({ PartNumber: partNumber, ETag: etag }) => ({ partNumber, etag }))
    await this.#uploads.completeMultipartUpload({ key, uploadId, parts: listed }, { owner })
    const { url } = await this.#uploads.createDownloadUrl(key, { owner })
    return { location: url.slice(0, url.indexOf('?')), key }
  }

  /** `DELETE /s3/multipart/{uploadId}` */
  async abort (owner: string, upload: UploadReference): Promise<Record<string, never>> {
    await this.#uploads.abortMultipartUpload(upload, { owner })
    return {}
  }

  async #listParts (owner: string, upload: UploadReference): Promise<UppyRead> {
    const { parts } = await this.#uploads.listParts(upload, { owner })
    return parts.map(({ partNumber, etag, size }) => ({ PartNumber: partNumber, ETag: etag, Size: size }))
  }

  async #signParts (owner: string, upload: UploadReference, partNumbers: number[]) {
    const { parts } = await this.#uploads.createPartUrls({ ...upload, partNumbers }, { owner })
    return parts
  }
}

/**
 * Reads a path that has to end in a certain way.
 *
 * @param rest what has to come after the upload id
 * @returns the upload id
 * @throws FST_UPLOAD_NOT_FOUND for any other path
 */
export function uploadIdBefore (rest: 'complete' | undefined, path: string): string {
  const read = readUploadPath(path)
  if (read.rest !== rest) throw new errors.FST_UPLOAD_NOT_FOUND()
  return read.uploadId
}

/**
 * Reads a path below `/s3/multipart/`.
 *
 * @throws FST_UPLOAD_NOT_FOUND where it is too deep
 */
export function readUploadPath (path: string): UploadPath {
  const [uploadId = '', rest, ...more] = path.split('/')
  if (uploadId === '' || more.length > 0) throw new errors.FST_UPLOAD_NOT_FOUND()
  return { uploadId, rest }
}

function toPartNumber (text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new errors.FST_UPLOAD_INVALID_PARTS('a part number must be an integer from 1 to 10000')
  return Number(text)
}
