import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { openPage, startChromium } from './chromium.js'
import { makeRecording } from './made-recording.js'
import { API_KEY, startSite } from './site.js'

const MIB = 1024 ** 2
const run = promisify(execFile)

/** The code blocks of one language in a document. */
function blocks (document: string, language: string): string[] {
  const text = readFileSync(document, 'utf8')
  return [...text.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(match => match[1]!)
}

/** Adds a page that runs a block as an app's bundler would have it. */
async function pageOf (block: string): Promise<(app: FastifyInstance) => void> {
  const {
    outputFiles: [script, style]
  } = await build({
    // Where the suite has installed Uppy.
    stdin: { contents: block, resolveDir: 'test/browser' },
    bundle: true,
    format: 'esm',
    outdir: '.',
    write: false,
    logLevel: 'error'
  })
  return app => {
    app.get('/readme', (_request, reply) =>
      reply
        .headers({
          'content-security-policy':
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src *"
        })
        .type('text/html')
        .send(
          '<link rel="stylesheet" href="/readme.css"><div id="uploads"></div><script type="module" src="/readme.js"></script>'
        )
    )
    app.get('/readme.js', (_request, reply) => reply.type('text/javascript').send(script!.contents))
    app.get('/readme.css', (_request, reply) => reply.type('text/css').send(style?.contents ?? ''))
  }
}

const browser = await startChromium(t)
const pages = blocks('docs/uppy.md', 'js').filter(block => block.includes("from '@uppy/core'"))
const names = ['by a path that stands for its user', 'by signRequest']

t.equal(pages.length, names.length, 'the document has a page for each')

for (const [index, block] of pages.entries()) {
  t.test(`the page in the documentation uploads ${names[index]}`, async t => {
    t.testdir()
    const site = await startSite(t, {}, await pageOf(block))
    const page = await openPage(t, browser)
    await page.addInitScript(`localStorage.setItem('api-key', '${API_KEY}')`)
    await page.goto(`${site.origin}/readme`)
    const files = [await makeRecording(t, 'short.wav', 40_000), await makeRecording(t, 'long.wav', 105 * MIB)]
    await page
      .locator('.uppy-Dashboard-input')
      .first()
      .setInputFiles(files.map(({ path }) => path))
    await page.getByRole('button', { name: 'Upload 2 files' }).click()
    await page.getByText('Complete', { exact: true }).waitFor({ timeout: 0 })
    const stored = await Promise.all((await site.keys()).map(key => site.sha256(key)))
    t.same(new Set(stored), new Set(files.map(({ sha256 }) => sha256)))
    t.equal(site.proxy.parts.length, 21)
  })
}

t.test('the command in the documentation uploads in parts', async t => {
  const directory = t.testdir({ test: t.fixture('symlink', resolve('test')) })
  const command = blocks('docs/shell.md', 'sh').find(block => block.startsWith('bash '))!
  const site = await startSite(t)
  const file = await makeRecording(t, 'day-in-court.wav', 40 * MIB + 2)
  await run('bash', ['-euc', command], { cwd: directory, env: { ...process.env, API_URL: site.origin, API_KEY } })
  const [key = ''] = await site.keys()
  t.equal(await site.sha256(key), file.sha256)
  t.same(
    site.proxy.parts.map(({ partNumber }) => partNumber),
    [1, 2, 3, 4, 5, 6]
  )
})
