import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { cases, holds } from '../../fixtures/property.js'
import {
  MIB,
  arrived,
  complete,
  list,
  partUrl,
  putPart,
  send,
  signParts,
  someBytes,
  start,
  stored,
  uploaderApp
} from './uploader.js'

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64')

t.test('under a limit, an upload without a size declares the size of each part', async t => {
  const { app } = await uploaderApp(t, { maxSize: 20 * MIB })
  const upload = await start(app, { filename: 'a.wav' })
  for (const wanted of [{ parts: [{ partNumber: 1 }] }, { from: 1, to: 2 }]) {
    t.match((await signParts(app, upload, wanted)).json(), {
      statusCode: 400,
      code: 'FST_UPLOAD_FIELD_REQUIRED',
      message: /size of part 1/
    })
  }
  const signed = await signParts(app, upload, { parts: [{ partNumber: 1, size: 5 }] })
  const put = async (bytes: string) => (await fetch(signed.json().parts[0].url, { method: 'PUT', body: bytes })).status
  t.equal(await put('longer'), 403)
  t.equal(await put('right'), 200)
})

t.test('a part that would end behind the limit is not signed', async t => {
  const { app } = await uploaderApp(t, { maxSize: 20 * MIB })
  const upload = await start(app, { filename: 'a.wav' })
  const statusOf = async (partNumber: number, size: number) =>
    (await signParts(app, upload, { parts: [{ partNumber, size }] })).statusCode
  t.equal(await statusOf(1, upload.partSize), 200)
  t.equal(await statusOf(1, upload.partSize + 1), 413, 'longer than a part')
  t.equal(await statusOf(3, 4 * MIB), 200, 'up to the limit')
  t.equal(await statusOf(3, 4 * MIB + 1), 413, 'behind the limit')
  t.equal(await statusOf(10_000, 1), 413)
})

t.test('whatever parts are signed, together they stay within the limit', async t => {
  const maxSize = 100 * MIB
  const { app } = await uploaderApp(t, { maxSize })
  const upload = await start(app, { filename: 'a.wav' })
  const part = fc.record({ partNumber: fc.integer({ min: 1, max: 20 }), size: fc.integer({ min: 1, max: 30 * MIB }) })
  await holds(
    t,
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 30 }), async parts => {
      const largest = new Map<number, number>()
      for (const { partNumber, size } of parts) {
        const { statusCode } = await signParts(app, upload, { parts: [{ partNumber, size }] })
        if (statusCode === 200) largest.set(partNumber, Math.max(size, largest.get(partNumber) ?? 0))
      }
      return [...largest.values()].reduce((sum, size) => sum + size, 0) <= maxSize
    }),
    cases(20, 300)
  )
})

t.test('a part that declares another size than it must have is refused', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.wav', size: 10 * MIB })
  const response = await signParts(app, upload, { parts: [{ partNumber: 2, size: 5 }] })
  t.match(response.json(), {
    statusCode: 400,
    code: 'FST_UPLOAD_INVALID_PARTS',
    message: /part 2 must have 2097152 bytes, not 5/
  })
})

t.test('a checksum that a part declares is signed, and the store holds the part to it', async t => {
  const { app, store } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.wav' })
  const sha256 = sha256Of(Buffer.from('right'))
  const { url, headers } = (await signParts(app, upload, { parts: [{ partNumber: 1, sha256 }] })).json().parts[0]
  t.same(headers, { 'x-amz-checksum-sha256': sha256 })
  const put = async (bytes: string, sent: Record<string, string>) =>
    (await fetch(url, { method: 'PUT', headers: sent, body: bytes })).status
  t.equal(await put('right', {}), 403)
  if (store.kind === 'local-s3') t.equal(await put('wrong', headers), 400, 'RGW 16.2 does not compare')
  t.equal(await put('right', headers), 200)
})

for (const [name, options, input] of [
  ['was created with checksums', {}, { checksum: 'sha256' }],
  ['of a service that requires them', { require: ['sha256'] }, {}]
] as const) {
  t.test(`every part of an upload ${name} has to declare its SHA-256, and completes with it`, async t => {
    const { app, store } = await uploaderApp(t, options)
    const upload = await start(app, { filename: 'a.wav', ...input })
    t.match((await signParts(app, upload, { from: 1, to: 1 })).json(), {
      code: 'FST_UPLOAD_FIELD_REQUIRED',
      message: /part 1.*SHA-256/
    })
    const bytes = [someBytes(5 * MIB), Buffer.from('the end')]
    for (const [index, body] of bytes.entries()) {
      const parts = [{ partNumber: index + 1, sha256: sha256Of(body) }]
      const { url, headers } = (await signParts(app, upload, { parts })).json().parts[0]
      t.equal((await fetch(url, { method: 'PUT', headers, body })).status, 200)
    }
    t.match(
      (
        await send(app, {
          method: 'POST',
          url: '/multipart-uploads/complete',
          payload: { key: upload.key, uploadId: upload.uploadId }
        })
      ).json(),
      { partCount: 2 }
    )
    t.same(await stored(store, upload.key), Buffer.concat(bytes))
  })
}

t.test(
  'without a list, an upload completes from what has arrived up to the first gap, and says what is left out',
  async t => {
    const { app, store } = await uploaderApp(t)
    const upload = await start(app, { filename: 'a.wav' })
    const first = someBytes(5 * MIB)
    await putPart(app, upload, 1, first)
    await putPart(app, upload, 2, Buffer.from('the end'))
    await putPart(app, upload, 4, Buffer.from('behind a gap'))
    const { key, uploadId } = upload
    const completed = async () =>
      (await send(app, { method: 'POST', url: '/multipart-uploads/complete', payload: { key, uploadId } })).json()
    const answer = await completed()
    if (store.kind === 'rgw') {
      t.match(answer, { code: 'FST_UPLOAD_INVALID_PARTS' }, 'RGW 16.2 completes with all the parts or none')
      t.equal((await arrived(app, upload)).length, 3)
      return
    }
    t.match(answer, { key, size: 5 * MIB + 7, partCount: 2, omittedParts: [4] })
    t.ok((await stored(store, key))?.equals(Buffer.concat([first, Buffer.from('the end')])))
    t.match(await completed(), { key, size: answer.size, etag: answer.etag, partCount: 2 })
  }
)

t.test('an upload of which nothing has arrived does not complete', async t => {
  const { app } = await uploaderApp(t)
  const { key, uploadId } = await start(app, { filename: 'a.wav' })
  const response = await send(app, { method: 'POST', url: '/multipart-uploads/complete', payload: { key, uploadId } })
  t.match(response.json(), { statusCode: 400, code: 'FST_UPLOAD_INVALID_PARTS', message: /part 1 has not arrived/ })
})

t.test('with a size declared, less than that does not complete, listed or not', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.wav', size: 10 * MIB })
  const part = await putPart(app, upload, 1, someBytes(8 * MIB))
  for (const answer of [
    await complete(app, upload, [part]),
    await send(app, {
      method: 'POST',
      url: '/multipart-uploads/complete',
      payload: { key: upload.key, uploadId: upload.uploadId }
    })
  ]) { t.match(answer.json(), { statusCode: 400, code: 'FST_UPLOAD_INCOMPLETE' }) }
  t.equal((await arrived(app, upload)).length, 1)
})

t.test('a client may choose the size of its parts', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.wav', size: 11 * MIB, partSize: 5 * MIB })
  t.match(upload, { partSize: 5 * MIB, partCount: 3 })
  t.equal((await fetch(await partUrl(app, upload, 3), { method: 'PUT', body: someBytes(MIB) })).status, 200)
  t.equal((await list(app, upload)).statusCode, 200)
})
