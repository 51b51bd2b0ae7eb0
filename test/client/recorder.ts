import type { Clock } from '../../openapi/client/node.js'

/** A recorder whose microphone is the test. */
export class ScriptedRecorder extends EventTarget {
  static last: ScriptedRecorder
  readonly mimeType = 'audio/webm;codecs=opus'
  state: RecordingState = 'inactive'
  #recorded: Uint8Array[] = []

  constructor () {
    super()
    ScriptedRecorder.last = this
  }

  static create = () => new ScriptedRecorder() as unknown as MediaRecorder

  start (): void {
    this.state = 'recording'
  }

  pause (): void {
    this.state = 'paused'
  }

  resume (): void {
    this.state = 'recording'
  }

  stop (): void {
    this.state = 'inactive'
    queueMicrotask(() => {
      this.#emit(new Blob())
      this.dispatchEvent(new Event('stop'))
    })
  }

  /** Records a chunk of so many bytes. */
  hear (size: number): void {
    const { length } = this.#recorded
    const chunk = new Uint8Array(size).map((_, index) => index * 7 + length)
    this.#recorded.push(chunk)
    this.#emit(new Blob([chunk]))
  }

  /** All that was recorded. */
  get bytes (): Buffer {
    return Buffer.concat(this.#recorded)
  }

  #emit (data: Blob): void {
    this.dispatchEvent(Object.assign(new Event('dataavailable'), { data }))
  }
}

/** A clock that goes on when the test says so; what waits for no time at all does not wait. */
export class ManualClock implements Clock {
  #now = 0
  readonly #timers = new Map<object, { readonly at: number, readonly callback: () => void }>()

  now (): number {
    return this.#now
  }

  setTimeout (callback: () => void, milliseconds: number): object {
    const timer = {}
    this.#timers.set(timer, { at: this.#now + milliseconds, callback })
    if (milliseconds <= 0) setTimeout(() => this.#fire())
    return timer
  }

  clearTimeout (timer: unknown): void {
    this.#timers.delete(timer as object)
  }

  advance (seconds: number): void {
    this.#now += seconds * 1000
    this.#fire()
  }

  #fire (): void {
    for (const [timer, { at, callback }] of [...this.#timers]) {
      if (at > this.#now) continue
      this.#timers.delete(timer)
      callback()
    }
  }
}
