import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { DEVELOPMENT_KEY, loadConfig } from '../../plugins/config.js'
import { buildApp } from '../../src/app.js'
import { banner } from '../../src/banner.js'

const AS_DEVELOPER = { authorization: `Bearer ${DEVELOPMENT_KEY}` }

async function listeningApp (t: Test, variables: Record<string, string> = {}) {
  const folder = t.testdir({ store: {}, elsewhere: {} })
  const config = loadConfig({ PORT: '0', LOG_LEVEL: 'silent', ...variables })
  const app = await buildApp(config, { storeDirectory: join(folder, 'store') })
  t.teardown(() => app.close())
  return { app, cwd: join(folder, 'elsewhere'), address: await app.listen({ host: '127.0.0.1', port: 0 }) }
}

/** The lines that are there to be pasted: those with the deepest indentation. */
function linesToPaste (text: string): string {
  const [, lines = ''] = /prints 200, and then 412:\n\n((?: {4}.*\n)+)/.exec(text) ?? []
  return lines
}

for (const shell of [['sh'], ['bash', '--posix']] as const) {
  t.test(`the lines it prints upload a recording once, pasted into ${shell.join(' ')} in any folder`, async t => {
    const { app, address, cwd } = await listeningApp(t)
    const [command, ...options] = shell
    const lines = linesToPaste(banner(address, app.localS3, true))
    const { stdout, stderr } = await promisify(execFile)(
      command,
      [...options, '-c', `${lines}\nprintf '%s' "$reply"`],
      { cwd }
    )
    const [first, second, reply = ''] = stdout.split('\n')
    t.same([first, second, stderr], ['200', '412', ''])
    t.same(await readdir(cwd), ['hello.wav'])
    const { key } = JSON.parse(reply) as { key: string }
    const status = await app.inject({ url: '/upload-status', query: { key, inspect: 'true' }, headers: AS_DEVELOPER })
    t.match(status.json(), { status: 'uploaded', size: 52, audio: { container: String } })
  })
}

t.test('a key of the operator is never printed', async t => {
  const { app, address } = await listeningApp(t, { API_KEYS: 'alice:the-api-key-of-alice' })
  const text = banner(address, app.localS3, false)
  t.notMatch(text, /the-api-key-of-alice|local-development-key/)
  t.match(text, /Bearer \$API_KEY/)
})
