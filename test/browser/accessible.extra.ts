import type { Page } from 'playwright-core'
import t from 'tap'
import { keepScreenshot, openPage, startChromium, waitUntil } from './chromium.js'
import { PlaygroundPage } from './playground-page.js'
import { API_KEY, startSite } from './site.js'

const DICTATION = 'test/fixtures/audio/dictation.mp3'
const PHONE = { width: 390, height: 844 }
const MOST_TABS = 40

const browser = await startChromium(t, 'test/fixtures/audio/dictation.wav')

/** Presses Tab until the element of that name has the focus. */
async function tabTo (page: Page, name: RegExp): Promise<void> {
  for (let count = 0; count < MOST_TABS; count++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText ?? ""')
    if (name.test(focused.trim())) return
  }
  throw new Error(`the keyboard does not reach ${name}`)
}

const isWithin = (page: Page, width: number) => page.evaluate<boolean>(`document.documentElement.scrollWidth <= ${width}`)

t.test('the keyboard is enough to sign in, choose a file, upload it and play it', async t => {
  const site = await startSite(t)
  const page = await openPage(t, browser)
  const chosen = page.waitForEvent('filechooser').then(chooser => chooser.setFiles(DICTATION))
  await page.goto(site.origin)
  await page.getByLabel('API key').waitFor()
  await tabTo(page, /^$/)
  await page.keyboard.type(API_KEY)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'browse files' }).waitFor()
  await tabTo(page, /^browse files$/)
  await page.keyboard.press('Enter')
  await chosen
  await page.getByRole('button', { name: 'Upload 1 file' }).waitFor()
  await tabTo(page, /^Upload 1 file$/)
  await page.keyboard.press('Enter')
  await page.locator('.recording audio:not([hidden])').waitFor()
  await tabTo(page, /^dictation\.mp3$/)
  await page.keyboard.press('Space')
  await waitUntil(page, 'document.querySelector("audio").currentTime > 0')
  t.equal((await site.keys()).length, 1)
})

t.test('the page fits a phone', async t => {
  const site = await startSite(t, { ALLOWED_FORMATS: 'mp3' })
  const playground = await PlaygroundPage.open(t, browser, site, PHONE)
  const { page } = playground
  await keepScreenshot(page, 'phone-empty')
  t.ok(await isWithin(page, PHONE.width))
  await playground.upload(DICTATION, 'test/fixtures/audio/dictation.flac')
  await playground.landed('dictation.mp3')
  await page.locator('#notices .failed').waitFor()
  await keepScreenshot(page, 'phone-done')
  t.ok(await isWithin(page, PHONE.width))
})

t.test('the page is dark where the system is', async t => {
  const site = await startSite(t)
  const playground = await PlaygroundPage.open(t, browser, site, { dark: true })
  await playground.upload(DICTATION)
  await playground.landed('dictation.mp3')
  await keepScreenshot(playground.page, 'dark')
  const brightness = (property: string) => playground.page.evaluate<number>(`getComputedStyle(document.body).${property}.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)`)
  t.ok(await brightness('backgroundColor') < await brightness('color'))
})
