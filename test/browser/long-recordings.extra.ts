import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { keepScreenshot, startChromium, waitUntil } from './chromium.js'
import { makeRecording } from './made-recording.js'
import { PlaygroundPage } from './playground-page.js'
import { startSite } from './site.js'
import type { PartPut } from './store-proxy.js'

/** Bytes, as Uppy cuts it. */
const PART = 5 * 1024 ** 2
const OUTAGE_MS = 10_000
/** Seconds that URLs live where a test waits for one to end. */
const SHORT_LIFE = 4

const browser = await startChromium(t)

/** The numbers of the parts that the store took, in its order. */
const taken = (parts: readonly PartPut[]) => parts.filter(({ status }) => status === 200).map(({ partNumber }) => partNumber)
const oneTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

t.test('300 MB survive a store that is gone for ten seconds, and no part is sent twice', async t => {
  t.testdir()
  const site = await startSite(t)
  const file = await makeRecording(t, 'day in court.wav', 60 * PART)
  const playground = await PlaygroundPage.open(t, browser, site)
  const gate = site.proxy.gateAt(20)
  await playground.upload(file.path)
  await gate.reached
  await keepScreenshot(playground.page, 'uploading')
  await site.proxy.cut()
  gate.open()
  await playground.page.locator('#notices .waiting').waitFor()
  await keepScreenshot(playground.page, 'cut-off')
  await setTimeout(OUTAGE_MS)
  await site.proxy.mend()
  const { facts } = await playground.landed(file.name)
  t.same(taken(site.proxy.parts), oneTo(60))
  t.equal(await site.sha256(facts['Key']!), file.sha256)
})

t.test('an upload goes on after the page is reloaded, and no part is sent twice', async t => {
  t.testdir()
  const site = await startSite(t)
  const file = await makeRecording(t, 'hearing.wav', 7 * PART + 2)
  const playground = await PlaygroundPage.open(t, browser, site)
  const { page } = playground
  const gate = site.proxy.gateAt(4)
  await playground.upload(file.path)
  await gate.reached
  await waitUntil(page, IS_KEPT)
  await page.reload()
  await gate.left
  gate.open()
  await page.getByText('Session restored').waitFor()
  await keepScreenshot(page, 'restored')
  await playground.press('Upload 1 file')
  const { facts } = await playground.landed(file.name)
  t.same(taken(site.proxy.parts), oneTo(8))
  t.equal(await site.sha256(facts['Key']!), file.sha256)
})

t.test('a file too long to be kept is chosen again after a reload, and no part is sent twice', async t => {
  t.testdir()
  const site = await startSite(t)
  const file = await makeRecording(t, 'trial.wav', 5 * PART)
  const playground = await PlaygroundPage.open(t, browser, site)
  const { page } = playground
  const gate = site.proxy.gateAt(3)
  await playground.upload(file.path)
  await gate.reached
  await waitUntil(page, IS_KEPT)
  await page.evaluate(FORGET_FILES)
  await page.reload()
  await gate.left
  gate.open()
  await page.getByText('Please re-select it and resume the upload').waitFor()
  await keepScreenshot(page, 'choose-again')
  await playground.press('Re-select')
  await playground.choose(file.path)
  await playground.press('Upload 1 file')
  const { facts } = await playground.landed(file.name)
  t.same(taken(site.proxy.parts), oneTo(5))
  t.equal(await site.sha256(facts['Key']!), file.sha256)
})

t.test('an upload is paused and resumed, and no part is sent twice', async t => {
  t.testdir()
  const site = await startSite(t)
  const file = await makeRecording(t, 'interview.wav', 4 * PART)
  const playground = await PlaygroundPage.open(t, browser, site)
  const gate = site.proxy.gateAt(3)
  await playground.upload(file.path)
  await gate.reached
  await playground.press('Pause')
  await gate.left
  gate.open()
  await playground.press('Resume')
  const { facts } = await playground.landed(file.name)
  t.same(taken(site.proxy.parts), oneTo(4))
  t.equal(await site.sha256(facts['Key']!), file.sha256)
})

t.test('an upload that is cancelled leaves nothing behind', async t => {
  t.testdir()
  const site = await startSite(t)
  const file = await makeRecording(t, 'wrong file.wav', 4 * PART)
  const playground = await PlaygroundPage.open(t, browser, site)
  const gate = site.proxy.gateAt(3)
  await playground.upload(file.path)
  await gate.reached
  t.equal((await site.uploads()).length, 1)
  const aborted = playground.page.waitForResponse(response => response.request().method() === 'DELETE')
  await playground.press('Cancel')
  t.equal((await aborted).status(), 200)
  await gate.left
  gate.open()
  t.same(await site.uploads(), [])
  t.same(await site.keys(), [])
})

t.test('a part URL that has ended is signed again', async t => {
  t.testdir()
  const site = await startSite(t, { PRESIGNED_URL_EXPIRATION: String(SHORT_LIFE) })
  const file = await makeRecording(t, 'slow line.wav', 4 * PART)
  const playground = await PlaygroundPage.open(t, browser, site)
  const gate = site.proxy.gateAt(3)
  await playground.upload(file.path)
  await gate.reached
  // Life is counted in whole seconds.
  await setTimeout((SHORT_LIFE + 1) * 1000)
  gate.open()
  const { facts } = await playground.landed(file.name)
  t.ok(site.proxy.parts.some(({ partNumber, status }) => partNumber === 3 && status === 403), 'the store refused the first URL')
  t.same(taken(site.proxy.parts), oneTo(4))
  t.equal(await site.sha256(facts['Key']!), file.sha256)
})

const OPEN_KEPT = `await new Promise((resolve, reject) => {
  const request = indexedDB.open('uppy-blobs')
  request.onsuccess = () => resolve(request.result)
  request.onerror = reject
})`

/** Whether the page keeps the file and where its upload is. */
const IS_KEPT = `await (async () => {
  const database = ${OPEN_KEPT}
  const all = name => new Promise((resolve, reject) => {
    const request = database.transaction(name).objectStore(name).getAll()
    request.onsuccess = () => resolve(request.result)
    request.onerror = reject
  })
  const [files, metadata] = await Promise.all([all('files'), all('metadata')])
  database.close()
  return files.length > 0 && JSON.stringify(metadata).includes('s3Multipart')
})()`

/** Leaves of what is kept only where the upload is, as for files that are too long. */
const FORGET_FILES = `(async () => {
  const database = ${OPEN_KEPT}
  await new Promise((resolve, reject) => {
    const transaction = database.transaction('files', 'readwrite')
    transaction.objectStore('files').clear()
    transaction.oncomplete = resolve
    transaction.onerror = reject
  })
  database.close()
})()`
