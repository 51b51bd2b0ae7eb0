import { UploadError } from './errors.js'
import type { UploadContext, UploadResult } from './file-transfer.js'
import { createParts, type Parts } from './parts.js'
import type { RecordingStore, SavedRecording } from './recording-store.js'
import type { Call } from './service.js'

/** Bytes: the smallest part that S3 takes, since the last one is sent again and again. */
const PART_SIZE = 5 * 1024 ** 2
/** How often a recording is uploaded from its beginning, where the service has lost it. */
const MAX_UPLOADS = 2

/** How a recording gets to S3: in parts, of which the last grows and is sent again until it is full. */
export class RecordingTransfer {
  readonly #context: UploadContext
  readonly #store: RecordingStore
  readonly #read: (from: number, to: number) => Promise<Blob>
  #recording: SavedRecording
  #parts: Parts | undefined
  /** Bytes in parts that are full. */
  #full = 0
  /** Bytes that have arrived. */
  #saved = 0

  /** @param read gives the bytes from one offset to another */
  constructor (
    context: UploadContext, store: RecordingStore, recording: SavedRecording,
    read: (from: number, to: number) => Promise<Blob>
  ) {
    this.#context = context
    this.#store = store
    this.#recording = recording
    this.#read = read
  }

  /** Bytes in parts that are full, and are not sent again. */
  get full (): number {
    return this.#full
  }

  /** Bytes after which the part that grows is full. */
  get nextFull (): number {
    return this.#full + (this.#recording.upload?.partSize ?? PART_SIZE)
  }

  /** Sends what has been recorded up to `end`, an offset in bytes. */
  async save (end: number, call: Required<Call>): Promise<void> {
    const parts = this.#parts ?? await this.#open(call)
    while (this.#saved < end) {
      const { nextFull } = this
      const to = Math.min(nextFull, end)
      const body = await this.#read(this.#full, to)
      if (body.size !== to - this.#full) throw new UploadError('FAILED', 'Some of the recording is not there anymore')
      await parts.send(this.#full / (nextFull - this.#full) + 1, body, call)
      this.#saved = to
      if (to === nextFull) this.#full = to
    }
  }

  /**
   * Sends what is missing, and makes an object of all. A recording that the service does not know anymore, or has
   * completed already without its end, is uploaded once more from its beginning.
   */
  async finish (end: number, call: Required<Call>): Promise<UploadResult> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#finish(end, call)
      } catch (error) {
        const isGone = error instanceof UploadError && error.status === 404
        if (!isGone || attempt === MAX_UPLOADS) throw error
        const { key } = this.#recording.upload!
        const status = await this.#context.service.getUploadStatus(key, call).catch(() => undefined)
        if (status && status.status !== 'pending' && status.size >= end) return { key, size: status.size }
        const { upload: _gone, ...recording } = this.#recording
        this.#recording = recording
        this.#parts = undefined
        this.#full = this.#saved = 0
      }
    }
  }

  /** Deletes what has arrived. */
  async abandon (): Promise<void> {
    const { upload } = this.#recording
    if (upload) await this.#context.service.abortMultipartUpload(upload)
  }

  async #finish (end: number, call: Required<Call>): Promise<UploadResult> {
    const parts = this.#parts ?? await this.#open(call)
    // An earlier, shorter copy of the last part may have overtaken a later one.
    const sizes = new Map((await parts.list(call)).map(({ partNumber, size }) => [partNumber, size]))
    const { partSize } = this.#recording.upload!
    let count = 0
    while (sizes.get(count + 1) === partSize) count += 1
    this.#full = count * partSize
    this.#saved = this.#full + (sizes.get(count + 1) ?? 0)
    await this.save(end, call)
    const { key, size } = await this.#context.service.completeMultipartUpload(this.#recording.upload!, call)
    return { key, size }
  }

  async #open (call: Call): Promise<Parts> {
    const { options, service } = this.#context
    const { name, contentType, metadata, upload } = this.#recording
    const { checksum } = options
    const { key, uploadId, partSize } = upload ?? await service.createMultipartUpload({
      filename: name,
      contentType,
      partSize: PART_SIZE,
      recording: true,
      metadata,
      checksum
    }, call)
    if (!upload) {
      this.#recording = { ...this.#recording, upload: { key, uploadId, partSize } }
      await this.#store.save(this.#recording).catch(() => {})
    }
    this.#parts = createParts(options, service, { key, uploadId })
    return this.#parts
  }
}
