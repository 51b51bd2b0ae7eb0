import { Type, type Static } from '@sinclair/typebox'
import { ref, stringEnum } from '../document.js'
import { FILE_ERRORS } from '../errors.js'
import { operation } from '../operation.js'
import { putConstraints, type Constraints } from '../policy.js'
import type { ObjectRequest, SigningContext } from '../s3/index.js'
import type { Services } from '../services.js'
import { Expiry, FileFields, Headers, Key, UploadFileSchema, Url } from '../schemas.js'

/** A presigned PUT. */
export const UploadUrlSchema = Type.Object({
  url: Url('Where to PUT the bytes.'),
  key: Key,
  method: stringEnum(['PUT']),
  headers: Headers,
  ...Expiry
}, { $id: 'UploadUrl', description: 'A presigned URL to PUT one object to.', additionalProperties: false })

export type UploadUrl = Static<typeof UploadUrlSchema>

export const createUploadUrl = operation({
  route: {
    method: 'GET',
    url: '/upload-url',
    aliases: { generatePresignedUrl: '/generate-presigned-url' },
    query: Type.Object(FileFields, { additionalProperties: false })
  },
  docs: {
    tag: 'Uploads',
    summary: 'Create a URL to upload one file to',
    description: 'Everything declared is signed, so that S3 refuses anything else, and the URL works once. With ' +
      'nothing declared, the URL binds the key alone: `curl -T talk.mp3 "$url"`.'
  },
  input: UploadFileSchema,
  output: UploadUrlSchema,
  errors: [...FILE_ERRORS, 'FST_UPLOAD_NO_CREDENTIALS'],

  async run (services, file, { owner }) {
    const put = preparePut(services, owner, putConstraints(services.options, file))
    const context = await services.presigner.signingContext(services.options.expiresIn)
    return signPut(services, put, context)
  }
})

export const createUploadUrls = operation({
  route: { method: 'POST', url: '/upload-urls' },
  docs: {
    tag: 'Uploads',
    summary: 'Create URLs to upload up to 100 files to',
    description: 'All or nothing: one file that is refused refuses the batch, and the message names its index.'
  },
  input: Type.Object({
    files: Type.Array(ref(UploadFileSchema), {
      minItems: 1, maxItems: 100, description: 'The files, 1 to 100 of them.'
    })
  }, {
    $id: 'UploadBatch',
    description: 'Files to upload.',
    additionalProperties: false,
    examples: [{ files: [{ filename: 'one.mp3' }, { filename: 'two.mp3' }] }]
  }),
  output: Type.Object({
    uploads: Type.Array(ref(UploadUrlSchema), {
      minItems: 1, maxItems: 100, description: 'A URL for each file, in their order.'
    })
  }, { $id: 'UploadUrls', description: 'Presigned URLs to PUT objects to.', additionalProperties: false }),
  components: [UploadFileSchema],
  errors: [...FILE_ERRORS, 'FST_UPLOAD_NO_CREDENTIALS', 'FST_UPLOAD_BUSY'],
  cost: ({ files }) => files.length,

  async run (services, { files }, { owner }) {
    const puts = files.map((file, index) =>
      preparePut(services, owner, putConstraints(services.options, file, `files/${index}/`)))
    const context = await services.presigner.signingContext(services.options.expiresIn)
    return { uploads: await Promise.all(puts.map(put => signPut(services, put, context))) }
  }
})

/** A PUT that is yet to be signed. */
interface Put {
  readonly request: ObjectRequest
  /** The headers the client has to set: all that are signed but Content-Length. */
  readonly headers: Record<string, string>
}

function preparePut ({ options, keys }: Services, owner: string, { extension, size, headers }: Constraints): Put {
  const object = keys.create(owner, options.createId(), extension)
  // A URL with nothing bound stays as simple as `curl -T file "$url"`.
  if (options.singleUse && (size !== undefined || Object.keys(headers).length > 0)) headers['if-none-match'] = '*'
  const signed = size === undefined ? headers : { 'content-length': String(size), ...headers }
  return { request: { operation: 'PutObject', object, headers: signed }, headers }
}

async function signPut (
  { presigner }: Services, { request, headers }: Put, context: SigningContext
): Promise<UploadUrl> {
  const url = await presigner.presign(request, context)
  const { expiresIn, expiresAt } = context
  return { url, key: request.object.key, method: 'PUT', headers, expiresIn, expiresAt }
}
