import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

interface Finding {
  readonly id: string
  readonly nodes: ReadonlyArray<{ readonly html: string, readonly failureSummary?: string }>
}

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core, with every rule it has for WCAG 2.2 AA and for good practice, finds on the page as it is. */
export async function axeFindings (page: Page): Promise<string[]> {
  await page.evaluate(SOURCE)
  const violations = await page.evaluate<readonly Finding[]>('axe.run().then(({ violations }) => violations)')
  return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}\n${node.failureSummary}`))
}
