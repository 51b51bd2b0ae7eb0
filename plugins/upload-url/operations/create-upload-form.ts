import { Type } from '@sinclair/typebox'
import { stringEnum } from '../document.js'
import { errors, FILE_ERRORS } from '../errors.js'
import { operation } from '../operation.js'
import { formConstraints } from '../policy.js'
import { EXAMPLE_KEY, Expiry, FormFileSchema, Key, Url } from '../schemas.js'

export const createUploadForm = operation({
  route: { method: 'POST', url: '/upload-forms' },
  docs: {
    tag: 'Uploads',
    summary: 'Create a form to upload one file with',
    description: 'For HTML forms, and where the exact size is not known yet: the policy bounds it. Unlike a URL, a ' +
      'form can be posted again until it expires.'
  },
  input: FormFileSchema,
  output: Type.Object({
    url: Url('Where to POST the form, as multipart/form-data.'),
    key: Key,
    method: stringEnum(['POST']),
    fields: Type.Record(Type.String(), Type.String(), {
      description: 'The fields to send, exactly these, before the field `file` with the bytes.',
      examples: [{ key: EXAMPLE_KEY, 'Content-Type': 'audio/mpeg' }]
    }),
    ...Expiry
  }, { $id: 'UploadForm', description: 'A presigned form to POST one object with.', additionalProperties: false }),
  errors: [...FILE_ERRORS, 'FST_UPLOAD_FORMS_UNSUPPORTED', 'FST_UPLOAD_NO_CREDENTIALS'],

  async run ({ options, keys, presigner }, file, { owner }) {
    if (!options.forms) throw new errors.FST_UPLOAD_FORMS_UNSUPPORTED()
    const { extension, headers, contentLengthRange } = formConstraints(options, file)
    const object = keys.create(owner, options.createId(), extension)
    const context = await presigner.signingContext(options.expiresIn)
    const policy = { object, fields: toFields(headers), contentLengthRange }
    const { url, fields } = await presigner.presignForm(policy, context)
    const { expiresIn, expiresAt } = context
    return { url, key: object.key, method: 'POST' as const, fields, expiresIn, expiresAt }
  }
})

// Form fields go by the names of the S3 API, where only this one is capitalized, and tags are a document.
function toFields (
  { 'content-type': contentType, 'x-amz-tagging': tagging, ...headers }: Readonly<Record<string, string>>
): Record<string, string> {
  return {
    ...contentType !== undefined && { 'Content-Type': contentType },
    ...headers,
    ...tagging !== undefined && { tagging: taggingDocument(new URLSearchParams(tagging)) }
  }
}

// S3 allows no sign in tags that XML would have to escape.
function taggingDocument (tags: Iterable<readonly [name: string, value: string]>): string {
  const tagSet = Array.from(tags, ([name, value]) => `<Tag><Key>${name}</Key><Value>${value}</Value></Tag>`).join('')
  return `<Tagging><TagSet>${tagSet}</TagSet></Tagging>`
}
