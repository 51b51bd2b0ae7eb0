import { Type } from '@sinclair/typebox'
import { STORE_ERRORS } from '../errors.js'
import { operation } from '../operation.js'
import { DEFAULT_PAGE_SIZE, Etag, Key, NextCursor, PageFields } from '../schemas.js'

export const listUploads = operation({
  route: { method: 'GET', url: '/uploads', option: 'listUploads' },
  docs: {
    tag: 'Objects',
    summary: 'List your uploads',
    description: 'The objects that you have uploaded, in pages, in the order of their keys, which says nothing of ' +
      'time: S3 has no other. A page may have fewer entries than `limit`; only without `nextCursor` it is the last. ' +
      'Offered where the option `listUploads` is on.'
  },
  input: Type.Object(PageFields, { additionalProperties: false }),
  output: Type.Object({
    uploads: Type.Array(Type.Object({
      key: Key,
      size: Type.Integer({ minimum: 0, description: 'Size in bytes.', examples: [20_480] }),
      etag: Etag,
      lastModified: Type.String({
        format: 'date-time', description: 'When it was uploaded.', examples: ['2026-01-01T12:03:21.000Z']
      })
    }, { additionalProperties: false }), { description: 'The uploads of this page.' }),
    nextCursor: NextCursor
  }, { $id: 'Uploads', description: 'A page of uploads.', additionalProperties: false }),
  policy: false,
  errors: ['FST_UPLOAD_INVALID_INPUT', ...STORE_ERRORS],

  async run ({ keys, store }, { limit = DEFAULT_PAGE_SIZE, cursor }, { owner, signal }) {
    const page = await store.listObjects(keys.folder(owner), { limit, cursor, signal })
    const uploads = page.entries.filter(({ key }) => keys.listed(owner, key) !== undefined)
    return {
      uploads: uploads.map(({ lastModified, ...object }) => ({ ...object, lastModified: lastModified.toISOString() })),
      ...page.cursor !== undefined && { nextCursor: page.cursor }
    }
  }
})
