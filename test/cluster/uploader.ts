import { createHash, randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'

const BODY_BYTES = 4_096
const ATTEMPTS = 10

/** What came of many uploads. */
export interface Tally {
  /** SHA-256 in hex by key, of every upload that its client believes done. */
  readonly done: Map<string, string>
  /** Milliseconds that each took, from asking for a URL to the store's answer. */
  readonly times: number[]
  /** Connection errors, after each of which the client tried again. */
  retries: number
  /** Everything else that was not as it should be. */
  readonly violations: string[]
}

/** A tally of nothing yet. */
export function emptyTally (): Tally {
  return { done: new Map(), times: [], retries: 0, violations: [] }
}

/** Uploads one file as a client does: asks for a URL, puts the bytes, and tries again where a connection breaks. */
export async function upload (address: string, apiKey: string, tally: Tally): Promise<void> {
  const start = performance.now()
  const bytes = randomBytes(BODY_BYTES)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const signed = await attempt(tally, async () => {
    const response = await fetch(`${address}/upload-url?size=${bytes.length}&sha256=${sha256}&contentType=audio/mpeg`, {
      headers: { authorization: `Bearer ${apiKey}` }
    })
    const text = await response.text()
    if (response.status !== 200) tally.violations.push(`GET /upload-url: ${response.status} ${text.slice(0, 200)}`)
    return response.status === 200
      ? (JSON.parse(text) as { url: string; key: string; headers: Record<string, string> })
      : undefined
  })
  if (signed === undefined) return
  const status = await attempt(tally, async () => {
    const response = await fetch(signed.url, { method: 'PUT', headers: signed.headers, body: bytes })
    await response.arrayBuffer()
    return response.status
  })
  // A URL works once, so what a lost answer had said, 412 says again.
  if (status !== 200 && status !== 412) {
    tally.violations.push(`PUT: ${status}`)
    return
  }
  tally.done.set(signed.key, sha256)
  tally.times.push(performance.now() - start)
}

async function attempt<T> (tally: Tally, work: () => Promise<T>): Promise<T | undefined> {
  for (let attempts = 0; attempts < ATTEMPTS; attempts++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      tally.retries++
      await setTimeout(50 * 2 ** attempts)
    }
  }
  tally.violations.push(`no connection in ${ATTEMPTS} attempts`)
  return undefined
}

/** Starts uploads at a steady rate, whether or not earlier ones are done, and waits for the last. @param rate uploads a second */
export async function uploadSteadily (
  address: string,
  apiKeys: readonly string[],
  rate: number,
  seconds: number,
  tally: Tally
): Promise<void> {
  const underWay: Array<Promise<void>> = []
  const start = performance.now()
  while (performance.now() - start < seconds * 1000) {
    const due = Math.floor(((performance.now() - start) / 1000) * rate)
    while (underWay.length < due) underWay.push(upload(address, apiKeys[underWay.length % apiKeys.length]!, tally))
    await setTimeout(10)
  }
  await Promise.all(underWay)
}
