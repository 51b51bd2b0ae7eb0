import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** Options of the plugin. */
export interface EventQueueOptions {
  /** URL of the SQS queue, as in `https://sqs.eu-central-1.amazonaws.com/123456789012/uploads`. */
  readonly queueUrl: string
  /** Region of the queue, where its URL does not say. */
  readonly region?: string | undefined
  /** Handles a parsed message. What it throws makes the queue repeat the message. */
  readonly handle: (body: unknown) => Promise<void>
}

/** Messages at a time, the most that SQS hands out at once. */
const MAX_CONCURRENCY = 10
/** Seconds for which SQS hides a message that is being handled, and after which that is extended. */
const VISIBILITY = { visibilityTimeout: 60, heartbeatInterval: 20 }
/** Seconds until a message is repeated that was not handled; doubled with every time that it was received. */
const REPEAT_SECONDS = 30
const MAX_REPEAT_SECONDS = 900
const WAIT_SECONDS = 20
const UNAVAILABLE_PAUSE_MS = 5_000
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: (WAIT_SECONDS + 10) * 1000, throwOnRequestTimeout: true }

async function eventQueue (fastify: FastifyInstance, { queueUrl, region, handle }: EventQueueOptions): Promise<void> {
  // Loaded only where a queue is configured.
  const [{ Consumer }, { SQSClient }] = await Promise.all([import('sqs-consumer'), import('@aws-sdk/client-sqs')])
  const sqs = new SQSClient({
    endpoint: new URL(queueUrl).origin,
    region: regionOf(queueUrl) ?? region ?? 'us-east-1',
    requestHandler: TIMEOUTS
  })
  const { log } = fastify
  const consumer = Consumer.create({
    queueUrl,
    sqs,
    batchSize: MAX_CONCURRENCY,
    waitTimeSeconds: WAIT_SECONDS,
    ...VISIBILITY,
    messageSystemAttributeNames: ['ApproximateReceiveCount'],
    terminateVisibilityTimeout: ([message]) => repeatAfter(Number(message?.Attributes?.ApproximateReceiveCount)),
    suppressFifoWarning: true,
    handleMessage: async message => {
      const body = parseJson(message.Body)
      // It would never be one, however often it came.
      if (body === undefined) log.warn({ messageId: message.MessageId }, 'a message of the queue is not JSON: removed')
      else await handle(body)
      return message
    }
  })

  let isAvailable = true
  let isStopping = false
  let isHandling = false
  const setAvailable = (available: boolean): void => {
    if (available && !isAvailable) log.info('the queue of events is available again')
    if (available !== isAvailable) consumer.updateOption('pollingWaitTimeMs', available ? 0 : UNAVAILABLE_PAUSE_MS)
    isAvailable = available
  }
  consumer.on('error', (error, message) => {
    if (isStopping && message === undefined) return
    if (message !== undefined) {
      log.warn({ err: error }, 'a message could not be removed from the queue, or hidden any longer: it may come again')
      return
    }
    if (isAvailable) log.error({ err: error }, 'the queue of events is unavailable: no event arrives until it is back')
    setAvailable(false)
  })
  consumer.on('processing_error', (error, { MessageId: messageId }) => {
    log.error({ err: error.cause ?? error, messageId }, 'an event was not handled: the queue repeats it')
  })
  consumer.on('message_received', () => { isHandling = true })
  consumer.on('response_processed', () => {
    isHandling = false
    setAvailable(true)
  })
  consumer.on('empty', () => setAvailable(true))

  // A function on Lambda listens nowhere: there the queue is to call it.
  fastify.addHook('onListen', async () => consumer.start())
  fastify.addHook('preClose', async () => {
    isStopping = true
    // It either waits for messages, or handles some: an abort would keep those from being acknowledged.
    const handled = isHandling ? once(consumer, 'response_processed') : undefined
    consumer.stop({ abort: !isHandling })
    await handled
    sqs.destroy()
  })
}

/** Seconds until a message that was received this often comes again. */
function repeatAfter (received: number): number {
  return Math.min(REPEAT_SECONDS * 2 ** (Math.max(1, received || 1) - 1), MAX_REPEAT_SECONDS)
}

/** As in `sqs.eu-central-1.amazonaws.com`; undefined for another server than AWS. */
function regionOf (queueUrl: string): string | undefined {
  return /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\//.exec(queueUrl)?.[1]
}

function parseJson (text = ''): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Takes the events of the store from an SQS queue, from when the server listens until it closes, ten at a time. A
 * message is removed from the queue once it is handled. While that takes, it stays hidden from other replicas; when it
 * fails, the queue repeats it, after longer and longer pauses. What is being handled when the server closes is finished
 * first.
 */
export default fp(eventQueue, { name: 'event-queue', fastify: '5.x' })
