import { UploadError } from './errors.js'
import type { ResolvedOptions } from './options.js'

const BASE_MS = 500
const MAX_MS = 30_000

/** What decides how often and when something is tried again. */
export type RetryOptions = Pick<ResolvedOptions, 'clock' | 'random' | 'retries'>

/**
 * Runs something until it succeeds, with full jitter between the attempts. While the browser is offline nothing counts
 * as a failure, and the next attempt is made as soon as it is online again.
 *
 * @param onWait is told why there is a pause
 * @throws what is not retryable, or the last error; the reason of the signal once that is aborted
 */
export async function retry<T> (
  { clock, random, retries }: RetryOptions, attempt: () => Promise<T>, signal: AbortSignal,
  onWait?: (error: UploadError) => void
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      signal.throwIfAborted()
      const isOffline = globalThis.navigator?.onLine === false
      if (isOffline) failures = -1
      if (!(error instanceof UploadError && error.retryable)) throw error
      error.isFinal ||= failures >= retries
      if (error.isFinal) throw error
      onWait?.(error)
      const longest = isOffline ? MAX_MS : random() * Math.min(MAX_MS, BASE_MS * 2 ** failures)
      await sleep(clock, Math.max(longest, error.retryAfter), signal)
    }
  }
}

/** Waits, until the time is over, the browser gets online, or the signal is aborted. */
export function sleep (
  clock: ResolvedOptions['clock'], milliseconds: number, signal: AbortSignal
): Promise<void> {
  const listening = new AbortController()
  return new Promise<void>(resolve => {
    const timer = clock.setTimeout(end, milliseconds)
    const events = { signal: listening.signal }
    signal.addEventListener('abort', end, events)
    globalThis.addEventListener?.('online', end, events)
    if (signal.aborted) end()
    function end (): void {
      clock.clearTimeout(timer)
      listening.abort()
      resolve()
    }
  })
}

/**
 * Runs something that is aborted once it has shown no sign of life for a while: a watchdog instead of a timeout, so
 * that a slow connection may take as long as it takes.
 *
 * @param milliseconds without a sign of life
 * @param run calls its second argument as a sign of life
 * @throws UploadError with the code STALLED
 */
export async function watch<T> (
  clock: ResolvedOptions['clock'], milliseconds: number, signal: AbortSignal,
  run: (signal: AbortSignal, alive: () => void) => Promise<T>
): Promise<T> {
  const stalled = new AbortController()
  let last = clock.now()
  let timer = clock.setTimeout(check, milliseconds)
  function check (): void {
    const left = last + milliseconds - clock.now()
    if (left > 0) timer = clock.setTimeout(check, left)
    else stalled.abort()
  }
  try {
    return await run(AbortSignal.any([signal, stalled.signal]), () => { last = clock.now() })
  } catch (error) {
    if (stalled.signal.aborted && !signal.aborted) throw new UploadError('STALLED', 'The connection has stalled', true)
    throw error
  } finally {
    clock.clearTimeout(timer)
  }
}
