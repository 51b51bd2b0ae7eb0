import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import t from 'tap'
import { temporaryFolder } from '../fixtures/local-store.js'
import { install, run } from './packed.js'

const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);'

interface Manifest {
  readonly peerDependencies: { readonly fastify: string }
}
const {
  peerDependencies: { fastify: range }
} = JSON.parse(await readFile('plugins/upload-url/package.json', 'utf8')) as Manifest
const [lowest = ''] = /[\d.]+/.exec(range)!
const folder = await temporaryFolder(t)

/** Installs a version of Fastify, bundles the plugins from their sources beside it, and runs every route. */
async function tryVersion (version: string): Promise<{ readonly stdout: string }> {
  const directory = await install(join(folder, version), 'module', [`fastify@${version}`])
  await build({
    entryPoints: [fileURLToPath(new URL('every-route.ts', import.meta.url))],
    outfile: join(directory, 'every-route.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['fastify-upload-url-source'],
    banner: { js: REQUIRE },
    external: ['fastify'],
    plugins: [
      {
        name: 'tap',
        setup ({ onResolve }) {
          onResolve({ filter: /^tap$/ }, () => ({ path: import.meta.resolve('tap'), external: true }))
        }
      }
    ]
  })
  return await run(process.execPath, ['--no-warnings', 'every-route.js'], {
    cwd: directory,
    env: { PATH: process.env['PATH'] }
  })
}

t.test(`the lowest version of Fastify that is declared works: ${lowest}`, async t => {
  t.match((await tryVersion(lowest)).stdout, `Fastify ${lowest}\n`)
})

t.test('the highest version of Fastify 5 works', async t => {
  const { stdout } = await tryVersion('5')
  t.match(stdout, /Fastify 5\.\d+\.\d+/)
  t.notMatch(stdout, `Fastify ${lowest}\n`)
})

t.test('the version of Fastify before the lowest is refused at start, with the version wanted', async t => {
  const [major, minor] = lowest.split('.').map(Number)
  const { stdout } = await tryVersion(`${major}.${minor! - 1}`).catch((error: { stdout: string }) => error)
  t.match(stdout, `expected '${range}' fastify version`)
})
