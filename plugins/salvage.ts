import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'

/** Options of the plugin. */
export interface SalvageOptions {
  /** Seconds without a new part after which a recording counts as abandoned. */
  readonly after: number
}

/** Seconds. However long a recording may pause, nobody waits longer than this for one that was abandoned. */
const MAX_INTERVAL = 600
/** Replicas that start together shall not salvage together: up to this share of the interval is left to chance. */
const JITTER = 0.2

async function salvage (fastify: FastifyInstance, { after }: SalvageOptions): Promise<void> {
  const closing = new AbortController()
  let running = Promise.resolve()
  let timer: NodeJS.Timeout

  function schedule (): void {
    const interval = Math.min(after, MAX_INTERVAL) * 1000 * (1 - JITTER * Math.random())
    timer = setTimeout(() => { running = run().finally(() => { if (!closing.signal.aborted) schedule() }) }, interval)
    timer.unref()
  }

  async function run (): Promise<void> {
    try {
      const { completed, aborted, failed } = await fastify.uploads.salvage({ olderThan: after }, closing)
      for (const { key, error } of failed) fastify.log.warn({ err: error, key }, 'recording not salvaged')
      if (completed.length + aborted.length === 0) return
      fastify.log.info({ completed: completed.length, aborted: aborted.length }, 'recordings salvaged')
    } catch (error) {
      if (!closing.signal.aborted) fastify.log.error({ err: error }, 'recordings could not be salvaged')
    }
  }

  fastify.addHook('onReady', async () => schedule())
  fastify.addHook('onClose', async () => {
    closing.abort()
    clearTimeout(timer)
    await running
  })
}

/** Completes, from time to time, the recordings whose client has disappeared: see `app.uploads.salvage`. */
export default fp(salvage, { name: 'salvage', fastify: '5.x', dependencies: ['fastify-upload-url'] })
