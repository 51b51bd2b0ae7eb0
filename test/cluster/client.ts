import { setTimeout } from 'node:timers/promises'
import { API_KEYS } from './cluster.js'

/** How a request was answered. */
export interface Answer {
  readonly status: number
  readonly ms: number
}

/** Does some work and reads the answer to its end. @returns status 0 where there is none to read */
export async function timed (work: () => Promise<Response | void>): Promise<Answer> {
  const start = performance.now()
  const response = await work()
  await response?.arrayBuffer()
  return { status: response?.status ?? 0, ms: Math.round(performance.now() - start) }
}

/** Waits until a server is ready. @param address as in `http://127.0.0.1:3000` */
export async function untilReady (address: string): Promise<void> {
  while (!(await fetch(`${address}/health/ready`)).ok) await setTimeout(100)
}

interface MultipartReply {
  readonly key: string
  readonly uploadId: string
  readonly partSize: number
  readonly partCount: number
  readonly parts: ReadonlyArray<{ readonly partNumber: number; readonly url: string }>
}

/** Posts as alice, and throws unless that succeeds. */
export async function ask (url: string, body: object): Promise<MultipartReply> {
  const response = await post(url, body)
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as MultipartReply
}

/** Gets a page with the key of an owner. */
export function get (url: string, owner: string): Promise<Response> {
  return fetch(url, { headers: { authorization: `Bearer ${API_KEYS[owner]}` } })
}

/** Posts JSON as alice. */
export function post (url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEYS['alice']}`, 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
}
