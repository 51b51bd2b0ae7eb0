import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import uploadEvents, {
  type HttpOptions, type Upload, type UploadedResult, type UploadEvent
} from 'fastify-upload-url/events'
import type { WebhookMessage } from './webhook.js'

/** Options of the plugin. */
export interface ServerEventsOptions {
  /** Where stores may post events. Default: nowhere. */
  readonly http?: HttpOptions
  /** Whether to claim each upload that has been reported. Default: false. */
  readonly claim?: boolean
}

async function serverEvents (fastify: FastifyInstance, { http, claim = false }: ServerEventsOptions): Promise<void> {
  const { log } = fastify

  async function onUploaded (upload: Upload, event: UploadEvent): Promise<void> {
    const { key, status } = upload
    const { owner, id, noticedBy } = event
    log.info({ key, owner, id, status, noticedBy }, 'upload completed')
    if (!fastify.hasDecorator('webhook')) return
    const message = uploadMessage(fastify, upload, event)
    // A store repeats its event. A request is answered, and nobody can be asked to repeat it.
    if (noticedBy === 'store') await fastify.webhook.send(message)
    else fastify.webhook.sendInBackground(message)
  }

  async function onResult (result: UploadedResult, event: UploadEvent): Promise<void> {
    const { key, name } = result
    const { owner, id } = event
    log.info({ key, name, owner, id }, 'result uploaded')
    if (fastify.hasDecorator('webhook')) await fastify.webhook.send(resultMessage(fastify, result, event))
  }

  await fastify.register(uploadEvents, { onUploaded, onResult, inspect: true, claim, ...http && { http } })
}

function uploadMessage ({ uploads }: FastifyInstance, upload: Upload, { owner, id }: UploadEvent): WebhookMessage {
  return {
    id,
    type: 'upload.completed',
    timestamp: upload.lastModified ?? new Date().toISOString(),
    async data () {
      // Nobody is to work on what is not accepted.
      if (upload.status === 'rejected') return { owner, ...upload }
      return { owner, ...upload, download: await uploads.createDownloadUrl({ key: upload.key }, { owner }) }
    }
  }
}

function resultMessage (
  { uploads }: FastifyInstance, result: UploadedResult, { owner, id }: UploadEvent
): WebhookMessage {
  return {
    id,
    type: 'transcript.completed',
    timestamp: result.lastModified ?? new Date().toISOString(),
    async data () {
      const download = await uploads.createDownloadUrl({ key: result.key, result: result.name }, { owner })
      return { owner, ...result, download }
    }
  }
}

/** Logs every upload and every result, and reports them by {@link FastifyInstance.webhook}, where there is one. */
export default fp(serverEvents, { name: 'server-events', fastify: '5.x', dependencies: ['fastify-upload-url'] })
