import { createUploadForm } from './upload-urls/create-upload-form.js'
import { createUploadUrl, createUploadUrls } from './upload-urls/create-upload-url.js'
import { UploadBatchSchema, UploadDeclarationSchema, UploadFormDeclarationSchema, type UploadDeclaration, type UploadForm, type UploadFormDeclaration, type UploadUrl, type UploadUrls } from './upload-urls/schemas.js'
import type { Context } from './context.js'
import { createMultipartUploads, type MultipartUploads } from './multipart/multipart-uploads.js'
import type { ResolvedOptions } from './options.js'
import { createDownloadUrl } from './stored/create-download-url.js'
import type { DownloadUrl, UploadStatus } from './stored/schemas.js'
import { getUploadStatus, type StatusQuery } from './stored/upload-status.js'
import type { Validation } from './validation.js'

/** Whose objects an operation is about. */
export interface OnBehalfOf {
  /** Who uploads. What names an owner is the host's business; any string of up to 1024 characters will do. */
  readonly owner: string
}

/** `app.uploads`: the operations of the plugin without HTTP, for routes and jobs of the host's own. */
export interface Uploads extends MultipartUploads {
  /**
   * A URL under which one file may be uploaded, once and as declared.
   * @throws the errors of `GET /upload-url`, by the same codes
   */
  createUploadUrl (declaration: UploadDeclaration, on: OnBehalfOf): Promise<UploadUrl>
  /**
   * URLs for 1 to 100 files, all or none.
   * @throws the errors of `POST /upload-urls`, by the same codes
   */
  createUploadUrls (files: readonly UploadDeclaration[], on: OnBehalfOf): Promise<UploadUrls>
  /**
   * A form with which one file may be posted.
   * @throws the errors of `POST /upload-forms`, by the same codes
   */
  createUploadForm (declaration: UploadFormDeclaration, on: OnBehalfOf): Promise<UploadForm>
  /**
   * What landed under a key, and on request what its bytes are.
   * @throws the errors of `GET /upload-status`, by the same codes
   */
  getUploadStatus (key: string, on: OnBehalfOf & StatusQuery): Promise<UploadStatus>
  /**
   * A link to an object, for a player or a service that fetches by URL.
   * @throws the errors of `GET /download-url`, by the same codes
   */
  createDownloadUrl (key: string, on: OnBehalfOf & { readonly filename?: string }): Promise<DownloadUrl>
  /** Who may do what, as the options say: for plugins that offer these operations by routes of their own. */
  readonly identity: Pick<ResolvedOptions, 'owner' | 'authorize'>
  /**
   * Asks the store whether it is there, for readiness probes. Signing itself needs no store.
   * @throws FST_UPLOAD_STORE_UNAVAILABLE, FST_UPLOAD_STORE_TIMEOUT, FST_UPLOAD_STORE_REFUSED or FST_UPLOAD_NO_CREDENTIALS
   */
  checkStore (): Promise<void>
}

/** Makes `app.uploads`. Its callers' values are validated as strictly as those that come by HTTP. */
export function createUploads (context: Context, validation: Validation): Uploads {
  return Object.freeze<Uploads>({
    async createUploadUrl (declaration, { owner }) {
      validation.assert(UploadDeclarationSchema, declaration)
      return createUploadUrl(context, owner, declaration)
    },
    async createUploadUrls (files, { owner }) {
      validation.assert(UploadBatchSchema, { files })
      return createUploadUrls(context, owner, files)
    },
    async createUploadForm (declaration, { owner }) {
      validation.assert(UploadFormDeclarationSchema, declaration)
      return createUploadForm(context, owner, declaration)
    },
    getUploadStatus: async (key, { owner, inspect }) => getUploadStatus(context, owner, key, { inspect }),
    createDownloadUrl: async (key, { owner, filename }) => createDownloadUrl(context, owner, key, filename),
    ...createMultipartUploads(context, validation),
    identity: { owner: context.options.owner, authorize: context.options.authorize },
    checkStore: () => context.store.checkBucket()
  })
}
