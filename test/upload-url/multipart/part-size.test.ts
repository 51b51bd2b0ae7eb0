import fc from 'fast-check'
import t from 'tap'
import { cases, holds } from '../../fixtures/property.js'
import { MIB, send, start, uploaderApp } from './uploader.js'

const MAX_PARTS = 10_000
const LARGEST = MAX_PARTS * 5 * 1024 ** 3

t.test('a file of any size fits into 10 000 equal parts of 5 MiB or more', async t => {
  const { app } = await uploaderApp(t)
  const size = fc.oneof(
    fc.integer({ min: 1, max: 100 * MIB }),
    fc.integer({ min: 1, max: 5 * 1024 ** 4 }),
    fc.integer({ min: 1, max: LARGEST }),
    fc.constantFrom(1, 5 * MIB, 8 * MIB, 8 * MIB * MAX_PARTS, 8 * MIB * MAX_PARTS + 1, LARGEST)
  )
  await holds(
    t,
    fc.asyncProperty(size, async size => {
      const { key, partSize, partCount } = await start(app, { size })
      const beforeLast = (partCount! - 1) * partSize
      t.match(key, /^uploads\/alice\/[\w-]+$/)
      return (
        partSize >= 5 * MIB &&
        partSize % MIB === 0 &&
        partCount! <= MAX_PARTS &&
        beforeLast < size &&
        size <= beforeLast + partSize
      )
    }),
    cases(60, 1000)
  )
})

t.test('a day in court, 15 GB, takes 1 789 parts of 8 MiB', async t => {
  const { app } = await uploaderApp(t)
  t.match(await start(app, { filename: 'day.wav', size: 15_000_000_000 }), { partSize: 8 * MIB, partCount: 1789 })
})

t.test('without a size there is a part size to go by, and no number of parts', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app)
  t.equal(upload.partSize, 8 * MIB)
  t.equal(upload.partCount, undefined)
})

t.test('a client with a part size of its own has to respect the limits of S3', async t => {
  const { app } = await uploaderApp(t)
  const on = { owner: 'alice' }
  t.match(await app.uploads.createMultipartUpload({ size: 12 * MIB, partSize: 5 * MIB }, on), {
    partSize: 5 * MIB,
    partCount: 3
  })
  for (const partSize of [0, -1, NaN, 5 * MIB - 1, 6.5 * MIB + 0.5]) {
    await t.rejects(app.uploads.createMultipartUpload({ size: 12 * MIB, partSize }, on), {
      code: 'FST_UPLOAD_INVALID_INPUT',
      message: /partSize/
    })
  }
  await t.rejects(app.uploads.createMultipartUpload({ size: 5 * MIB * MAX_PARTS + 1, partSize: 5 * MIB }, on), {
    code: 'FST_UPLOAD_INVALID_INPUT',
    message: /10000 parts/
  })
})

t.test('a size that is none is refused by name', async t => {
  const { app } = await uploaderApp(t)
  for (const size of [0, -1, 1.5, 1e21, '5', null]) {
    const response = await send(app, { method: 'POST', url: '/multipart-uploads', payload: { size } })
    t.equal(response.statusCode, 400)
    t.match(response.json().message, /body\/size/)
  }
})

t.test('a size that 10 000 parts of 5 GiB cannot hold is refused', async t => {
  const { app } = await uploaderApp(t)
  t.match(await start(app, { size: LARGEST }), { partSize: 5 * 1024 ** 3, partCount: MAX_PARTS })
  for (const size of [LARGEST + 1, 9e15]) {
    const response = await send(app, { method: 'POST', url: '/multipart-uploads', payload: { size } })
    t.match(response.json(), { statusCode: 413, code: 'FST_UPLOAD_TOO_LARGE', message: /size is \d+ bytes/ })
  }
})
