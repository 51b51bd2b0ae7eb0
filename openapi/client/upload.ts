import { Emitter } from './emitter.js'
import { aborted, UploadError } from './errors.js'
import { FileTransfer, type UploadContext, type UploadResult, type UploadSettings } from './file-transfer.js'
import type { UploadProgress } from './progress.js'
import type { SavedUpload } from './saved-uploads.js'

/** `waiting`: a request has failed, and will be sent again. */
export type UploadState = 'sending' | 'waiting' | 'paused' | 'done' | 'failed' | 'aborted'

/** The detail of the event `state`. */
export interface UploadStateChange {
  readonly state: UploadState
  /** Why it is waiting, failed or aborted. */
  readonly error?: UploadError
}

/** A file on its way: events tell how far it is. */
export class Upload extends Emitter<{ progress: UploadProgress, state: UploadStateChange }> {
  /** The object, once it is there; rejects with an {@link UploadError}. */
  readonly done: Promise<UploadResult>
  readonly #aborting = new AbortController()
  #state: UploadState = 'sending'
  #running = new AbortController()
  #resumed = Promise.resolve()
  #resume = () => {}
  #abandoned: Promise<void> | undefined

  /** @param saved the upload to continue, where it is known which */
  constructor (context: UploadContext, file: Blob, settings: UploadSettings, saved?: SavedUpload) {
    super()
    const transfer = new FileTransfer(context, file, settings, {
      onProgress: progress => {
        this.#change('sending')
        this.emit('progress', progress)
      },
      onWait: error => this.#change('waiting', error)
    }, saved)
    const { signal = this.#aborting.signal } = settings
    this.done = this.#run(transfer, AbortSignal.any([this.#aborting.signal, signal]))
    this.done.then(() => this.#change('done'), () => {})
  }

  get state (): UploadState {
    return this.#state
  }

  /** Stops sending; parts that have arrived stay. */
  pause (): void {
    if (this.#state !== 'sending' && this.#state !== 'waiting') return
    this.#resumed = new Promise(resolve => { this.#resume = resolve })
    this.#change('paused')
    this.#running.abort()
  }

  /** Continues after a pause. */
  resume (): void {
    if (this.#state !== 'paused') return
    this.#change('sending')
    this.#resume()
  }

  /** Stops for good and deletes what has arrived. Resolves once that is done, or cannot be. */
  async abort (): Promise<void> {
    this.#aborting.abort()
    await this.done.catch(() => {})
    await this.#abandoned
  }

  async #run (transfer: FileTransfer, abort: AbortSignal): Promise<UploadResult> {
    const wake = () => this.#resume()
    abort.addEventListener('abort', wake)
    // Whoever made the upload may listen to its first events.
    await undefined
    for (;;) {
      await this.#resumed
      this.#running = new AbortController()
      try {
        abort.throwIfAborted()
        return await transfer.run(AbortSignal.any([abort, this.#running.signal]))
      } catch (error) {
        if (abort.aborted) this.#abandoned = transfer.abandon().catch(() => {})
        else if (this.#running.signal.aborted) continue
        else transfer.release()
        throw this.#fail(abort.aborted ? aborted() : error)
      }
    }
  }

  #fail (cause: unknown): UploadError {
    const error = cause instanceof UploadError ? cause : new UploadError('FAILED', String(cause))
    this.#change(error.code === 'ABORTED' ? 'aborted' : 'failed', error)
    return error
  }

  #change (state: UploadState, error?: UploadError): void {
    if (state === this.#state || (state === 'waiting' && this.#state !== 'sending')) return
    this.#state = state
    this.emit('state', { state, ...error && { error } })
  }
}
