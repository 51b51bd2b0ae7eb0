import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import t from 'tap'
import { temporaryFolder } from '../fixtures/local-store.js'
import { freePort } from '../fixtures/free-port.js'
import { BUNDLED_APP, CJS_APP, ESM_APP, TYPESCRIPT_APP } from './apps.js'

const run = promisify(execFile)

/** Bytes; a quarter more than there is today. */
const LARGEST_TARBALL = 310_000
const IMPORT = /(?:from|import\()\s*'((?:@[^/']+\/)?[^./@'][^/']*)/g
const INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts']

const folder = await temporaryFolder(t)
const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder])
const [{ filename, size, files }] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [{ filename: string, size: number, files: Array<{ path: string }> }]
const tarball = join(folder, filename)
const { dependencies, peerDependencies } = JSON.parse(await readFile('package.json', 'utf8')) as Record<'dependencies' | 'peerDependencies', Record<string, string>>

/** A new app with the packed package, and what else it needs, installed from the registry. */
async function install (name: string, type: 'module' | 'commonjs', ...packages: string[]): Promise<string> {
  const directory = join(folder, name)
  await mkdir(directory)
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name, private: true, type }))
  await run('npm', [...INSTALL, tarball, 'fastify@5', ...packages], { cwd: directory })
  return directory
}

async function served (directory: string, file: string): Promise<unknown> {
  return JSON.parse((await run(process.execPath, ['--no-warnings', file], { cwd: directory })).stdout)
}

const SERVED = { url: /^http:\/\/127\.0\.0\.1:\d+\/local\/uploads\/alice\/.*X-Amz-Signature=/, uploaded: 200, uppy: 200 }

t.test('the tarball is small and holds what is promised, and nothing else', async t => {
  t.comment(`${size} bytes, ${files.length} files`)
  t.ok(size < LARGEST_TARBALL, String(size))
  const paths = files.map(({ path }) => path)
  for (const path of ['README.md', 'LICENSE', 'package.json', 'openapi/openapi.json', 'openapi/openapi.yaml', 'dist/plugins/upload-url/index.d.ts']) t.ok(paths.includes(path), path)
  t.same(paths.filter(path => !/^(README\.md|LICENSE|CHANGELOG\.md|package\.json|openapi\/openapi\.(json|yaml)|dist\/(plugins|src)\/.*\.(d\.ts|js)|plugins\/playground\/public\/.*)$/.test(path)), [])
})

t.test('publint has nothing to say', async t => {
  t.match((await run('npx', ['publint', 'run', '--strict', tarball])).stdout, /All good/)
})

t.test('types resolve however they are looked for', async t => {
  await t.resolves(run('npx', ['attw', '--profile', 'esm-only', tarball]))
})

t.test('nothing is imported that is not declared', async t => {
  const declared = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)])
  const undeclared = new Set<string>()
  for (const { path } of files.filter(({ path }) => path.startsWith('dist/'))) {
    for (const name of importsOf(path)) {
      if (!name.startsWith('node:') && !declared.has(name)) undeclared.add(`${path}: ${name}`)
    }
  }
  t.same([...undeclared], [])
})

t.test('an ESM app registers and serves', async t => {
  const app = await install('esm', 'module', ...localS3Packages())
  await writeFile(join(app, 'app.js'), ESM_APP)
  t.match(await served(app, 'app.js'), SERVED)
})

t.test('a CommonJS app registers and serves', async t => {
  const app = await install('cjs', 'commonjs', ...localS3Packages())
  await writeFile(join(app, 'app.js'), CJS_APP)
  t.match(await served(app, 'app.js'), SERVED)
})

t.test('a TypeScript app compiles, without one error in any declaration of ours, registers and serves', async t => {
  const app = await install('typescript', 'module', ...localS3Packages(), 'typescript@~6.0', '@types/node@20')
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--types', 'node']
  await writeFile(join(app, 'app.ts'), TYPESCRIPT_APP)
  await run('npx', ['tsc', ...strict, '--module', 'node16', '--moduleResolution', 'node16', 'app.ts'], { cwd: app })
  t.match(await served(app, 'app.js'), SERVED)
  await writeFile(join(app, 'bundled.ts'), BUNDLED_APP)
  await run('npx', ['tsc', ...strict, '--noEmit', '--module', 'esnext', '--moduleResolution', 'bundler', 'bundled.ts'], { cwd: app })
})

t.test('the plugin alone needs nothing of the server or the embedded store', async t => {
  const app = await install('alone', 'module')
  const modules = join(app, 'node_modules')
  for (const name of ['@fastify/swagger', '@fastify/busboy', 'ioredis', 'prom-client']) await t.rejects(stat(join(modules, name)), name)
  await writeFile(join(app, 'app.js'), 'import uploadUrl, { errors } from \'fastify-upload-url\'\nimport uppy from \'fastify-upload-url/uppy\'\nconsole.log(JSON.stringify([typeof uploadUrl, typeof uppy, Object.keys(errors).length > 10]))')
  t.same(await served(app, 'app.js'), ['function', 'function', true])
  const packages = (await readdir(modules, { withFileTypes: true })).length
  t.comment(`${Object.keys(dependencies).length} dependencies, ${packages} folders, ${(await run('du', ['-sk', modules])).stdout.split('\t')[0]} kB installed, with Fastify`)
})

t.test('the executable checks and sets up with the plugin alone, and says what it takes to serve', async t => {
  const app = await install('executable', 'module')
  const execute = (...words: string[]) => run('npx', ['fastify-upload-url', ...words], { cwd: app, env: { ...process.env, NODE_NO_WARNINGS: '1', NODE_ENV: 'production', API_KEYS: `alice:${'k'.repeat(24)}`, S3_BUCKET_NAME: 'recordings', S3_ENDPOINT: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nothing' } })
  t.match((await execute('--help')).stdout, /fastify-upload-url <command>/)
  await t.rejects(execute('check'), { code: 1, stdout: /FAILED/ })
  await t.rejects(execute('setup'), { code: 1, stderr: /That did not work/ })
  const { stderr } = await execute('start').catch(error => error as { stderr: string })
  const packages = /npm install (.+)/.exec(stderr)![1]!.split(' ')
  await run('npm', [...INSTALL, ...packages], { cwd: app })

  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const server = spawn('node_modules/.bin/fastify-upload-url', ['start'], { cwd: app, env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: String(port) } })
  t.teardown(() => { server.kill() })
  while (server.exitCode === null && !await fetch(`${address}/health/live`).then(({ ok }) => ok, () => false)) await setTimeout(100)
  for (const path of ['/', '/docs/', '/health/ready']) t.equal((await fetch(address + path)).status, 200, path)
})

// What the embedded store needs: declared as optional peers, which only those install who use it.
function localS3Packages (): string[] {
  const imported = files.filter(({ path }) => path.startsWith('dist/plugins/local-s3/')).flatMap(({ path }) => importsOf(path))
  return [...new Set(imported)].filter(name => name in peerDependencies && name !== 'fastify').map(name => `${name}@${peerDependencies[name]}`)
}

function importsOf (path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(IMPORT)].map(([, name = '']) => name)
}
