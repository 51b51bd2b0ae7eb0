import type { Static, TSchema } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import type { Uploads } from '../index.js'
import { errors, type Scope } from '../internals.js'
import { metadataOfQuery, toUploadFile } from './file.js'
import type { ResolvedUppyOptions } from './options.js'
import { runFor, type Run } from './run.js'
import {
  AbortedSchema, CompletedSchema, CompletionSchema, CreatedSchema, FileSchema, FormSchema, ParamsQuerySchema,
  ReadSchema, SignedRequestSchema, SignRequestSchema, UploadParamsSchema, UploadQuerySchema
} from './schemas.js'
import { signRequest } from './sign-request.js'

/** Bytes; as for `POST /multipart-uploads/complete`. */
const COMPLETION_LIMIT = 2 * 1024 ** 2

interface Request {
  readonly body: TSchema
  readonly params: TSchema
  readonly query: TSchema
}
type Typed<R extends Partial<Request>> = {
  readonly [Part in keyof R]: R[Part] extends TSchema ? Static<R[Part]> : never
}

/** Serves Companion's `/s3/*`, as `@uppy/aws-s3` 5 and 6 speak it, and `POST /s3/sign` for `signRequest`. */
export function serveUppy (scope: Scope, uploads: Uploads, options: ResolvedUppyOptions): void {
  function route<R extends Partial<Request>> (
    method: 'GET' | 'POST' | 'DELETE', url: string, { query, ...parts }: R, output: TSchema,
    handle: (run: Run, request: Typed<R>) => Promise<unknown>, signedUrls?: (request: FastifyRequest) => number
  ): void {
    const querystring = query && { querystring: query }
    const schema: FastifySchema = { hide: true, ...parts, ...querystring, response: { 200: output } }
    scope.route({
      method,
      url,
      schema,
      bodyLimit: COMPLETION_LIMIT,
      ...signedUrls && { config: { signedUrls } },
      handler: (request: FastifyRequest, reply: FastifyReply) =>
        handle(runFor(uploads, request, reply), request as unknown as Typed<R>)
    })
  }

  const aboutUpload = { params: UploadParamsSchema, query: UploadQuerySchema }

  route('GET', '/s3/params', { query: ParamsQuerySchema }, FormSchema, async (run, { query }) => {
    const { filename, type } = query
    const file = toUploadFile({ filename, type, metadata: metadataOfQuery(query) })
    const { method, url, fields } = await run('createUploadForm', file)
    return { method, url, fields }
  })

  route('POST', '/s3/multipart', { body: FileSchema }, CreatedSchema, async (run, { body }) => {
    const file = toUploadFile(body)
    const partSize = file.size === undefined ? undefined : options.getChunkSize({ size: file.size })
    const { key, uploadId } = await run('createMultipartUpload', { ...file, partSize })
    return { key, uploadId }
  })

  route('GET', '/s3/multipart/*', aboutUpload, ReadSchema, async (run, { params, query }) => {
    const { uploadId, action } = parsePath(params['*'])
    const { key, partNumbers } = query
    if (action === undefined) {
      const { parts } = await run('listParts', { key, uploadId })
      return parts.map(({ partNumber, etag, size }) => ({ PartNumber: partNumber, ETag: etag, Size: size }))
    }
    const numbers = action === 'batch' ? partNumbers?.split(',') : [action]
    if (numbers === undefined) throw new errors.FST_UPLOAD_INVALID_PARTS('batch needs partNumbers in the query')
    const parts = numbers.map(number => ({ partNumber: toPartNumber(number) }))
    const urls = (await run('createPartUrls', { key, uploadId, parts })).parts
    if (action !== 'batch') return { url: urls[0]!.url }
    return { presignedUrls: Object.fromEntries(urls.map(({ partNumber, url }) => [String(partNumber), url])) }
  }, ({ query }) => (query as Static<typeof UploadQuerySchema>).partNumbers?.split(',').length ?? 1)

  route('POST', '/s3/multipart/*', { ...aboutUpload, body: CompletionSchema }, CompletedSchema,
    async (run, { params, query: { key }, body }) => {
      const { uploadId } = parsePath(params['*'], 'complete')
      const parts = body.parts.map(({ PartNumber: partNumber, ETag: etag }) => ({ partNumber, etag }))
      await run('completeMultipartUpload', { key, uploadId, parts })
      const { url } = await run('createDownloadUrl', { key }, 'completeMultipartUpload')
      return { location: url.slice(0, url.indexOf('?')), key }
    })

  route('DELETE', '/s3/multipart/*', aboutUpload, AbortedSchema, async (run, { params, query: { key } }) => {
    await run('abortMultipartUpload', { key, uploadId: parsePath(params['*'], undefined).uploadId })
    return {}
  })

  route('POST', '/s3/sign', { body: SignRequestSchema }, SignedRequestSchema,
    (run, { body }) => signRequest(run, body, options))
}

/**
 * Reads a path below `/s3/multipart/`: an upload id and, after a slash, what is wanted of it.
 *
 * @param required what has to be wanted, undefined for nothing
 * @throws FST_UPLOAD_NOT_FOUND for any other path
 */
function parsePath (path: string, ...required: [action?: string | undefined]) {
  const [uploadId = '', action, ...more] = path.split('/')
  const isRequired = required.length === 0 || action === required[0]
  if (uploadId === '' || more.length > 0 || !isRequired) throw new errors.FST_UPLOAD_NOT_FOUND()
  return { uploadId, action }
}

function toPartNumber (text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new errors.FST_UPLOAD_INVALID_PARTS('a part number must be an integer from 1 to 10000')
}
