import { build } from 'esbuild'
import type { FastifyInstance } from 'fastify'
import type { BrowserContext, Page } from 'playwright-core'
import { waitUntil } from '../chromium.js'
import { API_KEY, type Site } from '../site.js'

const POLICY = { 'content-security-policy': "default-src 'none'; script-src 'self'; connect-src *" }

const SCRIPT = `
import { createUploader } from 'fastify-upload-url-client'

const uploader = createUploader({ baseUrl: '', headers: { authorization: 'Bearer ${API_KEY}' } })
Object.assign(globalThis, {
  uploader,
  events: [],
  upload (settings) {
    const [file] = document.querySelector('input').files
    const upload = globalThis.current = uploader.upload(file, settings)
    upload.addEventListener('progress', ({ detail }) => events.push(detail))
    upload.addEventListener('state', ({ detail: { state, error } }) => events.push({ state, code: error?.code }))
    return upload.done
  },
  async record (settings) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    const recording = globalThis.current = uploader.record(stream, settings)
    recording.addEventListener('saved', ({ detail }) => events.push(detail))
  }
})
`

/** Makes a page that has the client, as an app's bundler would build it. */
export async function clientPage (): Promise<(app: FastifyInstance) => void> {
  const { outputFiles: [script] } = await build({
    stdin: { contents: SCRIPT, resolveDir: '.' },
    bundle: true,
    format: 'esm',
    conditions: ['fastify-upload-url-source'],
    write: false,
    logLevel: 'error'
  })
  return app => {
    app.get('/client', (_request, reply) => reply
      .headers(POLICY).type('text/html').send('<script type="module" src="/client.js"></script><input type="file">'))
    app.get('/client.js', (_request, reply) => reply.type('text/javascript').send(script!.contents))
  }
}

/** Opens the page in a tab. */
export async function openClientPage (context: BrowserContext, { origin }: Site): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${origin}/client`)
  await waitUntil(page, 'globalThis.uploader !== undefined')
  return page
}

/** Kills the process of a tab. */
export async function killTab (page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash')
  const session = await page.context().newCDPSession(page)
  session.send('Page.crash').catch(() => {})
  await crashed
}
