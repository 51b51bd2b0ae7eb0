import type { PartSize } from './service.js'
import type { Clock } from './options.js'

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
const INTERVAL_MS = 100

/** Adds up what has arrived and what is being sent, and tells of it at most ten times a second, once it has started. */
export function trackProgress (clock: Clock, total: number, onProgress: (progress: UploadProgress) => void) {
  const arrived = new Map<number, number>()
  const sending = new Map<number, number>()
  let samples: Array<readonly [time: number, sent: number]> = []

  function report (isDue: boolean): void {
    const now = clock.now()
    if (!isDue && now - samples.at(-1)![0] < INTERVAL_MS) return
    const bytes = [...arrived.values(), ...sending.values()].reduce((sum, part) => sum + part, 0)
    const sent = Math.min(bytes, total)
    samples = [...samples.filter(([time]) => now - time <= WINDOW_MS), [now, sent]]
    const [time, first] = samples[0]!
    const bytesPerSecond = Math.max(0, (sent - first) * 1000 / (now - time)) || 0
    onProgress({ sent, total, bytesPerSecond, secondsLeft: (total - sent) / bytesPerSecond || 0 })
  }

  return {
    /** Starts with these parts, and nothing on its way. */
    start (parts: readonly PartSize[]): void {
      arrived.clear()
      sending.clear()
      for (const { partNumber, size } of parts) arrived.set(partNumber, size)
      report(true)
    },
    /** @param sent bytes of a part; 0 where it starts again */
    send (partNumber: number, sent: number): void {
      sending.set(partNumber, sent)
      report(false)
    },
    arrive (partNumber: number, size: number): void {
      sending.delete(partNumber)
      arrived.set(partNumber, size)
      report(true)
    },
    hasArrived: ({ partNumber, size }: PartSize) => arrived.get(partNumber) === size
  }
}
