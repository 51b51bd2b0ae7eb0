import type { Browser, Locator, Page } from 'playwright-core'
import type { Test } from 'tap'
import { openPage } from './chromium.js'
import { API_KEY, type Site } from './site.js'

/** What the page says of an upload that has ended. */
export interface Upload {
  /** `accepted`, `rejected`, `refused` or `failed`. */
  readonly state: string
  /** The sentence that goes with it. */
  readonly text: string
  /** What the buttons of the item say. */
  readonly buttons: readonly string[]
  /** By name, as in `{ Container: 'wav', Key: 'uploads/…' }`. */
  readonly facts: Readonly<Record<string, string>>
}

const ENDED = ['accepted', 'rejected', 'refused', 'failed']

/** The page at `/`, as its user has it. */
export class PlaygroundPage {
  readonly page: Page

  private constructor (page: Page) {
    this.page = page
  }

  /** Opens the page in a browser without history and gives it the API key. */
  static async open (
    t: Test, browser: Browser, { origin }: Site, look?: Parameters<typeof openPage>[2]
  ): Promise<PlaygroundPage> {
    const page = await openPage(t, browser, look)
    await page.goto(origin)
    await page.getByLabel('API key').fill(API_KEY)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Choose files' }).waitFor()
    return new PlaygroundPage(page)
  }

  /** Chooses files, by their paths. */
  async choose (...paths: string[]): Promise<void> {
    await this.page.locator('#files').setInputFiles(paths)
  }

  /** Presses a button. */
  async press (name: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).first().click()
  }

  /** The list's item of a file. */
  item (name: string | RegExp): Locator {
    return this.page.locator('.item').filter({ has: this.page.getByRole('heading', { name, exact: true }) }).first()
  }

  /** Waits until an upload has ended, however long it takes. */
  async ended (name: string | RegExp): Promise<Upload> {
    const item = this.item(name)
    const ended = this.page.locator(ENDED.map(state => `[data-state="${state}"]`).join(', '))
    await item.and(ended).waitFor({ timeout: 0 })
    const [names, values] = await Promise.all(['dt', 'dd'].map(tag => item.locator(tag).allInnerTexts()))
    return {
      state: (await item.getAttribute('data-state'))!,
      text: await item.locator('.status').innerText(),
      buttons: await item.getByRole('button').allInnerTexts(),
      facts: Object.fromEntries(names!.map((name, index) => [name, values![index]!]))
    }
  }
}
