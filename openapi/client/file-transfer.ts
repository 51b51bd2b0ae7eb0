import { UploadError } from './errors.js'
import { acquireLock } from './lock.js'
import type { ResolvedOptions } from './options.js'
import { hexSha256, Parts, type PartSize } from './parts.js'
import { SpeedMeter, type UploadProgress } from './progress.js'
import { deliver } from './put.js'
import { isSameFile, type FileIdentity, type SavedUpload, type SavedUploads } from './saved-uploads.js'
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

/** What a transfer tells. */
export interface TransferEvents {
  onProgress (progress: UploadProgress): void
  onWait (error: UploadError): void
}

type Reference = Pick<SavedUpload, 'key' | 'uploadId' | 'partSize'>
type MultipartUpload = Reference & { readonly parts: Parts, readonly isContinued: boolean }

const PROGRESS_INTERVAL_MS = 100
/** How often parts that turn out to be missing at the end are sent again. */
const MAX_ROUNDS = 3

/** How a file gets to S3: in one request, or in parts. It can be interrupted, and run again. */
export class FileTransfer {
  readonly #context: UploadContext
  readonly #file: Blob
  readonly #settings: UploadSettings
  readonly #events: TransferEvents
  readonly #meter = new SpeedMeter()
  /** Bytes by part number. */
  readonly #sending = new Map<number, number>()
  readonly #arrived = new Map<number, number>()
  #saved: SavedUpload | undefined
  #multipart: MultipartUpload | undefined
  #lastProgress = 0
  #unlock = () => {}

  /** @param saved the upload to continue, where it is known which */
  constructor (
    context: UploadContext, file: Blob, settings: UploadSettings, events: TransferEvents, saved?: SavedUpload
  ) {
    this.#context = context
    this.#file = file
    this.#settings = settings
    this.#events = events
    this.#saved = saved
  }

  async run (signal: AbortSignal): Promise<UploadResult> {
    const { onWait } = this.#events
    const call = { signal, onWait }
    this.#sending.clear()
    this.#meter.reset()
    return this.#file.size < this.#context.options.multipartFrom
      ? await this.#sendWhole(call)
      : await this.#sendInParts(call)
  }

  /** Lets others continue the upload. */
  release (): void {
    this.#unlock()
  }

  /** Deletes what has arrived. */
  async abandon (): Promise<void> {
    const { options, service } = this.#context
    const upload = this.#multipart
    if (!upload) return
    this.#forget(upload)
    await service.abortMultipartUpload(upload, { signal: AbortSignal.timeout(options.stallTimeout * 1000) })
  }

  async #sendWhole (call: Required<Call>): Promise<UploadResult> {
    const { options, service } = this.#context
    const { size } = this.#file
    const sha256 = options.checksum && await hexSha256(this.#file)
    let upload: Awaited<ReturnType<Service['createUploadUrl']>> | undefined
    await deliver(options, {
      // Without a type of its own, which would become a header that is not asked for.
      body: this.#file.slice(),
      sign: async renew => {
        if (renew || !upload) {
          upload = await service.createUploadUrl({ ...this.#declared(), ...sha256 && { sha256 } }, call)
        }
        return upload
      },
      hasArrived: async () => await this.#isUploaded(upload!.key, call),
      onProgress: sent => this.#progress(1, sent),
      onWait: call.onWait
    }, call.signal)
    this.#markArrived([{ partNumber: 1, size }])
    return { key: upload!.key, size }
  }

  async #sendInParts (call: Required<Call>): Promise<UploadResult> {
    const { service } = this.#context
    const done = await this.#open(call)
    if (done) return done
    const upload = this.#multipart!
    for (let round = 1; ; round += 1) {
      try {
        await this.#sendMissing(upload, call)
        const { key, size } = await service.completeMultipartUpload(upload, call)
        this.#forget(upload)
        return { key, size }
      } catch (error) {
        if (!(error instanceof UploadError && error.status === 400)) throw error
        if (round < MAX_ROUNDS) {
          this.#markArrived(await upload.parts.list(call))
        } else if (upload.isContinued) {
          this.#forget(upload)
          return await this.#sendInParts(call)
        } else {
          throw error
        }
      }
    }
  }

  /** Continues an upload of this file, or creates one. @returns the object, where it is complete already */
  async #open (call: Required<Call>): Promise<UploadResult | undefined> {
    if (this.#multipart) {
      this.#markArrived(await this.#multipart.parts.list(call))
      return undefined
    }
    const { options: { clock, partSize, checksum }, service, saved } = this.#context
    for (const found of this.#saved ? [this.#saved] : this.#findSaved()) {
      const result = await this.#continue(found, call)
      if (result || this.#multipart) return result
    }
    const created = await service.createMultipartUpload({
      ...this.#declared(), ...partSize && { partSize }, ...checksum && { checksum }
    }, call)
    this.#use(created)
    const identity = this.#identity()
    if (!identity) return undefined
    this.#unlock = await acquireLock(saved.nameOf(created)) ?? this.#unlock
    const { key, uploadId } = created
    saved.save({
      ...identity, key, uploadId, partSize: created.partSize, started: clock.now(), ...checksum && { checksum }
    })
    return undefined
  }

  /** Continues a saved upload, if the service knows it. @returns the object, where it is complete already */
  async #continue (found: SavedUpload, call: Required<Call>): Promise<UploadResult | undefined> {
    const unlock = await acquireLock(this.#context.saved.nameOf(found))
    if (!unlock && this.#saved) throw new UploadError('IN_PROGRESS', 'This upload is in progress in another tab', true)
    if (!unlock) return undefined
    this.#unlock = unlock
    this.#use(found, true)
    this.#saved = undefined
    try {
      this.#markArrived(await this.#multipart!.parts.list(call))
      return undefined
    } catch (error) {
      if (!isUnknown(error)) throw error
      this.#forget(found)
    }
    const { key, size } = found
    const isUploaded = await this.#isUploaded(key, call).catch(error => {
      if (!isUnknown(error)) throw error
      return false
    })
    return isUploaded ? { key, size } : undefined
  }

  #findSaved (): SavedUpload[] {
    const { saved, options: { checksum } } = this.#context
    const identity = this.#identity()
    if (!identity) return []
    return saved.list().filter(found => isSameFile(found, identity) && found.checksum === checksum)
  }

  /** What tells this file from others; undefined where it has no date. */
  #identity (): FileIdentity | undefined {
    const { lastModified = (this.#file as Partial<File>).lastModified } = this.#settings
    if (lastModified === undefined) return undefined
    return { name: this.#declared().filename ?? '', size: this.#file.size, lastModified }
  }

  #use (upload: Reference, isContinued = false): void {
    const { options, service } = this.#context
    const { key, uploadId, partSize } = upload
    const parts = new Parts(options, service, { key, uploadId })
    this.#multipart = { key, uploadId, partSize, parts, isContinued }
  }

  #forget (upload: Reference): void {
    this.#context.saved.forget(upload)
    this.#unlock()
    this.#multipart = undefined
  }

  async #sendMissing ({ partSize, parts }: MultipartUpload, call: Required<Call>): Promise<void> {
    const missing = this.#missingParts(partSize)
    const failed = new AbortController()
    const windowed = { ...call, signal: AbortSignal.any([call.signal, failed.signal]) }
    const sendNext = async (): Promise<void> => {
      const part = missing.shift()
      if (!part) return
      const { partNumber, size } = part
      const start = (partNumber - 1) * partSize
      const body = this.#file.slice(start, start + size)
      await parts.send({ partNumber, body }, windowed, sent => this.#progress(partNumber, sent), () => missing)
      this.#sending.delete(partNumber)
      this.#arrived.set(partNumber, size)
      await sendNext()
    }
    try {
      await Promise.all(Array.from({ length: this.#context.options.concurrency }, sendNext))
    } finally {
      failed.abort()
    }
    this.#progress(0, 0)
  }

  #missingParts (partSize: number): PartSize[] {
    const { size } = this.#file
    return Array.from({ length: Math.ceil(size / partSize) }, (_, index) =>
      ({ partNumber: index + 1, size: Math.min(partSize, size - index * partSize) })
    ).filter(({ partNumber, size }) => this.#arrived.get(partNumber) !== size)
  }

  async #isUploaded (key: string, call: Call): Promise<boolean> {
    const status = await this.#context.service.getUploadStatus(key, call)
    return status.status !== 'pending' && status.size === this.#file.size
  }

  /** What the service is told of the file. */
  #declared () {
    const { filename = (this.#file as Partial<File>).name, contentType = this.#file.type, metadata } = this.#settings
    return {
      size: this.#file.size,
      ...filename && { filename },
      ...contentType && { contentType },
      ...metadata && { metadata: { ...metadata } }
    }
  }

  #markArrived (parts: readonly PartSize[]): void {
    this.#arrived.clear()
    for (const { partNumber, size } of parts) this.#arrived.set(partNumber, size)
    this.#progress(0, 0)
  }

  /** @param sent bytes of one part; 0 where it starts again */
  #progress (partNumber: number, sent: number): void {
    if (sent > 0) this.#sending.set(partNumber, sent)
    else this.#sending.delete(partNumber)
    const now = this.#context.options.clock.now()
    if (sent > 0 && now - this.#lastProgress < PROGRESS_INTERVAL_MS) return
    this.#lastProgress = now
    const total = this.#file.size
    const bytes = [...this.#arrived.values(), ...this.#sending.values()].reduce((sum, part) => sum + part, 0)
    this.#events.onProgress(this.#meter.measure(now, Math.min(bytes, total), total))
  }
}

// The upload is gone, or what was remembered of it is not true.
function isUnknown (error: unknown): boolean {
  return error instanceof UploadError && (error.status === 404 || error.status === 400)
}
