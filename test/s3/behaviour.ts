import { GetObjectCommand, NoSuchKey } from '@aws-sdk/client-s3'
import t from 'tap'
import type { Test } from 'tap'
import { startStore } from '../fixtures/store.js'
import type { Store } from '../fixtures/store.js'
import { differences } from './differences.js'
import type { Outcome } from './differences.js'

/** Does what a behaviour is about, and returns the answer of the store, or the detail to look at. */
export type Act = (store: Store, t: Test) => Promise<{ readonly status: number, readonly code: string }>

/** The object key that refused uploads try to write. */
export const KEY = 'uploads/alice/talk.mp3'

/**
 * A test that a store of either kind answers in a certain way: as expected here, which is as AWS
 * answers, or, where the store is RGW and the table of differences has an entry, as that says.
 */
export function behaviour (name: string, expected: Outcome, act: Act): void {
  t.test(name, async (t) => {
    const store = await startStore(t)
    const difference = differences[name]
    if (difference !== undefined) t.same(difference.localS3, expected, 'the table of differences agrees with the test')
    const { status, code } = await act(store, t)
    t.same([status, code], store.kind === 'rgw' && difference !== undefined ? difference.rgw : expected)
  })
}

/** A test that a store refuses an upload to {@link KEY}, and that nothing of it is there afterwards. */
export function refusal (name: string, expected: Outcome, act: Act): void {
  behaviour(name, expected, async (store, t) => {
    const answer = await act(store, t)
    const stored = await readObject(store, KEY)
    t.equal(stored === undefined, answer.status >= 400, 'an object is there only if the store said so')
    return answer
  })
}

/** @returns the bytes of an object, or undefined where there is none */
export async function readObject ({ client, bucket }: Store, key: string): Promise<Buffer | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return Buffer.from(await Body!.transformToByteArray())
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined
    throw error
  }
}
