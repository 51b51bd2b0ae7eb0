import { fileChanged, isRetryable, retryAfter, UploadError } from './errors.js'
import type { ResolvedOptions } from './options.js'
import { retry, watch, type RetryOptions } from './retry.js'
import type { Call } from './service.js'
import type { SignedPut } from './signed-put.js'

/** What decides how bytes are sent. */
export type PutOptions = RetryOptions & Pick<ResolvedOptions, 'stallTimeout' | 'put'>

/** Bytes on their way to S3, and what is known of their destination. */
export interface Delivery {
  readonly body: Blob
  /** Gives a URL. @param renew whether S3 refused the last one */
  sign (renew: boolean): Promise<SignedPut>
  /** Whether the bytes are there: asked before they are sent again, where nobody knows. */
  hasArrived (): Promise<boolean>
  /** Is told how many bytes of this attempt are sent. */
  onProgress (sent: number): void
}

/** How often in a row S3 may refuse before there is no point in another URL. */
const MAX_REFUSALS = 3

/** Sends bytes until they have arrived, with a new URL where the one at hand is refused. */
export async function deliver (
  options: PutOptions, delivery: Delivery, { signal, onWait }: Required<Call>
): Promise<void> {
  const { clock, stallTimeout, put } = options
  const { body } = delivery
  let isUnknown = false
  let refusals = 0

  async function attempt (): Promise<void> {
    if (isUnknown && await delivery.hasArrived()) return
    const signed = await delivery.sign(refusals > 0)
    signal.throwIfAborted()
    isUnknown = true
    const [response, text] = await watch(clock, stallTimeout * 1000, signal, async (watched, alive) => {
      const response = await put(signed, body, watched, sent => {
        alive()
        delivery.onProgress(sent)
      })
      return [response, await response.text()] as const
    }).catch(error => explain(error, body))
    if (response.ok) return
    const { status } = response
    // 412: there is an object already, which an earlier attempt may have made. 409: another attempt is making it.
    const isConflict = status === 409 || status === 412
    const isFailure = isRetryable(status)
    isUnknown = isFailure || isConflict
    refusals = isFailure ? 0 : refusals + 1
    throw new UploadError(
      isFailure ? 'STORE_UNAVAILABLE' : 'STORE_REFUSED',
      `S3 answered ${status} ${/<Code>(\w+)/.exec(text)?.[1] ?? ''}`.trim(),
      isFailure || refusals < MAX_REFUSALS, status, retryAfter(response, clock.now())
    )
  }

  await retry(options, attempt, signal, error => {
    delivery.onProgress(0)
    onWait(error)
  })
}

// A file that was changed since it was chosen cannot be read, which looks like a network that failed.
async function explain (error: unknown, body: Blob): Promise<never> {
  await body.slice(0, 1).arrayBuffer().catch(() => {
    throw fileChanged()
  })
  throw error
}
