import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { temporaryFolder } from '../fixtures/local-store.js'
import { RUN_SOURCE } from '../fixtures/source.js'
import { makeFile, PART, startService, storeError, taken, type TestService } from './service.js'
import { createStorage, namesIn, tamper } from './storage.js'

const SIZE = 5 * PART + 7
const { file, sha256 } = makeFile(SIZE)

/** Uploads the file until part 3 fails for good: two parts have arrived. */
async function interrupt (t: Test, service: TestService, storage = createStorage()) {
  service.intercept = async ({ partNumber }, send) => partNumber === 3 ? storeError(403) : await send()
  const uploader = service.uploader({ storage, concurrency: 1 })
  await t.rejects(uploader.upload(file).done, { code: 'STORE_REFUSED' })
  service.intercept = (_request, send) => send()
  service.puts.length = 0
  service.calls.length = 0
  return { storage, uploader }
}

t.test('the process is killed: the next one finds the upload, and sends what is missing', async t => {
  const service = await startService(t)
  const path = join(await temporaryFolder(t), 'uploads.json')
  const child = spawn(process.execPath, [
    ...RUN_SOURCE, 'test/client/interrupted-upload.ts', service.baseUrl, path, String(SIZE)
  ], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')

  const uploader = service.uploader({ storage: createStorage(path) })
  const [lost, ...others] = await uploader.unfinished()
  t.same(others, [])
  t.match(lost, { kind: 'file', name: 'hearing.wav', size: SIZE, started: Date })
  const { key } = await lost!.finish(file)
  t.equal(await service.sha256(key), sha256)
  t.same(taken(service.puts), [4, 5, 6])
  t.same(await uploader.unfinished(), [])
})

t.test('the same file chosen again is continued', async t => {
  const service = await startService(t)
  const { uploader, storage } = await interrupt(t, service)
  const { key } = await uploader.upload(makeFile(SIZE).file).done
  t.equal(await service.sha256(key), sha256)
  t.same(taken(service.puts), [3, 4, 5, 6])
  t.equal(storage.length, 0)
})

t.test('a file of another size, name or date is an upload of its own', async t => {
  const service = await startService(t)
  const { uploader } = await interrupt(t, service)
  const [lost] = await uploader.unfinished()
  for (const [size, name, date] of [
    [SIZE - 1, file.name, file.lastModified], [SIZE, 'trial.wav', file.lastModified], [SIZE, file.name, 1]
  ] as const) {
    const other = makeFile(size, name, date)
    await t.rejects(lost!.finish(other.file), { code: 'FILE_CHANGED', retryable: false })
    service.puts.length = 0
    const { key } = await uploader.upload(other.file).done
    t.equal(await service.sha256(key), other.sha256)
    t.equal(taken(service.puts)[0], 1)
  }
  await t.rejects(lost!.finish(), { code: 'FILE_REQUIRED', message: /hearing\.wav/ })
})

t.test('nothing that was saved is trusted: what is made up leads to a new upload of the same bytes', async t => {
  const service = await startService(t)
  for (const changes of [
    { uploadId: 'made-up' }, { key: 'uploads/bob/1.wav' }, { key: '' }, { uploadId: ' ' }, { partSize: 6 * 1024 ** 2 },
    { partSize: 1 }, { size: -1 }, { partSize: 0 }, { name: 7 }, { started: 'x' }
  ]) {
    const { uploader, storage } = await interrupt(t, service)
    tamper(storage, changes)
    const { key } = await uploader.upload(file).done
    t.equal(await service.sha256(key), sha256, JSON.stringify(changes))
    for (const name of namesIn(storage)) storage.removeItem(name)
  }
  const storage = createStorage()
  storage.setItem('fastify-upload-url  ', 'no JSON')
  t.same(await service.uploader({ storage }).unfinished(), [])
})

t.test('a part that arrived with other bytes than the file has there is sent again', async t => {
  const service = await startService(t)
  const { uploader } = await interrupt(t, service)
  service.intercept = async ({ url }, send) => {
    if (!url.pathname.endsWith('/parts')) return await send()
    const reply = await (await send()).json() as { parts: Array<{ size: number }> }
    reply.parts[0]!.size -= 1
    return Response.json(reply)
  }
  const { key } = await uploader.upload(file).done
  t.equal(await service.sha256(key), sha256)
  t.same(taken(service.puts), [1, 3, 4, 5, 6])
})

t.test('an upload that was completed before the interruption is not sent again', async t => {
  const service = await startService(t)
  const { uploader, storage } = await interrupt(t, service)
  const names = namesIn(storage).map(name => [name, storage.getItem(name)!] as const)
  const { key } = await uploader.upload(file).done
  for (const [name, value] of names) storage.setItem(name, value)
  service.puts.length = 0
  t.same(await uploader.upload(makeFile(SIZE).file).done, { key, size: SIZE })
  t.same(service.puts, [])
  t.equal(storage.length, 0)
})

t.test('an upload that was aborted meanwhile starts anew', async t => {
  const service = await startService(t)
  const { uploader, storage } = await interrupt(t, service)
  const [lost] = await uploader.unfinished()
  await lost!.discard()
  t.equal(await service.uploadsInProgress(), 0)
  t.equal(storage.length, 0)
  const { key } = await lost!.finish(file)
  t.equal(await service.sha256(key), sha256)
})

t.test('an upload under way is not unfinished, and nobody else continues it', async t => {
  const service = await startService(t)
  const storage = createStorage()
  const uploader = service.uploader({ storage })
  const upload = uploader.upload(file)
  const found = new Promise<number>(resolve => {
    service.intercept = async ({ partNumber }, send) => {
      if (partNumber === 2) resolve((await uploader.unfinished()).length)
      return await send()
    }
  })
  t.equal(await found, 0)
  await upload.done
})

t.test('everybody finds only their own uploads, and only those of this service', async t => {
  const service = await startService(t)
  const storage = createStorage()
  await interrupt(t, service, storage)
  t.same(await service.uploader({ storage, owner: 'bob' }).unfinished(), [])
  t.same(await service.uploader({ storage, baseUrl: 'https://example.com' }).unfinished(), [])
  t.equal((await service.uploader({ storage }).unfinished()).length, 1)
})

t.test('a storage that is full, and a file without a date, cost only the memory of the upload', async t => {
  const service = await startService(t)
  const full = { ...createStorage(), length: 0, setItem () { throw new Error('QuotaExceededError') } }
  const { key } = await service.uploader({ storage: full }).upload(file).done
  t.equal(await service.sha256(key), sha256)
  const storage = createStorage()
  service.intercept = async ({ partNumber }, send) => {
    if (partNumber > 0) t.equal(storage.length, 0)
    return await send()
  }
  await service.uploader({ storage }).upload(new Blob([file]), { filename: 'hearing.wav' }).done
})
