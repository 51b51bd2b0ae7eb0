import { UploadError } from './errors.js'
import { acquireLock } from './lock.js'
import type { ResolvedOptions } from './options.js'
import { createParts, base64Sha256, type Parts } from './parts.js'
import { trackProgress, type UploadProgress } from './progress.js'
import { deliver } from './put.js'
import { isSameFile, type SavedUpload, type SavedUploads } from './saved-uploads.js'
import type { Call, Service } from './service.js'

/** What goes with a file. */
export interface UploadSettings {
  /** Original name of the file. Default: its own. */
  readonly filename?: string
  /** Media type. Default: its own. */
  readonly contentType?: string
  /** Stored with the object: lower-case names, values in any script. */
  readonly metadata?: Readonly<Record<string, string>>
  /** When the file was changed last, in milliseconds since 1970. Default: its own; without one it is not resumed. */
  readonly lastModified?: number
  /** Aborts the upload. */
  readonly signal?: AbortSignal
}

/** An object that was uploaded. */
export interface UploadResult {
  readonly key: string
  /** Bytes. */
  readonly size: number
}

/** What uploads need of their uploader. */
export interface UploadContext {
  readonly options: ResolvedOptions
  /** Whose uploads these are, and at which service. */
  readonly scope: string
  readonly service: Service
  readonly saved: SavedUploads
}

/** A multipart upload of the file. */
interface OpenUpload extends Pick<SavedUpload, 'key' | 'uploadId' | 'partSize'> {
  readonly parts: Parts
  readonly unlock: () => void
}

/**
 * How a file gets to S3: in one request, or in parts. It can be interrupted, and run again.
 *
 * @param found the upload to continue, where it is known which
 */
export function createFileTransfer (
  { options, service, saved }: UploadContext, file: Blob, settings: UploadSettings,
  onProgress: (progress: UploadProgress) => void, found?: SavedUpload
) {
  const { size } = file
  const { name, lastModified: date } = file as Partial<File>
  const { filename = name ?? '', contentType = file.type, metadata, lastModified = date } = settings
  const identity = { name: filename, size, lastModified }
  const { clock, checksum, partSize, multipartFrom, concurrency } = options
  const declared = { size, filename: filename || undefined, contentType: contentType || undefined, metadata }
  const progress = trackProgress(clock, size, onProgress)
  let upload: OpenUpload | undefined

  async function sendWhole (call: Required<Call>): Promise<UploadResult> {
    const sha256 = checksum && await base64Sha256(file)
    let signed: Awaited<ReturnType<Service['createUploadUrls']>>['uploads'][number] | undefined
    await deliver(options, {
      // Without a type of its own, which would become a header that is not asked for.
      body: file.slice(),
      async sign (renew) {
        if (renew || !signed) [signed] = (await service.createUploadUrls([{ ...declared, sha256 }], call)).uploads
        return signed!
      },
      hasArrived: () => isUploaded(signed!.key, call),
      onProgress: sent => progress.send(1, sent)
    }, call)
    progress.arrive(1, size)
    return { key: signed!.key, size }
  }

  async function sendInParts (call: Required<Call>, attempt = 1): Promise<UploadResult> {
    const done = await open(call)
    if (done) return done
    try {
      await sendMissing(upload!, call)
      const { key } = await service.completeMultipartUpload(upload!, call)
      forget()
      return { key, size }
    } catch (error) {
      if (attempt === 3 || !isRefused(error, 400)) throw error
      // S3 has lost a part, which is sent again; or what was remembered is not true, and all of it is sent anew.
      if (attempt === 2) {
        await abandon()
        progress.start([])
      }
      return await sendInParts(call, attempt + 1)
    }
  }

  /** Continues an upload of this file, or creates one. @returns the object, where it is complete already */
  async function open (call: Call): Promise<UploadResult | undefined> {
    if (upload) {
      progress.start(await upload.parts.list(call))
      return undefined
    }
    const candidates = saved.list().filter(one => isSameFile(one, identity) && one.checksum === checksum)
    for (const candidate of found ? [found] : candidates) {
      const done = await take(candidate, call)
      if (upload || done) return done
    }
    const created = await service.createMultipartUpload({ ...declared, partSize, checksum }, call)
    await use(created)
    if (lastModified !== undefined) {
      saved.save({ ...created, ...identity, lastModified, checksum, started: clock.now() })
    }
    return undefined
  }

  /** Continues a saved upload, if the service knows it. @returns the object, where it is complete already */
  async function take (candidate: SavedUpload, call: Call): Promise<UploadResult | undefined> {
    const opened = await use(candidate)
    if (!opened) {
      if (found) throw new UploadError('IN_PROGRESS', 'This upload is open in another tab', true)
      return undefined
    }
    found = undefined
    const { key } = candidate
    try {
      progress.start(await opened.parts.list(call))
      return undefined
    } catch (error) {
      if (!isRefused(error, 400, 404)) throw error
      forget()
    }
    return await isUploaded(key, call).catch(() => false) ? { key, size } : undefined
  }

  async function use (
    reference: Pick<SavedUpload, 'key' | 'uploadId' | 'partSize'>
  ): Promise<OpenUpload | undefined> {
    const unlock = await acquireLock(saved.nameOf(reference))
    if (unlock) upload = { ...reference, unlock, parts: createParts(options, service, reference) }
    return upload
  }

  function forget (): void {
    saved.forget(upload!)
    upload!.unlock()
    upload = undefined
  }

  async function sendMissing ({ partSize, parts }: OpenUpload, call: Required<Call>): Promise<void> {
    const missing = Array.from({ length: Math.ceil(size / partSize) }, (_, index) =>
      ({ partNumber: index + 1, size: Math.min(partSize, size - index * partSize) })
    ).filter(part => !progress.hasArrived(part))
    const failed = new AbortController()
    const windowed = { ...call, signal: AbortSignal.any([call.signal, failed.signal]) }
    async function sendAll (): Promise<void> {
      for (let part; (part = missing.shift());) {
        const { partNumber, size } = part
        const start = (partNumber - 1) * partSize
        const body = file.slice(start, start + size)
        await parts.send(partNumber, body, windowed, sent => progress.send(partNumber, sent), missing)
        progress.arrive(partNumber, size)
      }
    }
    try {
      await Promise.all(Array.from({ length: concurrency }, sendAll))
    } finally {
      failed.abort()
    }
  }

  async function isUploaded (key: string, call: Call): Promise<boolean> {
    const status = await service.getUploadStatus(key, call)
    return status.status !== 'pending' && status.size === size
  }

  /** Deletes what has arrived. */
  async function abandon (): Promise<void> {
    const abandoned = upload
    if (!abandoned) return
    forget()
    await service.abortMultipartUpload(abandoned).catch(() => {})
  }

  return {
    run (call: Required<Call>): Promise<UploadResult> {
      progress.start([])
      return size < multipartFrom ? sendWhole(call) : sendInParts(call)
    },
    /** Lets others continue the upload. */
    release: () => upload?.unlock(),
    abandon
  }
}

// The upload is gone, or what was remembered of it is not true.
function isRefused (error: unknown, ...statuses: number[]): boolean {
  return error instanceof UploadError && statuses.includes(error.status!)
}
