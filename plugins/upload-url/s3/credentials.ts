import type { S3Client } from '@aws-sdk/client-s3'
import { errors, retryLater } from '../errors.js'
import { channels } from './diagnostics.js'

type Provider = S3Client['config']['credentials']

/** AWS credentials as the SDK resolves them. */
export type Credentials = Awaited<ReturnType<Provider>>

const TIMEOUT_MS = 4_000
const REFRESH_PAUSE_MS = 30_000

/**
 * Resolves credentials through the client's own provider chain, and refreshes them before they would
 * expire under a URL. Callers in one turn of the event loop share one resolution, and concurrent ones one refresh.
 *
 * @param client whose provider chain is asked
 * @param now the time in milliseconds since the epoch
 * @returns a function that takes the seconds wanted, and resolves to credentials that are valid that long if such can
 * be had; it rejects with FST_UPLOAD_NO_CREDENTIALS within four seconds otherwise
 */
export function createCredentialSource (client: S3Client, now: () => number): (seconds: number) => Promise<Credentials> {
  let resolving: { readonly provider: Provider, readonly credentials: Promise<Credentials> } | undefined
  let refreshing: Promise<Credentials> | undefined
  let nextRefresh = -Infinity

  async function refresh (current: Credentials): Promise<Credentials> {
    nextRefresh = now() + REFRESH_PAUSE_MS
    // Credentials that are still valid are better than an error.
    const refreshed = await withTimeout(client.config.credentials({ forceRefresh: true })).catch(() => current)
    channels.credentials.publish({ outcome: signAlike(refreshed, current) ? 'kept' : 'refreshed' })
    return refreshed
  }

  function resolve (): Promise<Credentials> {
    const provider = client.config.credentials
    if (resolving?.provider !== provider) {
      const credentials = withTimeout(provider())
      const forget = () => { resolving = undefined }
      credentials.then(() => setImmediate(forget), forget)
      resolving = { provider, credentials }
    }
    return resolving.credentials
  }

  return async seconds => {
    const current = await resolve()
    if (current.expiration === undefined || current.expiration.getTime() >= now() + seconds * 1000) return current
    if (refreshing === undefined && now() < nextRefresh) return current
    refreshing ??= refresh(current).finally(() => { refreshing = undefined })
    return refreshing
  }
}

/**
 * A provider that is made anew after a call of it failed or timed out, for one that hangs would be waited for until
 * the process ends.
 */
export function renewable (makeProvider: () => Provider): Provider {
  let provider = makeProvider()
  return async options => {
    const asked = provider
    try {
      return await withTimeout(asked(options))
    } catch (error) {
      if (asked === provider) provider = makeProvider()
      throw error
    }
  }
}

function signAlike (one: Credentials, other: Credentials): boolean {
  return one.accessKeyId === other.accessKeyId && one.secretAccessKey === other.secretAccessKey &&
    one.sessionToken === other.sessionToken
}

async function withTimeout (credentials: Promise<Credentials>): Promise<Credentials> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The credential provider did not answer in time')), TIMEOUT_MS)
  })
  try {
    return await Promise.race([credentials, timeout])
  } catch (cause) {
    if (cause instanceof errors.FST_UPLOAD_NO_CREDENTIALS) throw cause
    throw retryLater(Object.assign(new errors.FST_UPLOAD_NO_CREDENTIALS(), { cause }))
  } finally {
    clearTimeout(timer)
  }
}
