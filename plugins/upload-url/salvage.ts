import { Type, type Static } from '@sinclair/typebox'
import { errors } from './errors.js'
import { decodeLayout, type PartLayout } from './multipart/part-layout.js'
import { partsUpToGap, totalSize } from './multipart/parts.js'
import { OwnedObject, type OwnedUpload } from './object-key.js'
import { completeMultipartUpload, excessOf } from './operations/complete-multipart-upload.js'
import { S3_LIMITS } from './s3/limits.js'
import type { Services } from './services.js'

/** Which recordings `salvage` completes. */
export const SalvageSchema = Type.Object({
  olderThan: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  owner: Type.Optional(Type.Union([Type.String(), Type.Integer()]))
}, { additionalProperties: false })

/** Which recordings `salvage` completes: `olderThan` seconds without a new part; of one owner, or of all. */
export type SalvageInput = Static<typeof SalvageSchema>

/** What became of abandoned recordings. */
export interface Salvaged {
  /** Recordings that are objects now, with their sizes in bytes. */
  readonly completed: ReadonlyArray<{ readonly owner: string, readonly key: string, readonly size: number }>
  /** Recordings of which nothing had arrived. */
  readonly aborted: readonly string[]
  /**
   * Recordings that could not be salvaged, and why. With FST_UPLOAD_NOT_PROCESSED, one is complete, but the hook of
   * `fastify-upload-url/events` threw, and is told again by nothing but an event of the store.
   */
  readonly failed: ReadonlyArray<{ readonly key: string, readonly error: Error }>
}

/**
 * Completes recordings whose client has disappeared from the parts that arrived, and aborts those without any. Any
 * number of replicas may do so at a time: S3 completes each upload once.
 *
 * @param olderThan seconds since the last part arrived or, without parts, since the upload was created
 * @param owner whose recordings. Default: everybody's, but for owners whose name is too long to be read from a key
 * @throws the errors of the store where it does not list; what fails for one recording is in the result
 */
export async function salvage (
  services: Services, { olderThan, owner }: { readonly olderThan: number, readonly owner: string | undefined },
  signal: AbortSignal
): Promise<Salvaged> {
  const salvaged = { completed: [], aborted: [], failed: [] } as Mutable<Salvaged>
  const before = services.now() - olderThan * 1000
  let cursor: string | undefined
  do {
    const page = await services.store.listMultipartUploads(services.keys.uploadFolder(owner), {
      limit: S3_LIMITS.maxPageSize, cursor, signal
    })
    for (const { key, uploadId, started } of page.entries) {
      const layout = decodeLayout(key)
      if (started.getTime() > before || layout?.recording !== true) continue
      const object = owner === undefined ? services.keys.parse(key) : services.keys.listed(owner, key)
      if (!(object instanceof OwnedObject)) continue
      await salvageOne(services, object.upload(uploadId), layout, before, salvaged, signal).catch((error: unknown) => {
        signal.throwIfAborted()
        // Another replica, or the client after all, was faster.
        if (error instanceof errors.FST_UPLOAD_NOT_FOUND) return
        salvaged.failed.push({ key: object.key, error: error as Error })
      })
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  return salvaged
}

async function salvageOne (
  services: Services, upload: OwnedUpload, layout: PartLayout, before: number, salvaged: Mutable<Salvaged>,
  signal: AbortSignal
): Promise<void> {
  const { owner, key, uploadId } = upload
  const parts = await services.store.listParts(upload, { signal })
  // A recording of three hours was created long ago, and is alive.
  if (parts.some(({ lastModified }) => lastModified !== undefined && lastModified.getTime() > before)) return
  if (parts.length === 0) {
    await services.store.abortMultipartUpload(upload, { signal })
    salvaged.aborted.push(key)
    return
  }
  // Completing would abort it: the limit was lowered since it began, and nobody is there to ask.
  const excess = excessOf(services, layout, totalSize(partsUpToGap(parts)))
  if (excess) throw excess
  const { size } = await completeMultipartUpload.run(services, { key, uploadId }, { owner, signal })
  salvaged.completed.push({ owner, key, size })
}

type Mutable<T> = { [K in keyof T]: T[K] extends ReadonlyArray<infer Item> ? Item[] : never }
