import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { temporaryFolder } from '../fixtures/local-store.js'
import { CJS_APP, ESM_APP, TYPESCRIPT_APP } from './apps.js'
import { install, nodeOf, pack, run } from './packed.js'

/** Bytes; what the tarball had when this was written, and a tenth. */
const MAX_TARBALL = 475_000
const DOCUMENTS = ['README.md', 'LICENSE', 'CHANGELOG.md', 'package.json']
const PUBLISHED =
  /^(README\.md|LICENSE|CHANGELOG\.md|package\.json|(dist\/)?([\w-]+\/)*[\w-]+\.(ts|js|d\.ts|js\.map|d\.ts\.map))$/

const folder = await temporaryFolder(t)
const [product, store] = [await pack('plugins/upload-url', folder), await pack('plugins/local-s3', folder)]
const { dependencies } = JSON.parse(await readFile('plugins/upload-url/package.json', 'utf8')) as {
  dependencies: object
}

const SERVED = {
  url: /^http:\/\/127\.0\.0\.1:\d+\/.*\/uploads\/alice\/.*X-Amz-Signature=/,
  uploaded: 200,
  uppy: 200,
  status: { status: 'rejected', size: 4 }
}

async function output (app: string, file: string, node = process.execPath): Promise<unknown> {
  return JSON.parse((await run(node, ['--no-warnings', file], { cwd: app })).stdout)
}

t.test('the tarball is small and holds what is promised, and nothing else', async t => {
  t.comment(`${product.size} bytes, ${product.paths.length} files`)
  t.ok(product.size < MAX_TARBALL, String(product.size))
  for (const path of [...DOCUMENTS, 'dist/index.js', 'dist/index.d.ts']) t.ok(product.paths.includes(path), path)
  t.same(
    product.paths.filter(path => !PUBLISHED.test(path)),
    []
  )
})

t.test('publint has nothing to say', async t => {
  t.match((await run('publint', ['run', '--strict', product.tarball])).stdout, /All good/)
})

t.test('types resolve however they are looked for', async t => {
  await t.resolves(run('attw', ['--profile', 'esm-only', product.tarball]))
})

for (const [kind, type, code] of [
  ['an ESM', 'module', ESM_APP],
  ['a CommonJS', 'commonjs', CJS_APP]
] as const) {
  t.test(`${kind} app registers and serves, on Node 20 and 24`, async t => {
    const app = await install(join(folder, type), type, [product.tarball, store.tarball])
    await writeFile(join(app, 'app.js'), code)
    for (const version of [20, 24]) t.match(await output(app, 'app.js', await nodeOf(version)), SERVED, String(version))
  })
}

t.test('a TypeScript app compiles, without one error in any declaration of ours, registers and serves', async t => {
  const packages = [product.tarball, store.tarball, 'typescript@~6.0', '@types/node@20']
  const app = await install(join(folder, 'typescript'), 'module', packages)
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--types', 'node']
  const tsc = join(app, 'node_modules/.bin/tsc')
  await writeFile(join(app, 'app.ts'), TYPESCRIPT_APP)
  await run(tsc, [...strict, '--module', 'node16', '--moduleResolution', 'node16', 'app.ts'], { cwd: app })
  t.match(await output(app, 'app.js'), SERVED)
  await run(tsc, [...strict, '--noEmit', '--module', 'esnext', '--moduleResolution', 'bundler', 'app.ts'], { cwd: app })
})

t.test('the plugin alone needs nothing of the server or the embedded store', async t => {
  const app = await install(join(folder, 'alone'), 'module', [product.tarball])
  const modules = join(app, 'node_modules')
  const installed = await readdir(modules)
  t.notOk(
    ['fastify-local-s3', 'saxes', 'ioredis', 'prom-client'].some(name => installed.includes(name)),
    installed.join()
  )
  await writeFile(
    join(app, 'app.js'),
    `
import uploadUrl, { errors } from 'fastify-upload-url'
import uppy from 'fastify-upload-url/uppy'
console.log(JSON.stringify([typeof uploadUrl, typeof uppy, Object.keys(errors).length > 10]))`
  )
  t.same(await output(app, 'app.js'), ['function', 'function', true])
  const kilobytes = (await run('du', ['-sk', modules])).stdout.split('\t')[0]
  t.comment(
    `${Object.keys(dependencies).length} dependencies, ${installed.length} folders, ${kilobytes} kB installed, with Fastify`
  )
})

t.test('the executable checks and sets up with the plugin alone', async t => {
  const app = await install(join(folder, 'executable'), 'module', [product.tarball])
  const env = {
    PATH: process.env['PATH'],
    S3_BUCKET_NAME: 'recordings',
    S3_ENDPOINT: 'http://127.0.0.1:1',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b'
  }
  const execute = (...words: string[]) =>
    run(join(app, 'node_modules/.bin/fastify-upload-url'), words, { cwd: app, env })
  t.match((await execute('--help')).stdout, /fastify-upload-url <command>/)
  await t.rejects(execute('check'), { code: 1, stdout: /FAILED/ })
  await t.rejects(execute('setup'), { code: 1 })
})
