import type { FastifyReply } from 'fastify'
import { errors, retryLater } from './errors.js'
import { onResponseEnd } from './response-end.js'

/** URLs signed for one owner, and for all, that may wait to be read: some 600 bytes each. */
const MAX_PER_OWNER = 10_000
const MAX_IN_ALL = 50_000
const RETRY_SECONDS = 1

/**
 * Bounds the memory that clients can hold who ask for many URLs and do not read the responses.
 *
 * @returns a function that counts the URLs of a response until it has been read
 */
export function urlsInFlight (): (owner: string, count: number, reply: FastifyReply) => void {
  const byOwner = new Map<string, number>()
  let total = 0

  function add (owner: string, count: number): void {
    const sum = (byOwner.get(owner) ?? 0) + count
    if (sum === 0) byOwner.delete(owner)
    else byOwner.set(owner, sum)
    total += count
  }

  /** @throws FST_UPLOAD_BUSY where the owner, or all together, have too many URLs unread */
  return (owner, count, reply) => {
    if ((byOwner.get(owner) ?? 0) + count > MAX_PER_OWNER || total + count > MAX_IN_ALL) {
      throw retryLater(new errors.FST_UPLOAD_BUSY(), RETRY_SECONDS)
    }
    if (reply.raw.closed || reply.request.raw.socket.destroyed) return
    add(owner, count)
    onResponseEnd(reply, () => add(owner, -count))
  }
}
