import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { temporaryFolder } from '../fixtures/local-store.js'
import { install, pack, run } from './packed.js'

const folder = await temporaryFolder(t)
const { tarball, paths } = await pack('plugins/local-s3', folder)
const readme = await readFile('plugins/local-s3/README.md', 'utf8')
const [appExample = '', testExample = ''] = [...readme.matchAll(/```js\n([^]*?)```/g)].map(([, code = '']) => code)

/** A new app with the packed package and what else it needs, installed from the registry. */
function appWith (name: string, ...packages: string[]): Promise<string> {
  return install(join(folder, name), 'module', [tarball, ...packages])
}

t.test('the tarball has the sources, what they compile to, and the documents', async t => {
  for (const path of [
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'package.json',
    'index.ts',
    'dist/index.js',
    'dist/index.d.ts'
  ]) {
    t.ok(paths.includes(path), path)
  }
  t.same(
    paths.filter(
      path =>
        !/^(README\.md|LICENSE|CHANGELOG\.md|package\.json|[\w-]+\.ts|dist\/[\w-]+\.(js|d\.ts)(\.map)?)$/.test(path)
    ),
    []
  )
})

t.test('publint has nothing to say', async t => {
  t.match((await run('publint', ['run', '--strict', tarball])).stdout, /All good/)
})

t.test('types resolve however they are looked for', async t => {
  await t.resolves(run('attw', ['--profile', 'esm-only', tarball]))
})

for (const fastify of ['5.3.0', '5']) {
  t.test(`the programs of the README run with Fastify ${fastify}`, async t => {
    const app = await appWith(
      `fastify-${fastify}`,
      `fastify@${fastify}`,
      '@aws-sdk/client-s3',
      '@aws-sdk/s3-request-presigner'
    )
    await writeFile(join(app, 'app.js'), `${appExample.replace('port: 9000', 'port: 0')}\nawait app.close()\n`)
    t.match(
      (await run(process.execPath, ['app.js'], { cwd: app })).stdout,
      /S3 listens on http:\/\/127\.0\.0\.1:\d+, bucket uploads/
    )
    await writeFile(join(app, 'upload.test.js'), testExample)
    t.match(
      (await run(process.execPath, ['--test', '--test-reporter=tap', 'upload.test.js'], { cwd: app })).stdout,
      /# pass 1\n# fail 0/
    )
  })
}

t.test('a TypeScript app compiles, without an error in any declaration', async t => {
  const app = await appWith('typescript', 'fastify@5', 'typescript@~6.0', '@types/node@20')
  await writeFile(
    join(app, 'app.ts'),
    `
import Fastify from 'fastify'
import localS3, { createLocalS3 } from 'fastify-local-s3'
import type { LocalS3, LocalS3Options } from 'fastify-local-s3'
const options: LocalS3Options = { buckets: ['recordings'], idleTimeout: 1000 }
const app = Fastify()
await app.register(localS3, options)
const store: LocalS3 = app.localS3
// @ts-expect-error unknown option
createLocalS3({ bucket: 'recordings' })
console.log(store.endpoint)
`
  )
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--types', 'node', '--noEmit']
  for (const resolution of [
    ['node16', 'node16'],
    ['esnext', 'bundler']
  ] as const) {
    const [module, moduleResolution] = resolution
    await t.resolves(
      run(
        join(app, 'node_modules/.bin/tsc'),
        [...strict, '--module', module, '--moduleResolution', moduleResolution, 'app.ts'],
        { cwd: app }
      )
    )
  }
})
