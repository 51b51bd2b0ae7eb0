import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { axeFindings } from './axe.js'
import { keepScreenshot, openPage, startChromium, waitUntil } from './chromium.js'
import { makeRecording } from './made-recording.js'
import { PlaygroundPage } from './playground-page.js'
import { API_KEY, startSite } from './site.js'

const DICTATION = 'test/fixtures/audio/dictation.mp3'
const PHONE = { width: 390, height: 844 }
const SMALL_PHONE = { width: 320, height: 568 }
const MOST_TABS = 40

const NAME_OF_FOCUSED = '(({ activeElement: { ariaLabel, innerText } }) => ariaLabel ?? innerText ?? "")(document)'

const browser = await startChromium(t, 'test/fixtures/audio/dictation.wav')

/** Presses Tab until the element of that name has the focus. */
async function tabTo (page: Page, name: RegExp): Promise<void> {
  for (let count = 0; count < MOST_TABS; count++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate<string>(NAME_OF_FOCUSED)
    if (name.test(focused.trim())) return
  }
  throw new Error(`the keyboard does not reach ${name}`)
}

function isWithin (page: Page, width: number): Promise<boolean> {
  return page.evaluate<boolean>(`document.documentElement.scrollWidth <= ${width}`)
}

t.test('the keyboard is enough to sign in, choose a file, upload it and play it', async t => {
  const site = await startSite(t)
  const page = await openPage(t, browser)
  const chosen = page.waitForEvent('filechooser').then(chooser => chooser.setFiles(DICTATION))
  await page.goto(site.origin)
  await page.getByLabel('API key').waitFor()
  await tabTo(page, /^$/)
  await page.keyboard.type(API_KEY)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Choose files' }).waitFor()
  await waitUntil(page, 'document.activeElement.id === "choose"')
  await page.keyboard.press('Enter')
  await chosen
  await page.locator('.item audio:not([hidden])').waitFor()
  await tabTo(page, /^dictation\.mp3$/)
  await page.keyboard.press('Space')
  await waitUntil(page, 'document.querySelector("audio").currentTime > 0')
  t.equal((await site.keys()).length, 1)
})

t.test('the page fits a phone', async t => {
  const site = await startSite(t, { ALLOWED_FORMATS: 'mp3,webm' })
  const playground = await PlaygroundPage.open(t, browser, site, PHONE)
  const { page } = playground
  await keepScreenshot(page, 'phone-empty')
  t.ok(await isWithin(page, PHONE.width))
  await playground.choose(DICTATION, 'test/fixtures/audio/dictation.flac')
  await playground.ended('dictation.mp3')
  await playground.ended('dictation.flac')
  await keepScreenshot(page, 'phone-done')
  t.ok(await isWithin(page, PHONE.width))
  await page.setViewportSize(SMALL_PHONE)
  t.ok(await isWithin(page, SMALL_PHONE.width))
})

t.test('the page is dark where the system is', async t => {
  const site = await startSite(t)
  const playground = await PlaygroundPage.open(t, browser, site, { dark: true })
  await playground.choose(DICTATION)
  await playground.ended('dictation.mp3')
  await keepScreenshot(playground.page, 'dark')
  const brightness = (property: string) => playground.page.evaluate<number>(`getComputedStyle(document.body).${property}
    .match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)`)
  t.ok(await brightness('backgroundColor') < await brightness('color'))
})

for (const dark of [false, true]) {
  const look = dark ? 'dark' : 'light'
  const open = async (t: Test, variables?: Record<string, string>) => {
    const site = await startSite(t, variables)
    return { site, playground: await PlaygroundPage.open(t, browser, site, { dark }) }
  }

  t.test(`axe finds nothing where a key is asked for or is wrong, ${look}`, async t => {
    const { origin } = await startSite(t)
    const page = await openPage(t, browser, { dark })
    await page.goto(origin)
    await page.getByLabel('API key').fill('wrong')
    t.same(await axeFindings(page), [])
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'key' }).waitFor()
    t.same(await axeFindings(page), [])
  })

  t.test(`axe finds nothing while the page is empty and while it records, ${look}`, async t => {
    const { playground: { page } } = await open(t)
    t.same(await axeFindings(page), [])
    await page.getByRole('button', { name: 'Record' }).click()
    await page.getByRole('button', { name: /^Stop/ }).waitFor()
    t.same(await axeFindings(page), [])
  })

  t.test(`axe finds nothing while a file is uploaded, paused and interrupted, ${look}`, async t => {
    t.testdir()
    const { site, playground } = await open(t)
    const { path } = await makeRecording(t, 'long.wav', 20 * 1024 ** 2)
    const gate = site.proxy.gateAt(2)
    const isIn = (state: string) => playground.item('long.wav').and(playground.page.locator(`[data-state="${state}"]`))
    await playground.choose(path)
    await gate.reached
    await isIn('uploading').waitFor()
    await keepScreenshot(playground.page, `uploading-${look}`)
    t.same(await axeFindings(playground.page), [])
    await playground.press('Pause long.wav')
    t.same(await axeFindings(playground.page), [])
    await playground.press('Resume long.wav')
    await site.proxy.cut()
    gate.open()
    await isIn('interrupted').waitFor()
    t.same(await axeFindings(playground.page), [])
  })

  t.test(`axe finds nothing where files are accepted, rejected and refused, ${look}`, async t => {
    const directory = t.testdir({ 'fake.mp3': '<!doctype html><title>A web page</title>', 'notes.txt': 'Agenda' })
    const { playground } = await open(t)
    await playground.choose(DICTATION, `${directory}/fake.mp3`, `${directory}/notes.txt`)
    t.equal((await playground.ended('dictation.mp3')).state, 'accepted')
    t.equal((await playground.ended('fake.mp3')).state, 'rejected')
    t.equal((await playground.ended('notes.txt')).state, 'refused')
    await keepScreenshot(playground.page, `all-${look}`)
    t.same(await axeFindings(playground.page), [])
  })

  t.test(`axe finds nothing where an upload has failed, ${look}`, async t => {
    const { playground } = await open(t)
    await playground.page.route('**/upload-urls', route => route.fulfill({ status: 403, json: {} }))
    await playground.choose(DICTATION)
    t.equal((await playground.ended('dictation.mp3')).state, 'failed')
    t.same(await axeFindings(playground.page), [])
  })
}

t.test('the focus is never lost when an item changes or goes', async t => {
  const site = await startSite(t)
  const playground = await PlaygroundPage.open(t, browser, site)
  const { page } = playground
  const focused = () => page.evaluate<string>(NAME_OF_FOCUSED)
  const directory = t.testdir({ 'b.mp3': await readFile(DICTATION) })
  await playground.choose(`${directory}/b.mp3`)
  await playground.ended('b.mp3')
  await page.locator('#files').setInputFiles(DICTATION)
  await playground.ended('dictation.mp3')
  await page.getByRole('button', { name: 'Remove dictation.mp3' }).focus()
  await page.keyboard.press('Enter')
  t.equal(await focused(), 'Remove b.mp3')
  await page.keyboard.press('Enter')
  t.equal(await focused(), 'Choose files')
})

t.test('what becomes of a file is announced', async t => {
  const site = await startSite(t)
  const playground = await PlaygroundPage.open(t, browser, site)
  await playground.choose(DICTATION)
  await playground.ended('dictation.mp3')
  t.equal(await playground.page.locator('#announcement').innerText(), 'dictation.mp3: Accepted')
})
