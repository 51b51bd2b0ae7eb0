import { Type } from '@sinclair/typebox'
import { STORE_ERRORS } from '../errors.js'
import { decodeLayout } from '../multipart/part-layout.js'
import { operation } from '../operation.js'
import { DEFAULT_PAGE_SIZE, NextCursor, PageFields, Size, UploadReference } from '../schemas.js'

export const listMultipartUploads = operation({
  route: { method: 'GET', url: '/multipart-uploads', option: 'listUploads' },
  docs: {
    tag: 'Multipart uploads',
    summary: 'List your multipart uploads in progress',
    description: 'Those that are neither completed nor aborted, in pages, to continue after an interruption. A page ' +
      'may have fewer entries than `limit`; only without `nextCursor` it is the last. Offered where the option ' +
      '`listUploads` is on.'
  },
  input: Type.Object(PageFields, { additionalProperties: false }),
  output: Type.Object({
    uploads: Type.Array(Type.Object({
      ...UploadReference,
      startedAt: Type.String({
        format: 'date-time', description: 'When it was created.', examples: ['2026-01-01T12:00:00.000Z']
      }),
      partSize: Type.Integer({
        minimum: 1, description: 'Size in bytes of every part but the last.', examples: [8_388_608]
      }),
      size: Type.Optional(Size('Size in bytes, where it was declared.')),
      recording: Type.Boolean({ description: 'Whether it is a recording under way.' })
    }, { additionalProperties: false }), { description: 'The uploads of this page.' }),
    nextCursor: NextCursor
  }, { $id: 'MultipartUploads', description: 'A page of multipart uploads in progress.', additionalProperties: false }),
  policy: false,
  errors: ['FST_UPLOAD_INVALID_INPUT', ...STORE_ERRORS],

  async run ({ keys, store }, { limit = DEFAULT_PAGE_SIZE, cursor }, { owner, signal }) {
    const page = await store.listMultipartUploads(keys.uploadFolder(owner), { limit, cursor, signal })
    const uploads = page.entries.flatMap(({ key: storeKey, uploadId, started }) => {
      const { key = '' } = keys.listed(owner, storeKey) ?? {}
      const layout = decodeLayout(key)
      if (layout === undefined) return []
      const { size, partSize, recording } = layout
      return [{
        key, uploadId, startedAt: started.toISOString(), partSize, ...size !== undefined && { size }, recording
      }]
    })
    return { uploads, ...page.cursor !== undefined && { nextCursor: page.cursor } }
  }
})
