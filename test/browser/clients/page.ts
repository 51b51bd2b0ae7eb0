import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'
import { openPage, waitUntil } from '../chromium.js'
import { API_KEY, type Site } from '../site.js'

const { resolve } = createRequire(import.meta.url)
const POLICY = { 'content-security-policy': "default-src 'none'; script-src 'self'; connect-src *" }

/** Adds routes for pages that load nothing but one of Uppy's prebuilt bundles. */
export function serveClients (app: FastifyInstance): void {
  for (const name of ['uppy', 'uppy5']) {
    app.get(`/clients/${name}`, (_request, reply) =>
      reply
        .headers(POLICY)
        .type('text/html')
        .send(`<script type="module" src="/clients/${name}.js"></script><input type="file">`)
    )
    app.get(`/clients/${name}.js`, (_request, reply) =>
      reply.type('text/javascript').send(`import * as bundle from './${name}.mjs'\nglobalThis.bundle = bundle`)
    )
    app.get(`/clients/${name}.mjs`, async (_request, reply) =>
      reply
        .type('text/javascript')
        .send(await readFile(join(dirname(resolve(`${name}/package.json`)), 'dist', 'uppy.min.mjs')))
    )
  }
}

/** Opens the page of one bundle. */
export async function openClient (t: Test, browser: Browser, { origin }: Site, name: 'uppy' | 'uppy5'): Promise<Page> {
  const page = await openPage(t, browser)
  await page.goto(`${origin}/clients/${name}`)
  await waitUntil(page, 'globalThis.bundle !== undefined')
  return page
}

/** A path that stands for the owner of the API key, as the page's own server would get it. */
export async function companionEndpoint ({ origin }: Site): Promise<string> {
  const reply = await fetch(`${origin}/uppy-tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}` }
  })
  return ((await reply.json()) as { companionEndpoint: string }).companionEndpoint
}

/**
 * Uploads one file through Uppy without any interface.
 *
 * @param options of the plugin AwsS3, and nothing else
 */
export async function uploadBy (page: Page, path: string, options: Readonly<Record<string, string>>): Promise<void> {
  await page.locator('input').setInputFiles(path)
  await page.evaluate(`(async () => {
    const { AwsS3, Uppy } = globalThis.bundle
    const uppy = new Uppy().use(AwsS3, ${JSON.stringify(options)})
    const [data] = document.querySelector('input').files
    uppy.addFile({ name: data.name, type: data.type, data })
    const { failed } = await uppy.upload()
    if (failed.length > 0) throw new Error(failed[0].error)
  })()`)
}
