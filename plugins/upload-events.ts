import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import uploadEvents, { type HttpOptions, type Upload, type UploadEvent } from 'fastify-upload-url/events'
import type { WebhookMessage } from './webhook.js'

/** Options of the plugin. */
export interface ServerEventsOptions {
  /** Where stores may post events. Default: nowhere. */
  readonly http?: HttpOptions
}

async function serverEvents (fastify: FastifyInstance, { http }: ServerEventsOptions): Promise<void> {
  const { log } = fastify

  async function onUploaded (upload: Upload, event: UploadEvent): Promise<void> {
    const { key, status } = upload
    const { owner, id, noticedBy } = event
    log.info({ key, owner, id, status, noticedBy }, 'upload completed')
    if (!fastify.hasDecorator('webhook')) return
    const message = toMessage(fastify, upload, event)
    // A store repeats its event. A request is answered, and nobody can be asked to repeat it.
    if (noticedBy === 'store') await fastify.webhook.send(message)
    else fastify.webhook.sendInBackground(message)
  }

  await fastify.register(uploadEvents, { onUploaded, inspect: true, ...http && { http } })
}

function toMessage ({ uploads }: FastifyInstance, upload: Upload, { owner, id }: UploadEvent): WebhookMessage {
  return {
    id,
    type: 'upload.completed',
    timestamp: upload.lastModified ?? new Date().toISOString(),
    async data () {
      const download = await uploads.createDownloadUrl({ key: upload.key }, { owner })
      return { owner, ...upload, download }
    }
  }
}

/** Logs every upload, and reports it by {@link FastifyInstance.webhook}, where there is one. */
export default fp(serverEvents, { name: 'server-events', fastify: '5.x', dependencies: ['fastify-upload-url'] })
