import type { Page } from 'playwright-core'
import t from 'tap'
import { loadConfig } from '../../plugins/config.js'
import { buildApp } from '../../src/app.js'
import { openPage, startChromium } from './chromium.js'

const API_KEY = 'the-api-key-of-alice'

const app = await buildApp(loadConfig({ PORT: '0', LOG_LEVEL: 'silent', API_KEYS: `alice:${API_KEY}` }), {
  storeDirectory: t.testdir()
})
t.teardown(() => app.close())
const address = await app.listen({ host: '127.0.0.1', port: 0 })

/** Executes an operation as it stands there, with the values of its examples, and says what was answered. */
async function execute (page: Page, operationId: string): Promise<string> {
  const operation = page.locator(`[id$="${operationId}"]`).first()
  await operation.locator('.opblock-summary-control').click()
  await operation.locator('button.execute').click()
  const answer = operation.locator('.live-responses-table .response').first()
  await answer.waitFor()
  return await answer.innerText()
}

t.test('Swagger UI authorises, and executes operations, under the content security policy of the service', async t => {
  const page = await openPage(t, await startChromium(t), { width: 1280, height: 1000 })
  await page.goto(`${address}/docs`)
  await page.locator('button.authorize').first().click()
  await page.locator('.auth-container input').fill(API_KEY)
  await page.locator('.auth-container button[type=submit]').click()
  await page.locator('.auth-container button.btn-done').click()

  for (const operationId of ['createUploadUrl', 'createUploadUrls']) {
    const answer = await execute(page, operationId)
    t.match(answer, /^200/, operationId)
    t.match(answer, /X-Amz-Signature=/)
  }
  await page.locator('[id$="createUploadUrls"]').first().locator('.live-responses-table').scrollIntoViewIfNeeded()
  await page.screenshot({ path: 'test/browser/screenshots/swagger-ui.png' })
})
