import type { AddressInfo } from 'node:net'
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import type { Test } from 'tap'
import { EXAMPLE_CREDENTIALS } from '../fixtures/app.js'

/** A queue of an emulator that speaks SQS's protocol. */
export interface Queue {
  readonly url: string
  /** Sends messages with these bodies. */
  send(bodies: readonly string[]): Promise<void>
  /** How many messages there are that wait, and that somebody is handling. */
  count(): Promise<{ readonly waiting: number; readonly handled: number }>
}

/** The environment in which the SDK has credentials for the emulator. */
export const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey
}
const BATCH = 10

/** Starts an emulator on loopback with an empty queue. Both are gone when the test ends. */
export async function startQueue (t: Test): Promise<Queue> {
  const emulator = buildApp({ logger: false })
  let names = (url: string) => url
  // It calls its queues `sqs.us-east-1.localhost`, which not every machine resolves.
  emulator.addHook('preHandler', async ({ body }) => {
    const call = body as { QueueUrl?: string } | undefined
    if (call?.QueueUrl !== undefined) call.QueueUrl = names(call.QueueUrl)
  })
  await emulator.listen({ host: '127.0.0.1', port: 0 })
  const endpoint = `http://127.0.0.1:${(emulator.server.address() as AddressInfo).port}`
  const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials: EXAMPLE_CREDENTIALS })
  t.teardown(async () => {
    sqs.destroy()
    await emulator.close()
  })
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'uploads' }))
  const { origin, pathname } = new URL(QueueUrl!)
  names = url => url.replace(endpoint, origin)
  const url = endpoint + pathname
  return {
    url,
    async send (bodies) {
      for (let start = 0; start < bodies.length; start += BATCH) {
        const Entries = bodies
          .slice(start, start + BATCH)
          .map((MessageBody, index) => ({ Id: String(index), MessageBody }))
        await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }))
      }
    },
    async count () {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] })
      )
      const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes
      return { waiting: Number(ApproximateNumberOfMessages), handled: Number(ApproximateNumberOfMessagesNotVisible) }
    }
  }
}
