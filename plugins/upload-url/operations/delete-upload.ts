import { Type } from '@sinclair/typebox'
import { STORE_ERRORS } from '../errors.js'
import { decodeLayout } from '../multipart/part-layout.js'
import type { OwnedObject } from '../object-key.js'
import { operation } from '../operation.js'
import { S3_LIMITS } from '../s3/limits.js'
import { Key } from '../schemas.js'
import type { Services } from '../services.js'

export const deleteUpload = operation({
  route: { method: 'DELETE', url: '/uploads', status: 204, option: 'deleteUploads' },
  docs: {
    tag: 'Objects',
    summary: 'Delete an upload',
    description: 'Deletes the object and its results, and aborts a multipart upload to it that is in progress. Safe ' +
      'to repeat. On a versioned bucket they are hidden, and their versions stay until a lifecycle rule removes ' +
      'them. A URL that has not expired can still upload to the key. Offered where the option `deleteUploads` is on.'
  },
  input: Type.Object({ key: Key }, { additionalProperties: false }),
  output: Type.Unsafe<void>(Type.Null({ description: 'Deleted.' })),
  policy: false,
  errors: ['FST_UPLOAD_NOT_FOUND', ...STORE_ERRORS],

  async run (services, { key }, { owner, signal }) {
    const object = services.keys.find(owner, key)
    if (decodeLayout(key) !== undefined) await abortUploads(services, object.unclaimed, signal)
    for (const { name } of await services.store.listResults(object, { signal })) {
      await services.store.deleteObject(object.result(name), { signal })
    }
    if (!object.isUnclaimed) await services.store.deleteObject(object.unclaimed, { signal })
    await services.store.deleteObject(object, { signal })
  }
})

async function abortUploads ({ store }: Services, object: OwnedObject, signal: AbortSignal): Promise<void> {
  const { entries } = await store.listMultipartUploads(object, { limit: S3_LIMITS.maxPageSize, signal })
  for (const { key, uploadId } of entries) {
    if (key === object.storeKey) await store.abortMultipartUpload(object.upload(uploadId), { signal })
  }
}
