import { readFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import { asAlice } from '../../fixtures/app.js'
import { behindFaults, UNREACHABLE, type Fault } from '../../fixtures/faulty-store.js'
import { startStore } from '../../fixtures/store.js'
import { appFor } from '../../fixtures/uploads-to.js'

const IS_READ: Fault['of'] = ({ method }) => method === 'GET'

/** The status of a recording that arrived, asked for through a line that fails. */
async function statusThrough (t: Test, fault: Fault, inspect = true) {
  const store = await startStore(t)
  const { url, headers, key } = await (
    await appFor(t, store)
  ).uploads.createUploadUrl({ filename: 'talk.wav' }, { owner: 'alice' })
  const body = await readFile('test/fixtures/audio/dictation.wav')
  t.equal((await fetch(url, { method: 'PUT', headers, body })).status, 200)
  const app = await appFor(t, await behindFaults(t, store, fault))
  const ask = () => asAlice(app, { url: '/upload-status', query: { key, inspect: String(inspect) } })
  return { response: await ask(), ask }
}

t.test('a store that is gone is answered 503 or 504, with the seconds to wait', async t => {
  for (const inspect of [true, false]) {
    const { response } = await statusThrough(t, { of: () => true, kind: 'lost' }, inspect)
    t.match(response.json(), UNREACHABLE)
    t.match(response.headers, { 'retry-after': /^\d+$/ })
  }
})

t.test('a store that takes three seconds for every answer is answered 504', async t => {
  const { response } = await statusThrough(t, { of: () => true, kind: 'slow' })
  t.match(response.json(), { statusCode: 504, code: 'FST_UPLOAD_STORE_TIMEOUT' })
  t.match(response.headers, { 'retry-after': /^\d+$/ })
})

t.test('a connection that is cut in the middle of a range is answered 503 or 504', async t => {
  const { response } = await statusThrough(t, { of: IS_READ, kind: 'cut' })
  t.match(response.json(), UNREACHABLE)
  t.match(response.headers, { 'retry-after': /^\d+$/ })
})

t.test('a store that is back is asked again without a restart', async t => {
  const { response, ask } = await statusThrough(t, { of: IS_READ, kind: 'silence', times: 1 })
  t.equal(response.statusCode, 504)
  t.match((await ask()).json(), { status: 'uploaded', audio: { container: 'wav' } })
})

t.test('a store that refuses the reads is answered 502, without its words', async t => {
  const { response } = await statusThrough(t, { of: IS_READ, kind: 'refused' })
  t.match(response.json(), { statusCode: 502, code: 'FST_UPLOAD_STORE_REFUSED' })
  t.notMatch(response.body, 'secret detail')
})
