import t from 'tap'
import { appFor } from '../../fixtures/uploads-to.js'
import { startStore } from '../../fixtures/store.js'
import { UNREACHABLE, behindFaults, type Fault } from '../../fixtures/faulty-store.js'
import { abort, complete, list, send, signParts, start } from './uploader.js'

const PARTS = [{ partNumber: 1, etag: 'x' }]
const EVERYTHING = () => true

async function answersThrough (t: Parameters<typeof startStore>[0], fault: Fault) {
  const store = await startStore(t)
  const upload = await start(await appFor(t, store))
  const app = await appFor(t, await behindFaults(t, store, fault))
  return await Promise.all([
    send(app, { method: 'POST', url: '/multipart-uploads', payload: {} }),
    signParts(app, upload, { parts: [{ partNumber: 1 }] }),
    list(app, upload),
    complete(app, upload, PARTS),
    abort(app, upload)
  ])
}

t.test('a store that can’t be reached is answered 503 or 504, with the seconds to wait', async t => {
  for (const answer of await answersThrough(t, { of: EVERYTHING, kind: 'lost' })) {
    t.match(answer.json(), UNREACHABLE)
    t.match(answer.headers, { 'retry-after': /^\d+$/ })
  }
})

t.test('a store that says nothing is answered 504, with the seconds to wait', async t => {
  for (const answer of await answersThrough(t, { of: EVERYTHING, kind: 'silence' })) {
    t.match(answer.json(), { statusCode: 504, code: 'FST_UPLOAD_STORE_TIMEOUT' })
    t.match(answer.headers, { 'retry-after': /^\d+$/ })
  }
})

t.test('a store that refuses the service is answered 502, without its words', async t => {
  for (const answer of await answersThrough(t, { of: EVERYTHING, kind: 'refused' })) {
    t.match(answer.json(), { statusCode: 502, code: 'FST_UPLOAD_STORE_REFUSED' })
    t.notMatch(answer.body, /secret detail/)
  }
})

t.test('a bucket that does not exist is answered 502', async t => {
  const store = await startStore(t)
  const app = await appFor(t, { ...store, bucket: 'there-is-no-such-bucket' })
  t.match((await send(app, { method: 'POST', url: '/multipart-uploads', payload: {} })).json(), {
    statusCode: 502,
    code: 'FST_UPLOAD_STORE_REFUSED',
    message: /NoSuchBucket/
  })
})
