import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { Test } from 'tap'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]
const MICROPHONE = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required'
]
const SCREENSHOTS = 'test/browser/screenshots'

/**
 * Starts headless Chromium, which ends with the test.
 *
 * @param microphone path of a WAV file that its microphone hears over and over
 */
export async function startChromium (t: Test, microphone?: string): Promise<Browser> {
  const args =
    microphone === undefined ? FLAGS : [...FLAGS, ...MICROPHONE, `--use-file-for-fake-audio-capture=${microphone}`]
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args })
  t.teardown(() => browser.close())
  return browser
}

/** A page without history; what it may not do by its Content-Security-Policy, and what it throws, fails the test. */
export async function openPage (
  t: Test,
  browser: Browser,
  { width = 1000, height = 900, dark = false } = {}
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' })
  t.teardown(() => context.close())
  const page = await context.newPage()
  page.on('pageerror', error => t.error(error, 'the page threw'))
  page.on('console', message => {
    if (message.text().includes('Content Security Policy')) t.fail(message.text())
  })
  return page
}

/**
 * Waits until an expression, which may use `await`, is true in the page. Playwright's own `waitForFunction` needs `eval`,
 * which the page's Content-Security-Policy forbids.
 */
export async function waitUntil (page: Page, expression: string): Promise<void> {
  await page.evaluate(
    `(async () => { while (!(${expression})) await new Promise(resolve => setTimeout(resolve, 20)) })()`
  )
}

/** Keeps a picture of the whole page, to look at. */
export async function keepScreenshot (page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true })
}
