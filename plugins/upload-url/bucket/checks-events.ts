import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import type { S3Client } from '@aws-sdk/client-s3'
import { readStoreEvents } from '../events/store-events.js'
import { assertStatus, CheckError, storeError } from './check-error.js'
import { CHECK_OWNER, type BucketCheckContext, type Check } from './context.js'
import { signedPost } from './signed-post.js'

/** Waits for the event of a key. @returns from where it came @throws when the signal aborts */
type Wait = (key: string, signal: AbortSignal) => Promise<string>

const WAIT_MS = 60_000
const POLL = { MaxNumberOfMessages: 10, WaitTimeSeconds: 2, VisibilityTimeout: 5 }
const HINT = 'Send them there with "fastify-upload-url setup --events". Nobody else must take events from there ' +
  'meanwhile: stop the servers that do.'

/**
 * Whether the event of an upload comes.
 *
 * @param source URL of the SQS queue that events are sent to, or of this machine where the store posts them: it listens
 * there, in the server's place
 */
export function eventCheck (source: string): Check {
  return { title: 'the event of an upload comes', run: context => awaitEvent(context, source) }
}

async function awaitEvent (context: BucketCheckContext, source: string): Promise<string> {
  const { uploads, client, createdKeys } = context
  const { wait, close } = isQueue(source) ? pollQueue(client, source) : await listenAt(source)
  try {
    const { url, key } = await uploads.createUploadUrl({}, { owner: CHECK_OWNER })
    createdKeys.add(key)
    await assertStatus('PUT', await fetch(url, { method: 'PUT', body: 'Written by "fastify-upload-url check"\n' }), 200)
    const start = performance.now()
    const from = await wait(key, AbortSignal.timeout(WAIT_MS))
    return `from ${from}, after ${Math.max(0, Math.round(performance.now() - start))} ms`
  } finally {
    close()
  }
}

function isQueue (source: string): boolean {
  return /^https?:\/\/[^/]+\/\d{12}\/[\w.-]+$/.test(source)
}

// By SQS's JSON protocol. Messages of others stay hidden for some seconds, and then come again.
function pollQueue (client: S3Client, url: string): { wait: Wait, close (): void } {
  async function call (action: string, input: object): Promise<{ readonly Messages?: readonly Message[] }> {
    const region = /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\./.exec(url)?.[1] ?? await client.config.region()
    const { status, text } = await signedPost(client, {
      url: new URL('/', url).href,
      service: 'sqs',
      region,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
      body: JSON.stringify({ QueueUrl: url, ...input })
    })
    if (status !== 200) throw storeError(action, status, /"__type":\s*"(?:[^"#]*#)?(\w+)"/.exec(text)?.[1] ?? '')
    return JSON.parse(text || '{}')
  }

  return {
    async wait (key, signal) {
      while (!signal.aborted) {
        const { Messages = [] } = await call('ReceiveMessage', POLL)
        const message = Messages.find(({ Body }) => isOf(Body, key))
        if (message === undefined) continue
        await call('DeleteMessage', { ReceiptHandle: message.ReceiptHandle })
        return `the queue ${url.split('/').at(-1)}`
      }
      throw lateError()
    },
    close () {}
  }
}

interface Message {
  readonly Body: string
  readonly ReceiptHandle: string
}

async function listenAt (source: string): Promise<{ wait: Wait, close (): void }> {
  const { hostname, port } = new URL(source)
  const received = new Map<string, string>()
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => '')
    for (const { key } of readStoreEvents(body)) received.set(key, request.socket.remoteAddress ?? 'somebody')
    response.end()
    server.emit('received')
  })
  server.listen(Number(port || 80), hostname.replace(/^\[|\]$/g, ''))
  await once(server, 'listening')
  return {
    async wait (key, signal) {
      while (!received.has(key)) {
        await once(server, 'received', { signal }).catch(() => { throw lateError() })
      }
      return received.get(key)!
    },
    close () {
      server.closeAllConnections()
      server.close()
    }
  }
}

function isOf (body: string, key: string): boolean {
  return readStoreEvents(body).some(event => event.key === key)
}

function lateError (): CheckError {
  return new CheckError(`none came within ${WAIT_MS / 1000} s`, HINT)
}
