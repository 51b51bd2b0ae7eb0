// Recordings that were once judged wrongly, or taken though they are none, with what is right.
import { readFileSync } from 'node:fs'
import t from 'tap'
import type { AudioInfo } from '../../plugins/upload-url/audio/index.js'
import { inspectObject, LIMITS, objectOf } from './counted-object.js'

interface Case {
  readonly file: string
  readonly right: Partial<AudioInfo> & { readonly rejected?: true }
  /** What was wrong. */
  readonly why: string
}

const folder = new URL('../fixtures/audio/cases/', import.meta.url)
const { cases } = JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8')) as { readonly cases: readonly Case[] }

for (const {
  file,
  right: { duration, rejected, ...right },
  why
} of cases) {
  t.test(`${file} is judged rightly: ${why}`, async t => {
    const object = objectOf(readFileSync(new URL(file, folder)))
    const result = await inspectObject(object)
    t.match(result, rejected ? { rejected: String } : { container: String, ...right })
    if (duration !== undefined) {
      const found = 'rejected' in result ? 0 : (result.duration ?? 0)
      t.ok(Math.abs(found - duration) <= Math.max(0.05, duration / 100), `lasts ${found} s, ${duration} is right`)
    }
    t.ok(
      object.requests <= LIMITS.maxRequests && object.bytes <= LIMITS.maxBytes,
      `${object.requests} reads, ${object.bytes} bytes`
    )
  })
}
