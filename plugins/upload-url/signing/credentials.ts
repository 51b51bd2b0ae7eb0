import type { S3Client } from '@aws-sdk/client-s3'
import { channels } from '../diagnostics.js'
import { errors, retryLater } from '../errors.js'

/** AWS credentials as the SDK resolves them. */
export type Credentials = Awaited<ReturnType<S3Client['config']['credentials']>>

const PATIENCE_MS = 4_000
const REFRESH_PAUSE_MS = 30_000

/**
 * Resolves credentials through the client's own provider chain, and refreshes them before they would
 * die under a URL. Callers in one turn of the event loop share one resolution, and concurrent ones one refresh.
 *
 * @param client whose provider chain is asked
 * @param now the time in milliseconds since the epoch
 * @returns a function that takes the life wanted, in seconds, and gives credentials that last as long
 * if such can be had; its promise rejects with FST_UPLOAD_NO_CREDENTIALS within five seconds otherwise
 */
export function createCredentialSource (client: S3Client, now: () => number): (life: number) => Promise<Credentials> {
  let resolving: { readonly provider: S3Client['config']['credentials'], readonly credentials: Promise<Credentials> } | undefined
  let refreshing: Promise<Credentials> | undefined
  let nextRefresh = -Infinity

  async function refresh (current: Credentials): Promise<Credentials> {
    nextRefresh = now() + REFRESH_PAUSE_MS
    // Credentials that still live are better than an error.
    const refreshed = await withPatience(client.config.credentials({ forceRefresh: true })).catch(() => current)
    channels.credentials.publish({ outcome: signAlike(refreshed, current) ? 'kept' : 'refreshed' })
    return refreshed
  }

  function resolve (): Promise<Credentials> {
    const provider = client.config.credentials
    if (resolving?.provider !== provider) {
      const credentials = withPatience(provider())
      const forget = () => { resolving = undefined }
      credentials.then(() => setImmediate(forget), forget)
      resolving = { provider, credentials }
    }
    return resolving.credentials
  }

  return async life => {
    const current = await resolve()
    if (current.expiration === undefined || current.expiration.getTime() >= now() + life * 1000) return current
    if (refreshing === undefined && now() < nextRefresh) return current
    refreshing ??= refresh(current).finally(() => { refreshing = undefined })
    return refreshing
  }
}

/** Whether two sets of credentials sign alike. */
export function signAlike (one: Credentials, other: Credentials): boolean {
  return one === other || (one.accessKeyId === other.accessKeyId && one.secretAccessKey === other.secretAccessKey && one.sessionToken === other.sessionToken)
}

/**
 * Waits for credentials, but not for ever.
 *
 * @throws FST_UPLOAD_NO_CREDENTIALS after four seconds, or when the provider fails
 */
export async function withPatience<T> (credentials: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const impatience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The credential provider did not answer in time')), PATIENCE_MS)
  })
  try {
    return await Promise.race([credentials, impatience])
  } catch (cause) {
    if (cause instanceof errors.FST_UPLOAD_NO_CREDENTIALS) throw cause
    throw retryLater(Object.assign(new errors.FST_UPLOAD_NO_CREDENTIALS(), { cause }))
  } finally {
    clearTimeout(timer)
  }
}
