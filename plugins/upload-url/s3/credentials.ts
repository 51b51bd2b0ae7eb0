import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { channels } from './diagnostics.js'
import { errors, retryLater } from '../errors.js'
import { withTimeout } from './timeout.js'

/** AWS credentials as the SDK resolves them. */
export type Credentials = Awaited<ReturnType<S3Client['config']['credentials']>>

/** A function that gives credentials, as `credentials` of an S3 client may be. */
export type CredentialProvider = Extract<NonNullable<S3ClientConfig['credentials']>, Function>

/** Gives credentials that last `lifetime` seconds if such can be had. @throws FST_UPLOAD_NO_CREDENTIALS within 5 s */
export type CredentialSource = (lifetime: number) => Promise<Credentials>

/** Of one call of a provider. */
const PROVIDER_TIMEOUT_MS = 4_000
/** Of all there is around it, which has to learn first that the call has ended. */
const TIMEOUT_MS = 4_500
const REFRESH_INTERVAL_MS = 30_000

/**
 * Resolves credentials through the client's own provider chain, and refreshes them before they would
 * expire under a URL. Callers in one turn of the event loop share one resolution, and concurrent ones one refresh.
 *
 * @param client whose provider chain is asked
 * @param now the time in milliseconds since the epoch
 */
export function createCredentialSource (client: S3Client, now: () => number): CredentialSource {
  let resolving: { readonly provider: unknown, readonly credentials: Promise<Credentials> } | undefined
  let refreshing: Promise<Credentials> | undefined
  let nextRefresh = -Infinity

  async function refresh (current: Credentials): Promise<Credentials> {
    nextRefresh = now() + REFRESH_INTERVAL_MS
    // Credentials that are still valid are better than an error.
    const provide = () => client.config.credentials({ forceRefresh: true })
    const refreshed = await resolveInTime(TIMEOUT_MS, provide).catch(() => current)
    channels.credentials.publish({ outcome: isSame(refreshed, current) ? 'kept' : 'refreshed' })
    return refreshed
  }

  function resolve (): Promise<Credentials> {
    const provider = client.config.credentials
    if (resolving?.provider !== provider) {
      const credentials = resolveInTime(TIMEOUT_MS, () => provider())
      const forget = () => { resolving = undefined }
      credentials.then(() => setImmediate(forget), forget)
      resolving = { provider, credentials }
    }
    return resolving.credentials
  }

  return async lifetime => {
    const current = await resolve()
    if (current.expiration === undefined || current.expiration.getTime() >= now() + lifetime * 1000) return current
    if (refreshing === undefined && now() < nextRefresh) return current
    refreshing ??= refresh(current).finally(() => { refreshing = undefined })
    return refreshing
  }
}

/**
 * A provider that recovers from a call that fails or never ends. The SDK waits for the one call it has under way, and
 * its own chain does so too, which is why it is made anew.
 */
export function recoverable (createProvider: () => CredentialProvider): CredentialProvider {
  let provider: CredentialProvider | undefined
  return async options => {
    const asked = provider ??= createProvider()
    try {
      return await resolveInTime(PROVIDER_TIMEOUT_MS, () => asked(options))
    } catch (error) {
      if (provider === asked) provider = undefined
      throw error
    }
  }
}

async function resolveInTime<T> (timeout: number, provide: () => Promise<T>): Promise<T> {
  try {
    return await withTimeout(timeout, provide)
  } catch (cause) {
    if (cause instanceof errors.FST_UPLOAD_NO_CREDENTIALS) throw cause
    throw retryLater(Object.assign(new errors.FST_UPLOAD_NO_CREDENTIALS(), { cause }))
  }
}

function isSame (one: Credentials, other: Credentials): boolean {
  return one.accessKeyId === other.accessKeyId && one.secretAccessKey === other.secretAccessKey &&
    one.sessionToken === other.sessionToken
}
