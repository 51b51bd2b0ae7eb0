import { readFileSync, writeFileSync } from 'node:fs'
import type { Test } from 'tap'
import type { Store } from '../fixtures/store.js'

/** What a store answered: status, and S3's error code where it refused. */
export type Outcome = readonly [status: number, code: string]

/** Outcomes by promise, and within it by what was sent. */
export type PromiseRecord = Readonly<Record<string, Readonly<Record<string, Outcome>>>>

const UNSIGNED_HEADERS = 'AWS refuses x-amz-* headers that are not signed; RGW 16.2 takes them'

/** Deviations that a store is known to let pass, with the reason. Any other has to be refused. */
export const LET_PASS: Readonly<Record<Store['kind'], Readonly<Record<string, string>>>> = {
  'local-s3': {},
  rgw: {
    'SHA-256: other bytes':
      'RGW 16.2 wants the checksum header as it was signed, but does not compare it with the bytes',
    'metadata: one more': UNSIGNED_HEADERS,
    'nothing but the bytes: an access list': UNSIGNED_HEADERS,
    'nothing but the bytes: a redirect for readers': UNSIGNED_HEADERS
  }
}

const observed: Record<string, Record<string, Outcome>> = {}

/** Where the outcomes of a store are written down; the README's table is made of these files. */
export function recordFile (kind: Store['kind']): URL {
  return new URL(`promises.${kind}.json`, import.meta.url)
}

/** Notes what a store made of something, and holds it against the promise. */
export function settle (t: Test, { kind }: Store, promise: string, sent: string, outcome: Outcome): void {
  observed[promise] = { ...observed[promise], [sent]: outcome }
  const [status, code] = outcome
  const mayPass = sent.startsWith('as declared') || `${promise}: ${sent}` in LET_PASS[kind]
  t.equal(status >= 400, !mayPass, `${promise}: ${sent} was answered ${status} ${code}`)
}

/** Compares all that was noted with what is written down; with UPDATE=1, writes it down. */
export function compareWithRecord (t: Test, { kind }: Store): void {
  if (process.env['UPDATE'] === '1') writeFileSync(recordFile(kind), `${JSON.stringify(observed, null, 2)}\n`)
  t.same(
    observed,
    JSON.parse(readFileSync(recordFile(kind), 'utf8')),
    'as written down: after a change that is meant, run again with UPDATE=1'
  )
}
