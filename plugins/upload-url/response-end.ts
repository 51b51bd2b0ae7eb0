import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'

const queuedOn = new WeakMap<Socket, Set<() => void>>()

/**
 * Calls a listener once, when a response has been handed to the operating system, or its connection is gone.
 *
 * Node.js emits nothing on a response that waits behind others (HTTP pipelining) when the connection closes.
 */
export function onResponseEnd ({ raw, request }: FastifyReply, listener: () => void): void {
  const { socket } = request.raw
  const queued = raw.socket === null ? queueOf(socket) : undefined
  const end = () => {
    raw.off('close', end)
    queued?.delete(end)
    listener()
  }
  queued?.add(end)
  raw.once('close', end)
}

// One listener for each connection, however many responses wait there.
function queueOf (socket: Socket): Set<() => void> {
  const known = queuedOn.get(socket)
  if (known !== undefined) return known
  const queue = new Set<() => void>()
  queuedOn.set(socket, queue)
  socket.once('close', () => { for (const end of queue) end() })
  return queue
}
