import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { temporaryFolder } from '../fixtures/local-store.js'
import { startStore } from '../fixtures/store.js'
import { appFor } from '../fixtures/uploads-to.js'
import { pack } from '../package/packed.js'
import { STRICT } from './strict.js'

const run = promisify(execFile)
const BIN = resolve('test/frameworks/node_modules/.bin')
/** What the client has for browsers alone, and for Node.js alone. */
const FOR_BROWSERS = 'XMLHttpRequest'
const FOR_NODE = 'duplex'

const { tarball } = await pack('openapi/client', await temporaryFolder(t))
const [, component = ''] = /```tsx\n([^]*?)```/.exec(await readFile('docs/frameworks.md', 'utf8')) ?? []

/** A folder where the bundlers are found, with the client from its tarball and these files. */
async function createApp (t: Test, files: Readonly<Record<string, string>>): Promise<string> {
  t.testdirName = resolve('test/frameworks/.tap', t.name.replaceAll(/\W+/g, '-'))
  const app = t.testdir({ 'package.json': '{ "private": true, "type": "module" }', ...files })
  const client = join(app, 'node_modules/fastify-upload-url-client')
  await mkdir(client, { recursive: true })
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', client])
  return app
}

/** Runs a tool of the app's, and returns what it says, whether it succeeds or not. */
async function tool (app: string, name: string, ...options: string[]): Promise<string> {
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  const result = run(join(BIN, name), options, { cwd: app, env })
  return await result.then(() => 'succeeds', ({ stdout, stderr }) => String(stdout) + String(stderr))
}

/** All scripts under a folder, in one string. */
async function scripts (folder: string): Promise<string> {
  const paths = (await readdir(folder, { recursive: true })).filter(path => path.endsWith('.js'))
  return (await Promise.all(paths.map(path => readFile(join(folder, path), 'utf8')))).join('\n')
}

t.test('Vite builds the component of the documentation for browsers', async t => {
  const app = await createApp(t, {
    'index.html': '<!doctype html><div id="app"></div><script type="module" src="/main.tsx"></script>',
    'main.tsx': `
      import { createRoot } from 'react-dom/client'
      import { UploadField } from './UploadField.tsx'
      createRoot(document.querySelector('#app')!).render(<UploadField onUploaded={console.log} />)`,
    'UploadField.tsx': component,
    'tsconfig.json': JSON.stringify({
      ...STRICT, compilerOptions: { ...STRICT.compilerOptions, allowImportingTsExtensions: true }
    })
  })
  t.equal(await tool(app, 'tsc'), 'succeeds')
  t.equal(await tool(app, 'vite', 'build'), 'succeeds')
  const built = await scripts(join(app, 'dist'))
  t.match(built, FOR_BROWSERS)
  t.notMatch(built, FOR_NODE)
})

t.test('Next.js renders it on the server, builds it for browsers, and compiles nothing that is wrong', async t => {
  const app = await createApp(t, {
    'next.config.ts': `export default { turbopack: { root: ${JSON.stringify(resolve('test/frameworks'))} } }`,
    'tsconfig.json': JSON.stringify(STRICT)
  })
  await mkdir(join(app, 'app'))
  await writeFile(join(app, 'app/layout.tsx'), `
    export default function Layout ({ children }: LayoutProps<'/'>) {
      return <html><body>{children}</body></html>
    }`)
  const page = `'use client'\n${component}
    export default function Page () {
      return <UploadField onUploaded={console.log} />
    }`
  await writeFile(join(app, 'app/page.tsx'), page)
  t.equal(await tool(app, 'next', 'build'), 'succeeds')
  t.match(await readFile(join(app, '.next/server/app/index.html'), 'utf8'), '<input type="file" accept="audio/*"/>')
  const built = await scripts(join(app, '.next/static'))
  t.match(built, FOR_BROWSERS)
  t.notMatch(built, FOR_NODE)

  await writeFile(join(app, 'app/page.tsx'), page.replaceAll('progress.sent', 'progress.gone'))
  t.match(await tool(app, 'next', 'build'), /gone/)
})

t.test('Node.js uploads with it, strictly compiled with every declaration', async t => {
  const store = await startStore(t)
  const service = await appFor(t, store, { owner: () => 'alice' })
  const baseUrl = await service.listen({ host: '127.0.0.1', port: 0 })
  const app = await createApp(t, {
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        ...STRICT.compilerOptions,
        noEmit: false,
        skipLibCheck: false,
        module: 'NodeNext',
        moduleResolution: 'NodeNext',
        types: ['node']
      }
    }),
    'upload.ts': `
      import { createUploader, type UploadResult } from 'fastify-upload-url-client'
      const uploader = createUploader({ baseUrl: process.argv[2]! })
      const { key, size }: UploadResult = await uploader.upload(new Blob(['RIFF']), { filename: 'a.wav' }).done
      console.log(JSON.stringify({ key, size }))`
  })
  t.equal(await tool(app, 'tsc'), 'succeeds')
  const { stdout } = await run(process.execPath, ['upload.js', baseUrl], { cwd: app })
  t.match(JSON.parse(stdout), { key: /^uploads\/alice\//, size: 4 })
})
