import { Emitter } from './emitter.js'
import { aborted, UploadError } from './errors.js'
import type { UploadContext, UploadResult } from './file-transfer.js'
import { acquireLock } from './lock.js'
import type { RecordingStore, SavedRecording } from './recording-store.js'
import { RecordingTransfer } from './recording-transfer.js'
import { sleep } from './retry.js'

/** What goes with a recording. */
export interface RecordingSettings {
  /** Seconds between two saves to S3. Default: 20. */
  readonly saveEvery?: number
  /** Name of the file. Default: the time, as in `recording-2026-01-01T12-00-00.webm`. */
  readonly filename?: string
  /** Stored with the object: lower-case names, values in any script. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Container and codec, as in `audio/webm;codecs=opus`. Default: the browser's. */
  readonly mimeType?: string
  readonly audioBitsPerSecond?: number
  /** Aborts the recording, and deletes it. */
  readonly signal?: AbortSignal
}

/** `saving`: it has stopped, and the rest is sent. */
export type RecordingState = 'recording' | 'paused' | 'saving' | 'done' | 'failed' | 'aborted'

/** The detail of the event `state`. */
export interface RecordingStateChange {
  readonly state: RecordingState
  /** Why it has failed or was aborted. */
  readonly error?: UploadError
}

/** The detail of the event `saved`. */
export interface RecordingSaved {
  /** Bytes that S3 has: should this device be lost, the service completes the recording from them. */
  readonly bytes: number
  /** Bytes recorded meanwhile. */
  readonly recorded: number
}

/** What recordings need of their uploader. */
export interface RecordingContext extends UploadContext {
  readonly store: RecordingStore
  readonly createRecorder: (stream: MediaStream, options: MediaRecorderOptions) => MediaRecorder
}

/** Milliseconds between two chunks: what a crash of the tab may cost. */
const CHUNK_MS = 1_000
const DEFAULT_SAVE_EVERY = 20

/**
 * A recording under way. Every second is kept on the device, and sent to S3 every `saveEvery` seconds. `waiting` tells
 * of a save that has failed and will be repeated.
 */
export class Recording extends Emitter<{
  saved: RecordingSaved, waiting: UploadError, state: RecordingStateChange
}> {
  /** The object, once it is there; rejects with an {@link UploadError}, and `unfinished()` has the recording then. */
  readonly done: Promise<UploadResult>
  readonly #context: RecordingContext
  readonly #recorder: MediaRecorder
  readonly #settings: RecordingSettings
  readonly #id = crypto.randomUUID()
  readonly #aborting = new AbortController()
  readonly #stopped = new AbortController()
  /** Chunks that are not in the store yet. */
  readonly #queue: Blob[] = []
  /** Bytes before the queue. */
  #kept = 0
  #keeping = Promise.resolve()
  #isKeeping = false
  #transfer: RecordingTransfer | undefined
  #partFull = new AbortController()
  #state: RecordingState = 'recording'

  constructor (context: RecordingContext, stream: MediaStream, settings: RecordingSettings) {
    super()
    const { mimeType, audioBitsPerSecond, signal } = settings
    this.#context = context
    this.#settings = settings
    this.#recorder = context.createRecorder(stream, {
      ...mimeType && { mimeType }, ...audioBitsPerSecond && { audioBitsPerSecond }
    })
    this.#recorder.addEventListener('dataavailable', ({ data }) => this.#add(data))
    // Also where the microphone is gone.
    this.#recorder.addEventListener('stop', () => {
      if (!this.#aborting.signal.aborted) this.#change('saving')
      this.#stopped.abort()
    })
    this.#recorder.start(CHUNK_MS)
    const abort = () => { this.abort() }
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    this.done = this.#run()
    this.done.catch(() => {})
  }

  get state (): RecordingState {
    return this.#state
  }

  /** Bytes recorded. */
  get size (): number {
    return this.#queue.reduce((sum, { size }) => sum + size, this.#kept)
  }

  pause (): void {
    if (this.#state !== 'recording') return
    this.#recorder.pause()
    this.#change('paused')
  }

  resume (): void {
    if (this.#state !== 'paused') return
    this.#recorder.resume()
    this.#change('recording')
  }

  /** Stops recording, and sends the rest. @returns {@link done} */
  async stop (): Promise<UploadResult> {
    if (this.#recorder.state !== 'inactive') this.#recorder.stop()
    return await this.done
  }

  /** Stops recording, and deletes what was recorded. Resolves once that is done, or cannot be. */
  async abort (): Promise<void> {
    this.#aborting.abort()
    await this.stop().catch(() => {})
  }

  #add (chunk: Blob): void {
    if (chunk.size === 0) return
    this.#queue.push(chunk)
    this.#transfer ??= this.#begin()
    if (!this.#isKeeping) this.#keeping = this.#keep(this.#keeping)
    if (this.size >= this.#transfer.nextFull) this.#partFull.abort()
  }

  /** Moves the queue into the store. Where that is full, chunks stay in memory until they are up. */
  async #keep (before: Promise<void>): Promise<void> {
    const { store } = this.#context
    this.#isKeeping = true
    await before
    for (let chunk; (chunk = this.#queue[0]);) {
      const full = this.#transfer?.full ?? 0
      if (this.#kept + chunk.size > full) {
        try {
          await store.addChunk(this.#id, this.#kept, await chunk.arrayBuffer())
        } catch {
          await store.deleteBefore(this.#id, full).catch(() => {})
          break
        }
      }
      this.#kept += chunk.size
      this.#queue.shift()
    }
    this.#isKeeping = false
  }

  async #read (from: number, to: number): Promise<Blob> {
    const kept = this.#kept
    const queued = new Blob(this.#queue).slice(Math.max(from - kept, 0), Math.max(to - kept, 0))
    return from < kept
      ? new Blob([await this.#context.store.read(this.#id, from, Math.min(to, kept)), queued])
      : queued
  }

  async #run (): Promise<UploadResult> {
    const { store, scope } = this.#context
    const unlock = await acquireLock(`${scope} ${this.#id}`)
    try {
      await this.#recordAndSave()
      const result = await this.#finish()
      await this.#keeping
      await store.delete(this.#id).catch(() => {})
      this.#change('done')
      return result
    } catch (cause) {
      const error = cause instanceof UploadError ? cause : new UploadError('FAILED', String(cause))
      const isAborted = this.#aborting.signal.aborted
      if (isAborted) {
        await this.#keeping
        await this.#transfer?.abandon().catch(() => {})
        await store.delete(this.#id).catch(() => {})
      }
      this.#change(isAborted ? 'aborted' : 'failed', isAborted ? aborted() : error)
      throw isAborted ? aborted() : error
    } finally {
      unlock?.()
    }
  }

  async #recordAndSave (): Promise<void> {
    const { options: { clock } } = this.#context
    const { saveEvery = DEFAULT_SAVE_EVERY } = this.#settings
    while (!this.#stopped.signal.aborted) {
      this.#partFull = new AbortController()
      await sleep(clock, saveEvery * 1000, AbortSignal.any([this.#partFull.signal, this.#stopped.signal]))
      this.#aborting.signal.throwIfAborted()
      if (this.size === 0 || this.#stopped.signal.aborted) continue
      const { size } = this
      try {
        await this.#transfer!.save(size, this.#call())
        this.emit('saved', { bytes: size, recorded: this.size })
      } catch (error) {
        this.#aborting.signal.throwIfAborted()
        if (error instanceof UploadError) this.emit('waiting', error)
      }
    }
  }

  async #finish (): Promise<UploadResult> {
    this.#aborting.signal.throwIfAborted()
    if (!this.#transfer) throw new UploadError('NOTHING_RECORDED', 'Nothing was recorded')
    return await this.#transfer.finish(this.size, this.#call())
  }

  /** Once its type is known. */
  #begin (): RecordingTransfer {
    const { store, scope, options } = this.#context
    const { filename, metadata } = this.#settings
    const started = options.clock.now()
    const contentType = this.#recorder.mimeType || 'audio/webm'
    const extension = /^\w+\/(\w+)/.exec(contentType)?.[1]
    const time = new Date(started).toISOString().slice(0, 19).replaceAll(':', '-')
    const recording: SavedRecording = {
      id: this.#id,
      scope,
      name: filename ?? `recording-${time}.${extension}`,
      contentType,
      started,
      ...metadata && { metadata }
    }
    this.#keeping = store.save(recording).catch(() => {})
    return new RecordingTransfer(this.#context, store, recording, (from, to) => this.#read(from, to))
  }

  #call () {
    return { signal: this.#aborting.signal, onWait: (error: UploadError) => this.emit('waiting', error) }
  }

  #change (state: RecordingState, error?: UploadError): void {
    this.#state = state
    this.emit('state', { state, ...error && { error } })
  }
}
