import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { startChromium } from './chromium.js'
import { clientPage, killTab, openClientPage } from './clients/client-page.js'
import { makeRecording } from './made-recording.js'
import { API_KEY, startSite, type Site } from './site.js'
import type { PartPut } from './store-proxy.js'

const MIB = 1024 ** 2
/** Bytes, as the service cuts it. */
const PART = 8 * MIB
const CUTS = 5
/** Seconds of a recording, and between its saves. */
const RECORDED = 180
const SAVE_EVERY = 20

interface Result {
  readonly key: string
  readonly size: number
}

const run = promisify(execFile)
const serveClient = await clientPage()

/** The numbers of the parts that the store took, sorted. */
const taken = (parts: readonly PartPut[]) =>
  parts.filter(({ status }) => status === 200).map(({ partNumber }) => partNumber).sort((one, other) => one - other)
const oneTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

async function openContext (t: Test, microphone?: string) {
  const browser = await startChromium(t, microphone)
  return await browser.newContext()
}

/** Seconds of sound that ffmpeg decodes of an object. */
async function decoded ({ origin }: Site, key: string): Promise<number> {
  const reply = await fetch(`${origin}/download-url?key=${encodeURIComponent(key)}`, {
    headers: { authorization: `Bearer ${API_KEY}` }
  })
  const { url } = await reply.json() as { url: string }
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', url, '-f', 's16le', '-ar', '8000', '-ac', '1', '-'], {
    encoding: 'buffer', maxBuffer: 64 * MIB
  })
  return stdout.length / 2 / 8000
}

t.test('300 MB survive five cuts of the network, 503 for one part in ten, and URLs that expire', async t => {
  t.testdir()
  const size = 300 * MIB
  const site = await startSite(t, { PRESIGNED_URL_EXPIRATION: '10' }, serveClient)
  const context = await openContext(t)
  const page = await openClientPage(context, site)
  const file = await makeRecording(t, 'day in court.wav', size)
  await page.locator('input').setInputFiles(file.path)

  const plainStart = performance.now()
  const plain = await page.evaluate('upload({ filename: "plain.wav" })') as Result
  const plainTime = performance.now() - plainStart
  t.equal(await site.sha256(plain.key), file.sha256)

  const before = site.proxy.parts.length
  let count = 0
  site.proxy.failIf(() => ++count % 10 === 0)
  const roughStart = performance.now()
  const rough = page.evaluate('upload({ filename: "rough.wav" })') as Promise<Result>
  for (let cut = 1; cut <= CUTS; cut += 1) {
    while (site.proxy.parts.length - before < cut * 5) await setTimeout(20)
    await site.proxy.cut()
    await setTimeout(1_000)
    await site.proxy.mend()
  }
  const { key } = await rough
  const roughTime = performance.now() - roughStart
  t.equal(await site.sha256(key), file.sha256)
  // Where the network was cut, the store may have taken a part of which nobody has heard.
  const numbers = taken(site.proxy.parts.slice(before))
  t.equal(new Set(numbers).size, numbers.length, `no part is taken twice: ${numbers.join()}`)
  t.comment(`plain: ${Math.round(plainTime)} ms; cut ${CUTS} times for a second each: ${Math.round(roughTime)} ms`)
  const progress = await page.evaluate('events.filter(({ sent }) => sent > 0).length') as number
  t.ok(progress > 20, `${progress} events of progress`)
  t.same(await site.uploads(), [])
})

t.test('a tab is killed, and another one finishes what it began, with the parts that are missing', async t => {
  t.testdir()
  const site = await startSite(t, {}, serveClient)
  const context = await openContext(t)
  const file = await makeRecording(t, 'hearing.wav', 6 * PART + 2)
  const page = await openClientPage(context, site)
  await page.locator('input').setInputFiles(file.path)
  const gate = site.proxy.gateAt(4)
  page.evaluate('upload()').catch(() => {})
  await gate.reached
  while (taken(site.proxy.parts).length < 3) await setTimeout(20)
  const second = await openClientPage(context, site)
  const found = 'uploader.unfinished().then(found => found.length)'
  t.equal(await second.evaluate(found), 0, 'the first tab is busy with it')
  await killTab(page)
  await gate.left
  gate.open()
  await second.locator('input').setInputFiles(file.path)
  const { key } = await second.evaluate(`uploader.unfinished().then(([lost]) =>
    lost.finish(document.querySelector('input').files[0]))`) as Result
  t.equal(await site.sha256(key), file.sha256)
  t.same(taken(site.proxy.parts), oneTo(7))
  t.same(await site.uploads(), [])
})

t.test('an upload waits offline, and goes on when there is a network', async t => {
  t.testdir()
  const site = await startSite(t, {}, serveClient)
  const context = await openContext(t)
  const file = await makeRecording(t, 'hearing.wav', 5 * PART)
  const page = await openClientPage(context, site)
  await page.locator('input').setInputFiles(file.path)
  await context.setOffline(true)
  const result = page.evaluate('upload()') as Promise<Result>
  while (!await page.evaluate('current?.state === "waiting"')) await setTimeout(50)
  await context.setOffline(false)
  const { key } = await result
  t.equal(await site.sha256(key), file.sha256)
})

t.test('three minutes are recorded and the tab is killed: all is there but the last second', async t => {
  t.testdir()
  const microphone = join(t.testdirName, 'microphone.wav')
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=frequency=440:duration=30', microphone])
  const site = await startSite(t, {}, serveClient)
  const context = await openContext(t, microphone)
  const page = await openClientPage(context, site)
  const start = performance.now()
  await page.evaluate(`record({ saveEvery: ${SAVE_EVERY} })`)
  await setTimeout(RECORDED * 1000)
  const seconds = (performance.now() - start) / 1000
  const saves = await page.evaluate('events.length') as number
  t.ok(saves >= RECORDED / SAVE_EVERY - 1, `${saves} saves`)
  await killTab(page)
  t.equal((await site.uploads()).length, 1)

  const second = await openClientPage(context, site)
  const { key } = await second.evaluate('uploader.unfinished().then(([lost]) => lost.finish())') as Result
  const sound = await decoded(site, key)
  t.comment(`recorded ${seconds.toFixed(1)} s, decoded ${sound.toFixed(1)} s`)
  t.ok(sound > seconds - 3, `${sound} of ${seconds} seconds`)
  t.same(await site.uploads(), [])
  t.equal(await second.evaluate('uploader.unfinished().then(found => found.length)'), 0)
})

t.test('the browser and all it kept are gone: the service has all but the last seconds', async t => {
  t.testdir()
  const microphone = join(t.testdirName, 'microphone.wav')
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=frequency=440:duration=30', microphone])
  const site = await startSite(t, {}, serveClient)
  const browser = await startChromium(t, microphone)
  const context = await browser.newContext()
  const page = await openClientPage(context, site)
  const created = page.waitForResponse(reply => reply.url().endsWith('/multipart-uploads'))
  await page.evaluate('record({ saveEvery: 5 })')
  const upload = await (await created).json() as { key: string, uploadId: string }
  await setTimeout(20_000)
  await browser.close()
  const completed = await fetch(`${site.origin}/multipart-uploads/complete`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ key: upload.key, uploadId: upload.uploadId })
  })
  t.equal(completed.status, 200)
  const sound = await decoded(site, upload.key)
  t.ok(sound > 15, `${sound} of 25 seconds`)
})
