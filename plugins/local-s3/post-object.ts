import { requireBucket } from './buckets.js'
import { expectedChecksum } from './checksums.js'
import { S3Error } from './errors.js'
import { readForm } from './form.js'
import type { FormUpload } from './form.js'
import { readObjectHeaders, refuseUnknownNames } from './object-headers.js'
import { publishObject } from './objects.js'
import type { ObjectDescription } from './objects.js'
import type { OperationContext } from './operation.js'
import { verifyForm } from './post-policy.js'
import { checksumHeaders, encryptionHeaders } from './put-object.js'
import { receiveBody } from './receive-body.js'
import { xmlReply } from './reply.js'
import type { Reply } from './reply.js'
import { checkKeyLength, encodePercent } from './s3-request.js'
import type { S3Request } from './s3-request.js'
import type { StoredFileWriter } from './stored-file.js'

/** Stands for the file's own name in the field `key`. */
const FILENAME = '$' + '{filename}'

/** Whether a request is a form, which brings its signature in its fields. */
export const isForm = (request: S3Request): boolean =>
  request.method === 'POST' && request.key === '' && !request.headers.has('authorization') &&
  /^multipart\/form-data\b/i.test(request.headers.get('content-type') ?? '')

/**
 * PostObject: a browser's form under a signed policy ("Browser-Based Uploads Using POST"). The file
 * becomes an object only when the whole form has arrived and keeps to its policy.
 */
export async function postObject ({ request, settings, storage }: Omit<OperationContext, 'signature'>): Promise<Reply> {
  await requireBucket(storage, request.bucket)
  const file = await storage.createFile()
  try {
    const { description, fields } = await readForm(request, async (upload) => ({
      description: await receiveUpload(upload, request.bucket, settings, file),
      fields: upload.fields
    }))
    await publishObject(storage, request.bucket, file, description, false)
    return successReply(request, fields, description)
  } finally {
    await file.discard()
  }
}

async function receiveUpload (upload: FormUpload, bucket: string, settings: OperationContext['settings'], file: StoredFileWriter): Promise<ObjectDescription> {
  const fields = new Map(upload.fields)
  const template = fields.get('key')
  if (template === undefined || template === '') {
    throw new S3Error('InvalidArgument', "Bucket POST must contain a field named 'key'. If it is specified, please check the order of the fields.", { ArgumentName: 'key' })
  }
  const key = template.replaceAll(FILENAME, () => upload.filename)
  fields.set('key', key)
  const range = await verifyForm(fields, bucket, settings)
  checkKeyLength(key)
  const names = [...fields.keys()]
  const value = (name: string): string | undefined => fields.get(name)
  refuseUnknownNames(names)
  const described = readObjectHeaders(names, value)
  const promise = { length: undefined, md5: undefined, sha256: undefined, checksum: expectedChecksum(names, value), trailingChecksum: () => undefined, range }
  const { md5, checksum } = await receiveBody(upload.file, promise, async (chunk) => await file.write(chunk))
  return { key, etag: md5, lastModified: settings.now().toISOString(), ...described, ...checksum && { checksum } }
}

function successReply (request: S3Request, fields: ReadonlyMap<string, string>, description: ObjectDescription): Reply {
  const { key, etag } = description
  const location = `http://${request.headers.get('host') ?? ''}${request.canonicalPath.replace(/\/?$/, '/')}${key.split('/').map(encodePercent).join('/')}`
  const headers = { etag: `"${etag}"`, location, ...checksumHeaders(description.checksum), ...encryptionHeaders(description) }
  const redirect = redirectTarget(fields.get('success_action_redirect') ?? fields.get('redirect'))
  if (redirect !== undefined) {
    for (const [name, value] of Object.entries({ bucket: request.bucket, key, etag: `"${etag}"` })) redirect.searchParams.append(name, value)
    return { status: 303, headers: { ...headers, location: redirect.href } }
  }
  const status = fields.get('success_action_status')
  if (status === '201') return { ...xmlReply('PostResponse', { Location: location, Bucket: request.bucket, Key: key, ETag: `"${etag}"` }, headers), status: 201 }
  return { status: status === '200' ? 200 : 204, headers }
}

/** S3 ignores a target that is no URL. */
function redirectTarget (text: string | undefined): URL | undefined {
  return text !== undefined && /^https?:/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
}
