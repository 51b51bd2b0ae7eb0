import { channel, type Channel } from 'node:diagnostics_channel'
import type { Operation } from './object-request.js'

/** One signature for a client: published on the channel `fastify-upload-url:sign` when it is made, or could not be. */
export interface SignEvent {
  /** What it is for, under the name of the S3 API. */
  readonly operation: Operation | 'PostObject'
  /** Milliseconds it took. */
  readonly duration: number
  /** Why there is none. */
  readonly error?: Error
}

/** One call of ours to the store: published on the channel `fastify-upload-url:store` when it is over. */
export interface StoreEvent {
  /** Name of the call in the S3 API, as in `HeadObject`. */
  readonly operation: string
  /** Milliseconds it took, repetitions of the SDK included. */
  readonly duration: number
  /** What went wrong, or what the store refused: an S3ServiceException where it answered at all. */
  readonly error?: Error
}

/** One look for longer-lived credentials: published on the channel `fastify-upload-url:credentials` when it is over. */
export interface CredentialsEvent {
  /** `refreshed`, or `kept` where the provider had nothing newer and what is left of the old has to do. */
  readonly outcome: 'refreshed' | 'kept'
}

/**
 * The channels of node:diagnostics_channel on which the plugin tells, process-wide, what it does: for metrics and
 * traces. Messages are published within the request they belong to, hold no secret, and cost nothing while nobody
 * subscribes.
 */
export const channels = {
  sign: channel('fastify-upload-url:sign'),
  store: channel('fastify-upload-url:store'),
  credentials: channel('fastify-upload-url:credentials')
} as const

/** Does a piece of work, and tells a channel how long it took and how it ended. */
export function instrumented<T> (listeners: Channel, operation: string, work: () => Promise<T>): Promise<T> {
  return listeners.hasSubscribers ? measured(listeners, operation, work) : work()
}

async function measured<T> (listeners: Channel, operation: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  try {
    const result = await work()
    listeners.publish({ operation, duration: performance.now() - start })
    return result
  } catch (error) {
    listeners.publish({ operation, duration: performance.now() - start, error })
    throw error
  }
}
