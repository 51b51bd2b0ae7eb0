import { Emitter } from './emitter.js'
import { aborted, UploadError } from './errors.js'
import { createFileTransfer, type UploadContext, type UploadResult, type UploadSettings } from './file-transfer.js'
import type { UploadProgress } from './progress.js'
import type { SavedUpload } from './saved-uploads.js'

/** `waiting`: a request has failed, and will be sent again. */
export type UploadState = 'sending' | 'waiting' | 'paused' | 'done' | 'failed' | 'aborted'

/** The detail of the event `state`. */
export interface UploadStateChange {
  readonly state: UploadState
  /** Why it is waiting, failed or aborted. */
  readonly error?: UploadError | undefined
}

/** A file on its way: events tell how far it is. */
export class Upload extends Emitter<{ progress: UploadProgress, state: UploadStateChange }> {
  /** The object, once it is there; rejects with an {@link UploadError}. */
  readonly done: Promise<UploadResult>
  readonly #transfer: ReturnType<typeof createFileTransfer>
  #resolve!: (result: UploadResult) => void
  #reject!: (error: UploadError) => void
  #state: UploadState = 'sending'
  #running = new AbortController()
  #ended = Promise.resolve()

  /** @param saved the upload to continue, where it is known which */
  constructor (context: UploadContext, file: Blob, settings: UploadSettings, saved?: SavedUpload) {
    super()
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.done.catch(() => {})
    this.#transfer = createFileTransfer(context, file, settings, progress => {
      if (this.#state === 'waiting') this.#change('sending')
      this.emit('progress', progress)
    }, saved)
    this.#run()
    const { signal } = settings
    const abort = () => { this.abort() }
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
  }

  get state (): UploadState {
    return this.#state
  }

  /** Stops sending; parts that have arrived stay. */
  pause (): void {
    if (!this.#isUnderWay()) return
    this.#change('paused')
    this.#running.abort()
  }

  /** Continues after a pause. */
  resume (): void {
    if (this.#state !== 'paused') return
    this.#change('sending')
    this.#run()
  }

  /** Stops for good and deletes what has arrived. Resolves once that is done, or cannot be. */
  async abort (): Promise<void> {
    if (this.#isUnderWay() || this.#state === 'paused') {
      this.#fail('aborted', aborted())
      this.#running.abort()
      this.#ended = this.#ended.then(this.#transfer.abandon)
    }
    await this.#ended
  }

  #run (): void {
    const { signal } = this.#running = new AbortController()
    // Whoever made the upload may listen to its first events, and an earlier run may still be ending.
    this.#ended = this.#ended.then(async () => {
      try {
        signal.throwIfAborted()
        const result = await this.#transfer.run({ signal, onWait: error => this.#change('waiting', error) })
        this.#change('done')
        this.#resolve(result)
      } catch (error) {
        if (signal.aborted) return
        this.#transfer.release()
        this.#fail('failed', error instanceof UploadError ? error : new UploadError('FAILED', String(error)))
      }
    })
  }

  #isUnderWay (): boolean {
    return this.#state === 'sending' || this.#state === 'waiting'
  }

  #fail (state: UploadState, error: UploadError): void {
    this.#change(state, error)
    this.#reject(error)
  }

  #change (state: UploadState, error?: UploadError): void {
    this.#state = state
    this.emit('state', { state, error })
  }
}
