/** How far an upload is. */
export interface UploadProgress {
  /** Bytes sent. */
  readonly sent: number
  /** Bytes of the file. */
  readonly total: number
  /** Of the last ten seconds; 0 where nobody knows yet. */
  readonly bytesPerSecond: number
  /** `Infinity` where nobody knows yet. */
  readonly secondsLeft: number
}

const WINDOW_MS = 10_000

/** Measures speed over the last ten seconds. */
export class SpeedMeter {
  #samples: Array<readonly [time: number, sent: number]> = []

  /** @param now milliseconds; @param sent and @param total bytes */
  measure (now: number, sent: number, total: number): UploadProgress {
    this.#samples = this.#samples.filter(([time]) => now - time <= WINDOW_MS)
    this.#samples.push([now, sent])
    const [time, first] = this.#samples[0]!
    const bytesPerSecond = Math.max(0, (sent - first) * 1000 / (now - time)) || 0
    return { sent, total, bytesPerSecond, secondsLeft: (total - sent) / bytesPerSecond || 0 }
  }

  /** Forgets what was measured: bytes before a pause say nothing about the speed after it. */
  reset (): void {
    this.#samples = []
  }
}
