/**
 * Runs work that has to end in time.
 *
 * @param timeout milliseconds
 * @param work is given a signal that aborts when the time is up, or when the caller's does; whether it heeds it or
 * not, nobody waits for it then
 * @param signal aborts when the caller no longer wants the result
 * @throws DOMException named TimeoutError when the time is up; the reason of the caller's signal when that aborts
 */
export async function withTimeout<T> (
  timeout: number, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal
): Promise<T> {
  signal?.throwIfAborted()
  const controller = new AbortController()
  let stop!: (reason: unknown) => void
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = reason => {
      reject(reason)
      controller.abort(reason)
    }
  })
  const abort = () => stop(signal?.reason)
  const timer = setTimeout(() => stop(new DOMException(`No answer within ${timeout} ms`, 'TimeoutError')), timeout)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work(controller.signal), stopped])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
