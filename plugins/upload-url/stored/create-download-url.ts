import type { Context } from '../context.js'
import { errors } from '../errors.js'
import { encode } from '../s3/index.js'
import type { DownloadUrl } from './schemas.js'

/**
 * Creates a link to an object of the owner's, for a player or a service that fetches by URL. Whether
 * something is there, only following it tells.
 *
 * @param filename under which a browser saves the file; without one, it plays it
 * @throws FST_UPLOAD_NOT_FOUND for a key that is not the owner's; FST_UPLOAD_NO_CREDENTIALS
 */
export async function createDownloadUrl ({ keys, presigner }: Context, owner: string, key: string, filename?: string): Promise<DownloadUrl> {
  const object = keys.find(owner, key)
  const context = await presigner.signingContext()
  const parameters = filename === undefined ? {} : { 'response-content-disposition': attachment(filename) }
  const url = await presigner.presign({ operation: 'GetObject', object, parameters }, context)
  return { url, method: 'GET', expiresIn: context.expiresIn, expiresAt: context.expiresAt }
}

// RFC 6266: a plain name for old clients, the true one in UTF-8 for the rest.
function attachment (filename: string): string {
  if (/\p{Cc}/u.test(filename) || !filename.isWellFormed()) {
    throw new errors.FST_UPLOAD_INVALID_DECLARATION('filename must hold whole Unicode characters, and no control characters')
  }
  const plain = filename.replace(/[^\x20-\x7e]|["\\%]/gu, '_')
  return `attachment; filename="${plain}"; filename*=UTF-8''${encode(filename)}`
}
