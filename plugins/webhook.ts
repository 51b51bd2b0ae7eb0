import { setTimeout } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Webhook as Signer } from 'standardwebhooks'

/** Options of the plugin. */
export interface WebhookOptions {
  /** Where messages go: chosen by whoever runs the server, and by nobody else. */
  readonly url: string
  /** What signs them, each as in `whsec_…`: every message carries a signature by each, so that one can be replaced. */
  readonly secrets: readonly string[]
  /** Milliseconds that the receiver has to answer. Default: 10 000. */
  readonly timeout?: number
  /** Milliseconds between the attempts for a message that nobody else repeats. Default: 5 s to 10 minutes. */
  readonly pauses?: readonly number[]
  /** The time of an attempt, for tests. Default: the system clock. */
  readonly clock?: () => Date
}

/** Something that has happened. */
export interface WebhookMessage {
  /** The same for every attempt, so that the receiver can tell a repetition. */
  readonly id: string
  readonly type: 'upload.completed' | 'transcript.completed'
  /** When it happened, as an ISO 8601 date. */
  readonly timestamp: string
  /** What is to be known of it, made for each attempt anew: a link in it lives for minutes. */
  readonly data: () => Promise<object>
}

declare module 'fastify' {
  interface FastifyInstance {
    webhook: {
      /**
       * Sends a message once.
       *
       * @throws WebhookError where the receiver does not answer with a status from 200 to 299
       */
      send (message: WebhookMessage): Promise<void>
      /** Sends a message that nobody else repeats: after longer and longer pauses, until it is received or given up. */
      sendInBackground (message: WebhookMessage): void
    }
  }
}

/** Why a message was not received. It names the host of the receiver, whose path may be a secret. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError'
}

const TIMEOUT_MS = 10_000
const PAUSES_MS = [5_000, 30_000, 120_000, 600_000]
/** Messages that are repeated at a time: while a receiver is gone, they take memory. */
const MAX_WAITING = 1_000

async function webhook (fastify: FastifyInstance, options: WebhookOptions): Promise<void> {
  const { url, timeout = TIMEOUT_MS, pauses = PAUSES_MS, clock = () => new Date() } = options
  const { host } = new URL(url)
  const signers = options.secrets.map(secret => new Signer(secret))
  const closing = new AbortController()
  const waiting = new Set<Promise<void>>()

  async function send ({ id, type, timestamp, data }: WebhookMessage): Promise<void> {
    const body = JSON.stringify({ type, timestamp, data: await data() })
    const now = clock()
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'fastify-upload-url',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signers.map(signer => signer.sign(id, now, body)).join(' ')
    }
    const signal = AbortSignal.timeout(timeout)
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal }).catch(error => {
      throw new WebhookError(`${host} ${explain(error, timeout)}`)
    })
    await response.body?.cancel()
    if (!response.ok) throw new WebhookError(`${host} answered ${response.status}`)
  }

  async function sendRepeatedly (message: WebhookMessage): Promise<void> {
    const { id, type } = message
    for (const pause of [...pauses, undefined]) {
      // One that begins while the server closes is the last.
      const isLast = pause === undefined || closing.signal.aborted
      try {
        return await send(message)
      } catch (error) {
        if (isLast) {
          fastify.log.error({ err: error, id, type }, 'a webhook was not received, and is given up')
          return
        }
        fastify.log.warn({ err: error, id, type }, `a webhook was not received: it is repeated in ${pause / 1000} s`)
        await setTimeout(pause, undefined, { signal: closing.signal }).catch(() => undefined)
      }
    }
  }

  fastify.decorate('webhook', {
    send,
    sendInBackground (message) {
      if (waiting.size >= MAX_WAITING) {
        const { id, type } = message
        fastify.log.error({ id, type }, `${MAX_WAITING} webhooks are waiting for ${host}: another is given up`)
        return
      }
      const sending = sendRepeatedly(message).finally(() => waiting.delete(sending))
      waiting.add(sending)
    }
  })
  // After the requests and events under way, which may still send some, and before what links are signed with is gone.
  fastify.addHook('onClose', async () => {
    closing.abort()
    await Promise.all(waiting)
  })
}

function explain (error: unknown, timeout: number): string {
  const { name, cause } = error as Error
  if (name === 'TimeoutError') return `did not answer within ${timeout} ms`
  return `cannot be reached (${(cause as NodeJS.ErrnoException | undefined)?.code ?? name})`
}

/**
 * Adds `app.webhook`, which posts messages to one URL, signed as Standard Webhooks says
 * (https://github.com/standard-webhooks/standard-webhooks). Redirects are not followed, and what the receiver answers
 * is not read.
 */
export default fp(webhook, { name: 'webhook', fastify: '5.x' })
