import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Test } from 'tap'

/** A part that the store has answered. */
export interface PartPut {
  readonly partNumber: number
  readonly status: number
}

/** Keeps a part from the store. */
export interface Gate {
  /** When a part has come to the gate. */
  readonly reached: Promise<void>
  /** When whoever sent that part has gone away. */
  readonly left: Promise<void>
  /** Lets it and all others through. */
  readonly open: () => void
}

/** The way to a store, which can be cut and which counts parts. */
export interface StoreProxy {
  /** `http://127.0.0.1:port`; requests have to be signed for it. */
  readonly origin: string
  /** Every part that was put through it, in the order of the store's answers. */
  readonly parts: readonly PartPut[]
  /** Stops parts from this number on, before the store hears of them. */
  readonly gateAt: (partNumber: number) => Gate
  /** Fails every PUT of a part of which this is true, before the store hears of it. */
  readonly failIf: (fails: () => boolean) => void
  /** Breaks every connection and takes no new one. */
  readonly cut: () => Promise<void>
  /** Listens again, at the same address. */
  readonly mend: () => Promise<void>
}

/** Puts a proxy before the store at `endpoint`. It is gone when the test ends. */
export async function startStoreProxy (t: Test, endpoint: string): Promise<StoreProxy> {
  const { hostname, port: storePort } = new URL(endpoint)
  const parts: PartPut[] = []
  let gate:
    | {
      readonly partNumber: number
      readonly opened: Promise<void>
      readonly reach: () => void
      readonly leave: () => void
    }
    | undefined

  let fails = () => false

  async function forward (request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '', headers } = request
    let body: Readable = request
    const partNumber = method === 'PUT' ? Number(new URL(url, endpoint).searchParams.get('partNumber')) : 0
    if (gate !== undefined && partNumber >= gate.partNumber) {
      response.once('close', gate.leave)
      gate.reach()
      // Read on, for nobody notices on a connection at rest that the other side has gone.
      const [bytes] = await Promise.all([buffer(request), gate.opened])
      body = Readable.from([bytes])
    }
    if (partNumber > 0 && fails()) {
      parts.push({ partNumber, status: 503 })
      request.resume().on('end', () => response.writeHead(503, { 'access-control-allow-origin': '*' }).end())
      return
    }
    // The response learns that its socket was cut off only later in the turn, when a part may be on its way already.
    if (request.socket.destroyed) return
    const onward = httpRequest({ hostname, port: storePort, method, path: url, headers })
    response.once('close', () => onward.destroy())
    body.pipe(onward)
    const [answer] = (await once(onward, 'response')) as [IncomingMessage]
    // A store that refuses may answer before it has read the body, and read no more of it.
    onward.on('error', () => {})
    body.unpipe(onward).resume()
    if (partNumber > 0) parts.push({ partNumber, status: answer.statusCode ?? 0 })
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    await pipeline(answer, response)
  }

  const server = createServer((request, response) => {
    forward(request, response).catch(() => response.destroy())
  })
  const listen = async (port: number): Promise<void> => {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  }
  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  t.teardown(close)

  return {
    origin: `http://127.0.0.1:${port}`,
    parts,
    gateAt (partNumber) {
      const [reached, reach] = signal()
      const [left, leave] = signal()
      const [opened, open] = signal()
      gate = { partNumber, opened, reach, leave }
      return {
        reached,
        left,
        open: () => {
          gate = undefined
          open()
        }
      }
    },
    failIf (condition) {
      fails = condition
    },
    cut: close,
    mend: () => listen(port)
  }
}

function signal (): [Promise<void>, () => void] {
  let resolve: () => void = () => {}
  return [
    new Promise<void>(_resolve => {
      resolve = _resolve
    }),
    () => resolve()
  ]
}
