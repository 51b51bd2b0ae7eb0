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
  const aborted = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  })
  const abort = () => controller.abort(signal?.reason)
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`No answer within ${timeout} ms`, 'TimeoutError'))
  }, timeout)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work(controller.signal), aborted])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
