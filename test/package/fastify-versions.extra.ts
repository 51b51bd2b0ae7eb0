import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import t from 'tap'
import { temporaryFolder } from '../fixtures/local-store.js'

const run = promisify(execFile)
const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);'

const { peerDependencies: { fastify: range } } = JSON.parse(await readFile('plugins/upload-url/package.json', 'utf8')) as { peerDependencies: { fastify: string } }
const lowest = range.replace('^', '')
const folder = await temporaryFolder(t)

/** Installs a version of Fastify, bundles the plugins from their sources beside it, and runs every route. */
async function tryVersion (version: string): Promise<{ readonly stdout: string }> {
  const directory = join(folder, version)
  await mkdir(directory)
  await writeFile(join(directory, 'package.json'), '{"private":true,"type":"module"}')
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', `fastify@${version}`], { cwd: directory })
  await build({
    entryPoints: [fileURLToPath(new URL('every-route.ts', import.meta.url))],
    outfile: join(directory, 'every-route.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['fastify-upload-url-source'],
    banner: { js: REQUIRE },
    external: ['fastify'],
    plugins: [{ name: 'tap', setup (build) { build.onResolve({ filter: /^tap$/ }, () => ({ path: import.meta.resolve('tap'), external: true })) } }]
  })
  return await run(process.execPath, ['--no-warnings', 'every-route.js'], { cwd: directory, env: { PATH: process.env['PATH'] } })
}

t.test(`the lowest version of Fastify that is declared works: ${lowest}`, async t => {
  t.match((await tryVersion(lowest)).stdout, new RegExp(`Fastify ${lowest}`))
})

t.test('the highest version of Fastify 5 works', async t => {
  const { stdout } = await tryVersion('5')
  t.match(stdout, /Fastify 5\.\d+\.\d+/)
  t.notMatch(stdout, new RegExp(`Fastify ${lowest}`))
})

t.test('the version of Fastify before the lowest is refused at start, with the version wanted', async t => {
  const [major, minor] = lowest.split('.').map(Number)
  const { stdout } = await tryVersion(`${major}.${minor! - 1}`).catch((error: { stdout: string }) => error)
  t.match(stdout, `expected '${range}' fastify version`)
})
