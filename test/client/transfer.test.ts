import { openAsBlob } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { UploadProgress } from '../../openapi/client/node.js'
import { temporaryFolder } from '../fixtures/local-store.js'
import { impatientClock, makeFile, PART, startService, storeError, taken } from './service.js'

const SIZE = 4 * PART + 3

t.test('a small file goes in one PUT, with everything that was declared', async t => {
  const service = await startService(t)
  const { file, sha256 } = makeFile(70_000, 'Gerichtstag, 3. Änderung.wav')
  const { key, size } = await service.uploader().upload(file, { metadata: { language: 'de' } }).done
  t.equal(size, 70_000)
  t.equal(await service.sha256(key), sha256)
  t.match(await service.head(key), { contentType: 'audio/wav', metadata: { language: 'de' } })
  t.same(service.puts, [{ partNumber: 0, status: 200 }])
})

t.test('a large file goes in parts, four at once, and each is taken once', async t => {
  const service = await startService(t)
  const { file, sha256 } = makeFile(7 * PART + 1)
  const { key, size } = await service.uploader().upload(file).done
  t.equal(size, file.size)
  t.equal(await service.sha256(key), sha256)
  t.same(taken(service.puts), [1, 2, 3, 4, 5, 6, 7, 8])
  t.equal(service.mostAtOnce, 4)
  t.equal(service.calls.filter(call => call.endsWith('/part-urls')).length, 1, 'URLs are asked for together')
  t.equal(await service.uploadsInProgress(), 0)
})

t.test('progress is told in bytes, never backwards in the end, and ends with the whole', async t => {
  const service = await startService(t)
  const { file } = makeFile(SIZE)
  const heard: UploadProgress[] = []
  const upload = service.uploader().upload(file)
  upload.addEventListener('progress', ({ detail }) => heard.push(detail))
  await upload.done
  t.equal(upload.state, 'done')
  t.match(heard.at(-1), { sent: SIZE, total: SIZE, secondsLeft: 0 })
  t.ok(heard.every(({ sent, total }) => sent <= total))
})

t.test('answers of 500 and 503 and lost answers cost nothing: the same bytes, and no part is taken twice', async t => {
  const service = await startService(t)
  let count = 0
  service.intercept = async (_request, send) => {
    count += 1
    if (count % 5 === 0) return storeError(500)
    if (count % 5 === 1) return storeError(503)
    if (count % 5 === 2) {
      await send()
      throw new TypeError('the connection was cut')
    }
    return await send()
  }
  const { file, sha256 } = makeFile(7 * PART)
  const { key } = await service.uploader().upload(file).done
  t.equal(await service.sha256(key), sha256)
  t.same(taken(service.puts), [1, 2, 3, 4, 5, 6, 7])
})

t.test('a PUT whose answer is lost is not sent again', async t => {
  const service = await startService(t)
  let isLost = true
  service.intercept = async ({ method }, send) => {
    const response = await send()
    if (method !== 'PUT' || !isLost) return response
    isLost = false
    throw new TypeError('the connection was cut')
  }
  const { file, sha256 } = makeFile(10_000)
  const { key } = await service.uploader().upload(file).done
  t.equal(await service.sha256(key), sha256)
  t.same(service.puts, [{ partNumber: 0, status: 200 }])
  t.same(await service.keys(), [key])
})

for (const [kind, size] of [['file', 10_000], ['part', SIZE]] as const) {
  t.test(`a URL that has expired is renewed, and the ${kind} is sent again`, async t => {
    let late = 3_600_000
    const service = await startService(t, { clock: () => new Date(Date.now() - late) })
    service.intercept = async ({ method }, send) => {
      if (method !== 'PUT') return await send()
      const response = await send()
      late = 0
      return response
    }
    const { file, sha256 } = makeFile(size)
    const { key } = await service.uploader().upload(file).done
    t.equal(await service.sha256(key), sha256)
    t.ok(service.puts.some(({ status }) => status === 403), 'the store refused the first URL')
  })
}

t.test('a URL that has expired by the clock of the device is not tried', async t => {
  const service = await startService(t, { expiresIn: 60 })
  let now = 0
  service.intercept = async ({ partNumber }, send) => {
    if (partNumber > 0) now += 55_000
    return await send()
  }
  const clock = { ...impatientClock([]), now: () => now }
  await service.uploader({ concurrency: 1, clock }).upload(makeFile(SIZE).file).done
  t.equal(service.calls.filter(call => call.endsWith('/part-urls')).length, 5)
})

t.test('a store that goes on refusing ends the upload, with its code', async t => {
  const service = await startService(t)
  service.intercept = async ({ method }, send) => method === 'PUT' ? storeError(403) : await send()
  const upload = service.uploader().upload(makeFile(10_000).file)
  await t.rejects(upload.done, {
    name: 'UploadError', code: 'STORE_REFUSED', message: /403 SlowDown/, retryable: false, status: 403
  })
  t.equal(upload.state, 'failed')
})

t.test('a token that has died is renewed, and the request sent again', async t => {
  const service = await startService(t)
  const asked: boolean[] = []
  const headers = ({ renew }: { renew: boolean }) => {
    asked.push(renew)
    return renew ? { 'x-user': 'alice' } : undefined!
  }
  await service.uploader({ headers }).upload(makeFile(10_000).file).done
  t.same(asked, [false, true])
})

t.test('a token that is refused twice ends the upload', async t => {
  const service = await startService(t)
  const upload = service.uploader({ headers: async () => ({}) }).upload(makeFile(10_000).file)
  await t.rejects(upload.done, { code: 'FST_UPLOAD_UNAUTHENTICATED', status: 401, retryable: false })
  t.equal(service.calls.length, 2)
})

t.test('headers that cannot be had are asked for again', async t => {
  const service = await startService(t)
  let failures = 2
  const headers = async () => {
    if (failures-- > 0) throw new Error('the token service is down')
    return { 'x-user': 'alice' }
  }
  await t.resolves(service.uploader({ headers }).upload(makeFile(10_000).file).done)
})

t.test('Retry-After is waited for, and other waits grow with full jitter', async t => {
  const service = await startService(t)
  const waits: number[] = []
  let count = 0
  service.intercept = async ({ method }, send) => {
    if (method !== 'PUT') return await send()
    count += 1
    return count === 1 ? storeError(503, { 'retry-after': '7' }) : count < 6 ? storeError(500) : await send()
  }
  await service.uploader({ clock: impatientClock(waits), random: () => 0.5 }).upload(makeFile(10_000).file).done
  t.same(waits, [7_000, 500, 1_000, 2_000, 4_000])
})

t.test('a service that goes on failing ends the upload, and says that it may succeed later', async t => {
  const service = await startService(t)
  service.intercept = async () => new Response('Bad Gateway', { status: 502 })
  const upload = service.uploader({ retries: 3 }).upload(makeFile(10_000).file)
  await t.rejects(upload.done, { code: 'SERVICE_FAILED', message: 'The service answered 502', retryable: true })
  t.equal(service.calls.length, 4)
})

t.test('a file that is refused ends the upload at once, with the words of the service', async t => {
  const service = await startService(t)
  const upload = service.uploader().upload(new File(['<html>'], 'page.html', { type: 'text/html' }))
  const states: string[] = []
  upload.addEventListener('state', ({ detail }) => states.push(`${detail.state} ${detail.error?.code}`))
  await t.rejects(upload.done, {
    code: 'FST_UPLOAD_FORMAT_REFUSED', status: 415, retryable: false, message: /text\/html/
  })
  t.same(states, ['failed FST_UPLOAD_FORMAT_REFUSED'])
  t.equal(service.calls.length, 1)
})

t.test('a request without any progress is sent again', async t => {
  const service = await startService(t)
  const watchdogs: Array<() => void> = []
  let now = 0
  const clock = {
    now: () => now,
    setTimeout (callback: () => void, milliseconds: number) {
      if (milliseconds === 20_000) watchdogs.push(callback)
      else if (milliseconds < 20_000) setTimeout(callback)
    },
    clearTimeout () {}
  }
  let isStuck = true
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (init?.method !== 'PUT' || !isStuck) return await service.options.fetch!(input, init)
    isStuck = false
    now += 20_000
    queueMicrotask(() => watchdogs.at(-1)!())
    return await new Promise((_resolve, reject) => {
      init.signal!.addEventListener('abort', () => reject(new Error('aborted')))
    })
  }
  const upload = service.uploader({ clock, fetch, stallTimeout: 20 }).upload(makeFile(10_000).file)
  const errors: unknown[] = []
  upload.addEventListener('state', ({ detail }) => errors.push(detail.error?.code))
  await upload.done
  t.ok(errors.includes('STALLED'), String(errors))
})

t.test('offline, an upload waits however long, and goes on when there is a network again', async t => {
  const service = await startService(t)
  const target = new EventTarget()
  const network = { onLine: false }
  t.intercept(globalThis, 'navigator', { value: network, configurable: true })
  const addEventListener = target.addEventListener.bind(target)
  t.intercept(globalThis, 'addEventListener' as never, { value: addEventListener, configurable: true })
  let failures = 0
  service.intercept = async (_request, send) => {
    if (network.onLine) return await send()
    failures += 1
    throw new TypeError('no network')
  }
  const clock = { now: () => 0, setTimeout () {}, clearTimeout () {} }
  const upload = service.uploader({ clock, retries: 1 }).upload(makeFile(10_000).file)
  upload.addEventListener('state', ({ detail: { state } }) => {
    if (state !== 'waiting') return
    network.onLine = true
    setImmediate(() => target.dispatchEvent(new Event('online')))
  })
  await upload.done
  t.equal(failures, 1)
})

t.test('an upload that is aborted leaves nothing behind', async t => {
  const service = await startService(t)
  const upload = service.uploader().upload(makeFile(SIZE).file)
  service.intercept = async ({ partNumber }, send) => {
    if (partNumber === 3) upload.abort()
    return await send()
  }
  await t.rejects(upload.done, { code: 'ABORTED', retryable: false })
  await upload.abort()
  t.equal(upload.state, 'aborted')
  t.equal(await service.uploadsInProgress(), 0)
  t.same(await service.keys(), [])
})

t.test('a signal aborts an upload, before it starts and in the middle', async t => {
  const service = await startService(t)
  const { file } = makeFile(SIZE)
  await t.rejects(service.uploader().upload(file, { signal: AbortSignal.abort() }).done, { code: 'ABORTED' })
  t.same(service.calls, [])
  const controller = new AbortController()
  const upload = service.uploader().upload(file, { signal: controller.signal })
  service.intercept = async ({ partNumber }, send) => {
    if (partNumber === 2) controller.abort()
    return await send()
  }
  await t.rejects(upload.done, { code: 'ABORTED' })
  await upload.abort()
  t.equal(await service.uploadsInProgress(), 0)
})

t.test('an upload that is paused sends nothing, and takes up where it was', async t => {
  const service = await startService(t)
  const { file, sha256 } = makeFile(SIZE)
  const upload = service.uploader({ concurrency: 1 }).upload(file)
  const paused = new Promise<void>(resolve => {
    service.intercept = async ({ partNumber }, send) => {
      const response = await send()
      if (partNumber === 2) {
        upload.pause()
        setImmediate(resolve)
      }
      return response
    }
  })
  await paused
  t.equal(upload.state, 'paused')
  const { length } = service.puts
  service.intercept = (_request, send) => send()
  await new Promise(resolve => setImmediate(resolve))
  t.equal(service.puts.length, length)
  upload.resume()
  const { key } = await upload.done
  t.equal(await service.sha256(key), sha256)
  t.same(taken(service.puts), [1, 2, 3, 4, 5])
})

t.test('an upload that is paused can be aborted', async t => {
  const service = await startService(t)
  const upload = service.uploader().upload(makeFile(SIZE).file)
  upload.pause()
  await upload.abort()
  await t.rejects(upload.done, { code: 'ABORTED' })
})

t.test('with checksums, S3 verifies every part, and a service that requires them is satisfied', async t => {
  const service = await startService(t, { require: ['sha256'] })
  const uploader = service.uploader({ checksum: 'sha256' })
  for (const size of [10_000, SIZE]) {
    const { file, sha256 } = makeFile(size)
    t.equal(await service.sha256((await uploader.upload(file).done).key), sha256)
  }
})

t.test('a part that S3 has lost is sent again before the upload is completed', async t => {
  const service = await startService(t)
  const { file, sha256 } = makeFile(SIZE)
  let isLost = true
  service.intercept = async ({ partNumber }, send) => {
    if (partNumber !== 3 || !isLost) return await send()
    isLost = false
    return new Response()
  }
  const { key } = await service.uploader().upload(file).done
  t.equal(await service.sha256(key), sha256)
})

t.test('a file from disk is uploaded, and one that changes meanwhile is told apart from a failing network', async t => {
  const service = await startService(t)
  const path = join(await temporaryFolder(t), 'hearing.wav')
  await writeFile(path, Buffer.alloc(SIZE, 'a'))
  const settings = { filename: 'hearing.wav', lastModified: 5 }
  t.equal((await service.uploader().upload(await openAsBlob(path), settings).done).size, SIZE)
  const changing = await openAsBlob(path)
  await appendFile(path, 'more')
  await t.rejects(service.uploader().upload(changing, settings).done, { code: 'FILE_CHANGED', retryable: false })
})
