import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'
import { openPage } from './chromium.js'
import { API_KEY, type Site } from './site.js'

/** What the page says has landed. */
export interface Landed {
  /** What it calls the upload: `Uploaded`, or why not. */
  readonly verdict: string
  /** By name, as in `{ Container: 'wav', Key: 'uploads/…' }`. */
  readonly facts: Readonly<Record<string, string>>
}

/** The page at `/`, as its user has it. */
export class PlaygroundPage {
  readonly page: Page

  private constructor (page: Page) {
    this.page = page
  }

  /** Opens the page in a browser without history and gives it the API key. */
  static async open (t: Test, browser: Browser, { origin }: Site, look?: Parameters<typeof openPage>[2]): Promise<PlaygroundPage> {
    const page = await openPage(t, browser, look)
    await page.goto(origin)
    await page.getByLabel('API key').fill(API_KEY)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'browse files' }).waitFor()
    return new PlaygroundPage(page)
  }

  /** Chooses files, by their paths. */
  async choose (...paths: string[]): Promise<void> {
    await this.page.locator('.uppy-Dashboard-input').first().setInputFiles(paths)
  }

  /** Presses a button. */
  async press (name: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).first().click()
  }

  /** Chooses files and uploads them. */
  async upload (...paths: string[]): Promise<void> {
    await this.choose(...paths)
    await this.press(/^Upload \d+ files?$/)
  }

  /** Waits until a file has landed, however long it takes. */
  async landed (name: string | RegExp): Promise<Landed> {
    const entry = this.page.locator('.recording').filter({ has: this.page.getByRole('heading', { name, exact: true }) })
    await entry.locator('audio:not([hidden])').waitFor({ timeout: 0 })
    const [names, values] = await Promise.all(['dt', 'dd'].map(tag => entry.locator(tag).allInnerTexts()))
    const facts = Object.fromEntries(names!.map((name, index) => [name, values![index]!]))
    return { verdict: await entry.locator('.verdict').innerText(), facts }
  }
}
