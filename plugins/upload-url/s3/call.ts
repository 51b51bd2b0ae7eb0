import { codeOf, storeUnavailable, toStoreError, whySignatureRefused } from './answers.js'
import { hasFailed } from './bounded-response.js'
import type { CredentialSource } from './credentials.js'
import { channels, instrumented } from './diagnostics.js'
import { withTimeout } from './timeout.js'

/** What any call to the store takes. */
export interface CallOptions {
  /** Aborts when nobody wants the answer any more; the call then rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** What becomes of an answer in one place, by its code, instead of what becomes of it everywhere. */
export type Exceptions<E> = Readonly<Record<string, () => E>>

/** For the SDK. */
export interface SendOptions {
  readonly abortSignal: AbortSignal
}

interface ExplainedCall<E> extends CallOptions {
  /** Milliseconds. Default: 2 500. */
  readonly timeout?: number
  readonly exceptions?: Exceptions<E>
}

/** One call to the store, by the name of the operation in the S3 API. */
export type Call = ReturnType<typeof createCall>

const TIMEOUT_MS = 2_500

/**
 * Makes the calls: each ends within a time of its own, and whatever goes wrong becomes an error of ours.
 *
 * @param warn is told once where the store does not accept who we are
 */
export function createCall (credentials: CredentialSource, warn: (message: string) => void) {
  const warned = new Set<string>()

  function warnOnce (reason: string | undefined): void {
    if (reason === undefined || warned.has(reason)) return
    warned.add(reason)
    warn(`The store does not accept the credentials of this service: ${reason}`)
  }

  return async function call<T, E = never> (
    operation: string, send: (options: SendOptions) => Promise<T>,
    { signal, timeout = TIMEOUT_MS, exceptions = {} }: ExplainedCall<E> = {}
  ): Promise<T | Awaited<E>> {
    await credentials(0)
    let attempts: AbortSignal | undefined
    try {
      return await instrumented(channels.store, operation, () =>
        withTimeout(timeout, abortSignal => {
          attempts = abortSignal
          return send({ abortSignal })
        }, signal))
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (attempts?.aborted && hasFailed(attempts)) throw storeUnavailable(error)
      const exception = exceptions[codeOf(error) ?? '']
      if (exception !== undefined) return await exception()
      warnOnce(whySignatureRefused(error))
      throw toStoreError(error)
    }
  }
}
