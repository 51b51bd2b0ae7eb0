import { execFile } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { STRICT } from './strict.js'

const page = readFileSync('docs/frameworks.md', 'utf8')
/** What compiles each component, and how one is broken that must not compile. */
const FRAMEWORKS = {
  tsx: ['tsc', '-p', 'tsconfig.json'],
  vue: ['vue-tsc', '-p', 'tsconfig.json'],
  svelte: ['svelte-check', '--tsconfig', './tsconfig.json', '--fail-on-warnings']
} as const

// Where the compilers find their packages.
t.testdirName = 'test/frameworks/.tap/components'

for (const [language, [command, ...options]] of Object.entries(FRAMEWORKS)) {
  const [, component] = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page) ?? []

  async function compile (source: string): Promise<string> {
    const folder = t.testdir({
      'package.json': '{ "type": "module" }', node_modules: {}, 'tsconfig.json': JSON.stringify(STRICT)
    })
    symlinkSync(resolve('openapi/client'), join(folder, 'node_modules/fastify-upload-url-client'))
    writeFileSync(join(folder, `UploadField.${language}`), source)
    const path = resolve('test/frameworks/node_modules/.bin', command)
    const run = promisify(execFile)(path, options, { cwd: folder })
    return await run.then(() => 'compiles', ({ stdout, stderr }) => String(stdout) + String(stderr))
  }

  t.test(`the component in ${language} compiles, and would not with a wrong field`, async t => {
    t.equal(await compile(component!), 'compiles')
    t.match(await compile(component!.replaceAll('progress.sent', 'progress.gone')), /gone/)
  })
}
