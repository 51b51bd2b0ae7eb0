import type { Context } from '../context.js'
import { admitPut, type Admission } from '../policy.js'
import type { ObjectRequest, SigningContext } from '../s3/index.js'
import type { UploadDeclaration, UploadUrl, UploadUrls } from './schemas.js'

/**
 * Creates the URL under which one file may be uploaded, once and as declared.
 *
 * @param owner under whose prefix the object will be
 * @throws what {@link admitPut} throws; FST_UPLOAD_INVALID_OWNER; FST_UPLOAD_NO_CREDENTIALS
 */
export async function createUploadUrl (context: Context, owner: string, declaration: UploadDeclaration): Promise<UploadUrl> {
  const put = preparePut(context, owner, admitPut(context.options, declaration))
  const signing = await context.presigner.signingContext()
  return toUploadUrl(put, await context.presigner.presign(put.request, signing), signing)
}

/**
 * Creates URLs for up to 100 files, all or none.
 *
 * @throws as {@link createUploadUrl}, with the index of the file, as in `files/3/size`
 */
export async function createUploadUrls (context: Context, owner: string, files: readonly UploadDeclaration[]): Promise<UploadUrls> {
  const puts = files.map((file, index) => preparePut(context, owner, admitPut(context.options, file, `files/${index}/`)))
  const signing = await context.presigner.signingContext()
  const urls = await Promise.all(puts.map(put => context.presigner.presign(put.request, signing)))
  return { uploads: puts.map((put, index) => toUploadUrl(put, urls[index]!, signing)) }
}

/** A PUT that is yet to be signed. */
interface Put {
  readonly request: ObjectRequest
  /** The headers the client has to set, which is all that are signed but Content-Length. */
  readonly headers: Record<string, string>
}

function preparePut ({ options, keys }: Context, owner: string, { extension, size, headers }: Admission): Put {
  const object = keys.create(owner, options.createId(), extension)
  // A URL with nothing bound stays as simple as `curl -T file "$url"`.
  if (options.singleUse && (size !== undefined || Object.keys(headers).length > 0)) headers['if-none-match'] = '*'
  const signed = size === undefined ? headers : { 'content-length': String(size), ...headers }
  return { request: { operation: 'PutObject', object, headers: signed }, headers }
}

function toUploadUrl ({ request: { object }, headers }: Put, url: string, { expiresIn, expiresAt }: SigningContext): UploadUrl {
  return { url, key: object.key, method: 'PUT', headers, expiresIn, expiresAt }
}
