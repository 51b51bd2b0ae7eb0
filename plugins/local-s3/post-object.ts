import { requireBucket } from './buckets.js'
import { expectedChecksum } from './checksums.js'
import { S3Error } from './errors.js'
import { readForm } from './form.js'
import type { FormFields, FormUpload } from './form.js'
import { readObjectHeaders, refuseUnknownNames } from './object-headers.js'
import { publishObject } from './objects.js'
import type { ObjectDescription } from './objects.js'
import type { OperationContext } from './operation.js'
import { verifyForm } from './post-policy.js'
import { checksumHeaders, encryptionHeaders } from './put-object.js'
import { receiveBody } from './receive-body.js'
import { xmlReply } from './reply.js'
import type { Reply } from './reply.js'
import { checkKeyLength, encodePath } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import type { StoredFileWriter } from './stored-file.js'
import { readTaggingDocument } from './tags.js'

type FormContext = Omit<OperationContext, 'signature'>

/** In the field `key`, the place of the file's own name. */
const FILENAME = '$' + '{filename}'

/** Whether a request is a form, which has its signature in its fields. */
export const isForm = (request: S3Request): boolean =>
  request.method === 'POST' && request.key === '' && !request.headers.has('authorization') &&
  /^multipart\/form-data\b/i.test(request.headers.get('content-type') ?? '')

/**
 * PostObject: a browser's form under a signed policy ("Browser-Based Uploads Using POST"). The file becomes an object
 * only when the whole form has arrived and complies with its policy; until the policy's signature is verified, the
 * form takes no file handle.
 */
export async function postObject (context: FormContext): Promise<Reply> {
  const { request, settings, storage } = context
  let file: StoredFileWriter | undefined
  try {
    const { description, fields } = await readForm(request, settings.headersTimeout, async (upload) => {
      const { fields, range } = await verifyUpload(context, upload)
      file = await storage.createFile()
      return { description: await receiveUpload(context, upload, fields, range, file), fields }
    })
    await publishObject(storage, request.bucket, file!, description, { by: 'Post' })
    return successReply(request, fields, description)
  } finally {
    await file?.discard()
  }
}

/** @returns the fields, with the file's name in the key, and how many bytes the policy allows */
async function verifyUpload (
  { request, settings, storage }: FormContext, { fields: sent, filename }: FormUpload
): Promise<{ fields: FormFields, range: readonly [min: number, max: number] }> {
  const template = sent.get('key')
  if (template === undefined || template === '') {
    throw new S3Error(
      'InvalidArgument',
      "Bucket POST must contain a field named 'key'. If it is specified, please check the order of the fields.",
      { ArgumentName: 'key' }
    )
  }
  const fields = new Map([...sent, ['key', template.replaceAll(FILENAME, () => filename)]])
  const range = await verifyForm(fields, request.bucket, settings)
  await requireBucket(storage, request.bucket)
  return { fields, range }
}

async function receiveUpload (
  { settings }: FormContext,
  upload: FormUpload,
  fields: FormFields,
  range: readonly [min: number, max: number],
  file: StoredFileWriter
): Promise<ObjectDescription> {
  const key = fields.get('key') ?? ''
  checkKeyLength(key)
  const names = [...fields.keys()]
  const value = (name: string): string | undefined => fields.get(name)
  refuseUnknownNames(names)
  const described = readObjectHeaders(names, value)
  const document = fields.get('tagging')
  const tags = document === undefined ? described.tags : readTaggingDocument(document)
  const expected = {
    length: undefined,
    md5: undefined,
    sha256: undefined,
    checksum: expectedChecksum(names, value),
    trailingChecksum: () => undefined,
    range
  }
  const { md5, checksum } = await receiveBody(upload.file, expected, async (chunk) => await file.write(chunk))
  const lastModified = settings.now().toISOString()
  return { key, etag: md5, lastModified, ...described, tags, ...checksum && { checksum } }
}

function successReply (request: S3Request, fields: FormFields, description: ObjectDescription): Reply {
  const { bucket } = request
  const { key, etag: unquoted } = description
  const etag = `"${unquoted}"`
  const origin = `http://${request.headers.get('host') ?? ''}`
  const location = `${origin}${request.canonicalPath.replace(/\/?$/, '/')}${encodePath(key)}`
  const headers = { etag, location, ...checksumHeaders(description.checksum), ...encryptionHeaders(description) }
  const redirect = redirectTarget(fields.get('success_action_redirect') ?? fields.get('redirect'))
  if (redirect !== undefined) {
    for (const [name, value] of Object.entries({ bucket, key, etag })) redirect.searchParams.append(name, value)
    return { status: 303, headers: { ...headers, location: redirect.href } }
  }
  const status = fields.get('success_action_status')
  if (status === '201') {
    const document = { Location: location, Bucket: bucket, Key: key, ETag: etag }
    return { ...xmlReply('PostResponse', document, headers), status: 201 }
  }
  return { status: status === '200' ? 200 : 204, headers }
}

/** S3 ignores a target that is no URL. */
function redirectTarget (text: string | undefined): URL | undefined {
  return text !== undefined && /^https?:/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
}
