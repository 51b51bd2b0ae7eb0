import type { Context } from '../context.js'
import { errors } from '../errors.js'
import { admitForm } from '../policy.js'
import type { UploadForm, UploadFormDeclaration } from './schemas.js'

/**
 * Creates a form with which one file may be posted: the key and every field exact, the size within bounds.
 *
 * @param owner under whose prefix the object will be
 * @throws what {@link admitForm} throws; FST_UPLOAD_FORMS_UNSUPPORTED where the options say that the
 * store has no POST policies; FST_UPLOAD_INVALID_OWNER; FST_UPLOAD_NO_CREDENTIALS
 */
export async function createUploadForm ({ options, keys, presigner }: Context, owner: string, declaration: UploadFormDeclaration): Promise<UploadForm> {
  if (!options.forms) throw new errors.FST_UPLOAD_FORMS_UNSUPPORTED()
  const { extension, headers, contentLengthRange } = admitForm(options, declaration)
  const object = keys.create(owner, options.createId(), extension)
  const context = await presigner.signingContext()
  const { url, fields } = await presigner.presignForm({ object, fields: toFields(headers), contentLengthRange }, context)
  return { url, key: object.key, method: 'POST', fields, expiresIn: context.expiresIn, expiresAt: context.expiresAt }
}

// Form fields go by the names of the S3 API, where only this one is capitalised.
function toFields ({ 'content-type': contentType, ...headers }: Readonly<Record<string, string>>): Record<string, string> {
  return contentType === undefined ? headers : { 'Content-Type': contentType, ...headers }
}
