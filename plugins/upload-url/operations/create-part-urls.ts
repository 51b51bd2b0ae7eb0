import { Type, type Static } from '@sinclair/typebox'
import { errors, STORE_ERRORS } from '../errors.js'
import { findUpload } from '../multipart/find-upload.js'
import { operation } from '../operation.js'
import { partHeaders, type PartRequest } from '../policy.js'
import {
  EXAMPLE_MULTIPART_KEY, EXAMPLE_UPLOAD_ID, Expiry, Headers, PartNumber, Sha256, Size, UploadReference, Url
} from '../schemas.js'

const MAX_URLS = 1_000

const PartUrlsRequestSchema = Type.Object({
  ...UploadReference,
  parts: Type.Optional(Type.Array(Type.Object({
    partNumber: PartNumber,
    size: Type.Optional(Size(
      'Exact size of the part in bytes. Required where the service has a limit and the upload no size.'
    )),
    sha256: Type.Optional(Sha256)
  }, { additionalProperties: false }), {
    minItems: 1, maxItems: MAX_URLS, description: 'The parts, where they are not a range.'
  })),
  from: Type.Optional(Type.Integer({ ...PartNumber, description: 'First part of a range, in place of `parts`.' })),
  to: Type.Optional(Type.Integer({
    ...PartNumber, description: 'Last part of a range, in place of `parts`.', examples: [100]
  }))
}, {
  $id: 'PartUrlsRequest',
  description: `The parts to upload next, at most ${MAX_URLS}: \`parts\`, or \`from\` and \`to\`.`,
  additionalProperties: false,
  examples: [
    { key: EXAMPLE_MULTIPART_KEY, uploadId: EXAMPLE_UPLOAD_ID, from: 1, to: 100 },
    { key: EXAMPLE_MULTIPART_KEY, uploadId: EXAMPLE_UPLOAD_ID, parts: [{ partNumber: 7, size: 8_388_608 }] }
  ]
})

type PartUrlsRequest = Static<typeof PartUrlsRequestSchema>

export const createPartUrls = operation({
  route: { method: 'POST', url: '/multipart-uploads/part-urls' },
  docs: {
    tag: 'Multipart uploads',
    summary: 'Create URLs to upload parts to',
    description: `For up to ${MAX_URLS} parts. Request them shortly before sending: a part that is being sent when ` +
      'its URL expires still arrives. A part that is sent again replaces the earlier one.'
  },
  input: PartUrlsRequestSchema,
  output: Type.Object({
    parts: Type.Array(Type.Object({
      partNumber: PartNumber,
      url: Url('Where to PUT the part.'),
      headers: Headers
    }, { additionalProperties: false }), { description: 'The URLs, in the order asked for.' }),
    ...Expiry
  }, { $id: 'PartUrls', description: 'Presigned URLs to PUT parts to.', additionalProperties: false }),
  errors: [
    'FST_UPLOAD_NOT_FOUND', 'FST_UPLOAD_INVALID_PARTS', 'FST_UPLOAD_FIELD_REQUIRED', 'FST_UPLOAD_TOO_LARGE',
    'FST_UPLOAD_BUSY', ...STORE_ERRORS
  ],
  cost: ({ parts, from = 1, to = from }) => parts?.length ?? Math.min(Math.max(to - from + 1, 1), MAX_URLS),

  async run (services, request, { owner, signal }) {
    const { options, presigner, store } = services
    const { upload, layout } = findUpload(services, owner, request)
    const parts = requestedParts(request).map(part => ({ ...part, headers: partHeaders(options, layout, part) }))
    await store.assertInProgress(upload, { signal })
    const context = await presigner.signingContext(options.expiresIn)
    const urls = await Promise.all(parts.map(({ partNumber, headers }) => presigner.presign({
      operation: 'UploadPart',
      object: upload,
      parameters: { partNumber: String(partNumber), uploadId: upload.uploadId },
      headers
    }, context)))
    const { expiresIn, expiresAt } = context
    return {
      parts: parts.map(({ partNumber, headers: { 'content-length': _length, ...headers } }, index) =>
        ({ partNumber, url: urls[index]!, headers })),
      expiresIn,
      expiresAt
    }
  }
})

function requestedParts ({ parts, from, to }: PartUrlsRequest): readonly PartRequest[] {
  if (parts !== undefined && from === undefined && to === undefined) {
    const numbers = new Set(parts.map(({ partNumber }) => partNumber))
    if (numbers.size < parts.length) throw invalid('a part number is listed twice')
    return parts
  }
  if (parts !== undefined || from === undefined || to === undefined) {
    throw invalid('give either parts, or both from and to')
  }
  if (from > to) throw invalid(`from is ${from}, which is after to, ${to}`)
  if (to - from >= MAX_URLS) throw invalid(`from ${from} to ${to} are over ${MAX_URLS} parts: request fewer at a time`)
  return Array.from({ length: to - from + 1 }, (_, index) => ({ partNumber: from + index }))
}

function invalid (problem: string): Error {
  return new errors.FST_UPLOAD_INVALID_PARTS(problem)
}
