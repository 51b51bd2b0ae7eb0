import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { S3Error } from './errors.js'
import { headerText } from './object-headers.js'
import type { Reply } from './reply.js'
import { xmlDocument } from './xml.js'

/** Bytes of an unwanted body that are read and discarded; most clients read the answer only afterwards. */
const MAX_DISCARDED_BYTES = 1024 * 1024
/** Milliseconds for which the connection stays open so that a client that is still sending can read the answer. */
const LINGER_TIME = 1000

/** The `<Error>` document for an error. */
export function errorReply (error: S3Error, resource: string, requestId: string): Reply {
  const { code, message, status, details } = error
  if (code === 'NotModified') return { status, headers: { etag: String(details['ETag']) } }
  const document = { Code: code, Message: message, ...details, Resource: resource, RequestId: requestId }
  return {
    status,
    headers: {
      'content-type': 'application/xml',
      ...code === 'InvalidRange' && { 'content-range': `bytes */${details['ActualObjectSize']}` }
    },
    body: xmlDocument('Error', document, '')
  }
}

/**
 * Sends a reply. Where the request's body was not read to its end, a little more of it is read and then the connection
 * closed, so that no gigabytes are received for nothing.
 *
 * @param headers further ones; those of the reply take precedence
 */
export async function sendReply (
  message: IncomingMessage, response: ServerResponse, reply: Reply, headers: Readonly<Record<string, string>>
): Promise<void> {
  const { status, body = '' } = reply
  const file = typeof body === 'string' ? undefined : body
  try {
    const noContent = status === 204 || status === 304
    const withoutBody = noContent || message.method === 'HEAD'
    const hasLength = typeof body === 'string' && !noContent
    const unread = !message.complete
    const all = {
      ...headers,
      ...hasLength && { 'content-length': String(Buffer.byteLength(body)) },
      ...reply.headers,
      ...unread && { connection: 'close' }
    }
    response.writeHead(status, Object.fromEntries(Object.entries(all).map(([name, text]) => [name, headerText(text)])))
    if (file !== undefined && !withoutBody) return await pipeline(file.file.read(file.start, file.end), response)
    if (typeof body === 'string' && body !== '' && !withoutBody) response.write(body)
    else response.flushHeaders()
    if (unread) await discardBody(message)
    response.end()
  } finally {
    await file?.file.close()
  }
}

/** Closing at once would reset the connection, and the client would lose the answer. */
async function discardBody (message: IncomingMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => { clearTimeout(timer); resolve() }
    const timer = setTimeout(done, LINGER_TIME)
    let discarded = 0
    message.on('data', (chunk: Buffer) => {
      discarded += chunk.length
      if (discarded > MAX_DISCARDED_BYTES) message.pause()
    })
    message.once('end', done).once('close', done).once('error', done)
  })
}
