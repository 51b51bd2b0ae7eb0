import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { keepScreenshot, startChromium } from './chromium.js'
import { makeRecording } from './made-recording.js'
import { PlaygroundPage } from './playground-page.js'
import { startSite } from './site.js'

const DICTATION = 'test/fixtures/audio/dictation.mp3'

const browser = await startChromium(t, 'test/fixtures/audio/dictation.wav')

t.test('a small file lands as it was', async t => {
  const site = await startSite(t)
  const playground = await PlaygroundPage.open(t, browser, site)
  await keepScreenshot(playground.page, 'empty')
  await playground.upload(DICTATION)
  const { verdict, facts } = await playground.landed('dictation.mp3')
  await keepScreenshot(playground.page, 'done')
  t.equal(verdict, 'Uploaded')
  t.match(facts, { Container: 'mp3', Codec: 'mp3', Type: 'audio/mpeg', Size: '14.3 kB' })
  t.equal(await site.sha256(facts['Key']!), createHash('sha256').update(await readFile(DICTATION)).digest('hex'))
})

t.test('thirty files at once land as they were', async t => {
  t.testdir()
  const site = await startSite(t)
  const files = await Promise.all(Array.from({ length: 30 }, (_, index) => makeRecording(t, `recording ${index + 1}.wav`, 60_000 + index * 2)))
  const playground = await PlaygroundPage.open(t, browser, site)
  await playground.upload(...files.map(({ path }) => path))
  for (const { name, sha256 } of files) {
    const { facts } = await playground.landed(name)
    t.equal(await site.sha256(facts['Key']!), sha256, name)
  }
  t.equal((await site.keys()).length, 30)
})

t.test('a file of a refused type is refused in our words, and the others are not', async t => {
  const site = await startSite(t, { ALLOWED_FORMATS: 'mp3,wav' })
  const playground = await PlaygroundPage.open(t, browser, site)
  await playground.upload('test/fixtures/audio/dictation.flac', DICTATION)
  t.equal(await playground.page.locator('#notices .failed').innerText(), 'dictation.flac: contentType is not accepted: audio/flac. Accepted are audio/mpeg (.mp3, .mpga, .mpeg); audio/wav (.wav, .wave)')
  await playground.landed('dictation.mp3')
  await keepScreenshot(playground.page, 'error')
  t.equal((await site.keys()).length, 1)
})

t.test('a recording made on the page lands as WebM/Opus and plays', async t => {
  const site = await startSite(t)
  const playground = await PlaygroundPage.open(t, browser, site)
  const { page } = playground
  await page.getByRole('tab', { name: 'Microphone' }).click()
  await playground.press('Begin audio recording')
  await page.getByText('0:02', { exact: true }).waitFor()
  await keepScreenshot(page, 'recording')
  await playground.press('Stop audio recording')
  await playground.press('Submit recorded file')
  const recorded = await page.evaluate(HASH_OF_RECORDING)
  await playground.press('Upload 1 file')
  const { verdict, facts } = await playground.landed(/^audio-\d+\.webm$/)
  t.equal(verdict, 'Uploaded')
  t.match(facts, { Container: 'webm', Codec: 'opus', Type: 'audio/webm' })
  t.equal(await site.sha256(facts['Key']!), recorded)
  t.ok(await page.evaluate<number>(PLAY) > 0)
})

t.test('a wrong API key is refused in our words', async t => {
  const site = await startSite(t)
  const playground = await PlaygroundPage.open(t, browser, site)
  const { page } = playground
  await playground.press('Use another key')
  await page.getByLabel('API key').fill('wrong')
  await playground.press('Continue')
  t.match(await page.getByRole('alert').filter({ hasText: 'key' }).innerText(), /this API key is unknown/)
})

/** SHA-256, in hex, of what the page keeps of the recording until it is uploaded. */
const HASH_OF_RECORDING = `(async () => {
  const open = () => new Promise((resolve, reject) => {
    const request = indexedDB.open('uppy-blobs')
    request.onsuccess = () => resolve(request.result)
    request.onerror = reject
  })
  const database = await open()
  const read = () => new Promise((resolve, reject) => {
    const request = database.transaction('files').objectStore('files').getAll()
    request.onsuccess = () => resolve(request.result)
    request.onerror = reject
  })
  let [entry] = await read()
  while (entry === undefined) [entry] = await read()
  database.close()
  const digest = await crypto.subtle.digest('SHA-256', await entry.data.arrayBuffer())
  return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('')
})()`

/** Plays what landed until the sound has moved on, and says how far, in seconds. */
const PLAY = `new Promise((resolve, reject) => {
  const player = document.querySelector('.recording audio')
  player.addEventListener('timeupdate', () => { if (player.currentTime > 0) resolve(player.currentTime) })
  player.addEventListener('error', () => reject(player.error))
  player.play().catch(reject)
})`
