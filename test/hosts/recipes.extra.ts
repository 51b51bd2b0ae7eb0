import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { EXAMPLE_CREDENTIALS } from '../fixtures/app.js'
import { freePort } from '../fixtures/free-port.js'
import { validateOpenApi } from '../contract/meta-schema.js'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))
const ENVIRONMENT = {
  PATH: `${join(FOLDER, 'node_modules/.bin')}:${process.env['PATH']}`,
  AWS_ACCESS_KEY_ID: EXAMPLE_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EXAMPLE_CREDENTIALS.secretAccessKey,
  JWT_SECRET: 'a secret for tests, of 32 bytes or more',
  SESSION_SECRET: 'a secret for tests, of 32 bytes or more'
}

interface Recipe {
  /** The files of the program by their paths. */
  readonly files: ReadonlyMap<string, string>
  readonly packages: readonly string[]
  readonly command: string
}

const recipes = readRecipes(await readFile(new URL('../../docs/recipes.md', import.meta.url), 'utf8'))
const { dependencies } = JSON.parse(await readFile(join(FOLDER, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
}

function readRecipes (text: string): Map<string, Recipe> {
  return new Map(
    text
      .split(/^## /m)
      .slice(1)
      .flatMap(section => {
        const [, install, command] = /```sh\nnpm install (.+)\n(.+)\n```/.exec(section) ?? []
        if (install === undefined || command === undefined) return []
        const files = [...section.matchAll(/```js\n\/\/ (\S+)\n(.+?)```/gs)].map(
          ([, path, code]) => [path!, code!] as const
        )
        return [[section.split('\n', 1)[0]!, { files: new Map(files), packages: install.split(' '), command }] as const]
      })
  )
}

/** Runs a recipe as pasted, and gives its address once it listens. */
async function start (t: Test, name: string): Promise<string> {
  const { files, command } = recipes.get(name)!
  // Inside this folder, where Node finds the packages.
  const directory = await mkdtemp(join(FOLDER, 'recipe-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  await writeFile(join(directory, 'package.json'), '{"type":"module"}')
  for (const [path, code] of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), code)
  }
  const port = await freePort()
  const program = spawn('sh', ['-c', `exec ${command}`], {
    cwd: directory,
    env: { ...ENVIRONMENT, PORT: String(port) },
    detached: true
  })
  t.teardown(() => stop(program))
  let output = ''
  for (const stream of [program.stdout, program.stderr]) {
    stream.on('data', data => {
      output += String(data)
    })
  }
  const address = `http://127.0.0.1:${port}`
  while (
    !(await fetch(address).then(
      () => true,
      () => false
    ))
  ) {
    if (program.exitCode !== null) throw new Error(output)
    await setTimeout(100)
  }
  return address
}

async function stop (program: ChildProcess): Promise<void> {
  if (program.exitCode !== null) return
  // With its group: npx starts a process of its own.
  process.kill(-program.pid!, 'SIGKILL')
  await once(program, 'exit')
}

async function post (url: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body)
  })
}

/** The plugin's routes serve whoever has these credentials as `alice`, and nobody without. */
async function testUploads (t: Test, address: string, headers: Record<string, string>): Promise<void> {
  t.equal((await fetch(`${address}/upload-url`)).status, 401)
  const one = await fetch(`${address}/upload-url?filename=a.mp3&size=3`, { headers })
  t.match(await one.json(), {
    key: /^uploads\/alice\//,
    url: /content-length/,
    headers: { 'content-type': 'audio/mpeg' }
  })
  t.match(await (await post(`${address}/upload-urls`, { files: [{ size: 1 }, {}] }, headers)).json(), {
    uploads: [{}, {}]
  })
  t.match(await (await post(`${address}/upload-urls`, { files: [{ size: '1' }] }, headers)).json(), {
    statusCode: 400,
    message: /files\/0\/size must be integer/
  })
  t.match(await (await fetch(`${address}/upload-url?evil=1`, { headers })).json(), {
    statusCode: 400,
    code: 'FST_ERR_VALIDATION'
  })
}

t.test('every recipe installs packages that this suite tries', async t => {
  t.ok(recipes.size >= 7)
  for (const [name, { packages, files }] of recipes) {
    t.ok(files.size > 0, name)
    for (const name of packages.map(name => name.replace(/(.)@.*$/, '$1'))) { t.ok(name in dependencies || name === 'fastify-upload-url', name) }
  }
})

for (const name of ['@fastify/jwt', '@fastify/jwt in an app that authenticates in preHandler']) {
  t.test(`${name}: whoever has a token uploads as its subject`, async t => {
    const address = await start(t, name)
    const { token } = (await (await post(`${address}/login`, { user: 'alice' })).json()) as { token: string }
    await testUploads(t, address, { authorization: `Bearer ${token}` })
    t.equal(
      (await fetch(`${address}/upload-url`, { headers: { authorization: `Bearer ${token.slice(0, -2)}` } })).status,
      401
    )
  })
}

t.test('@fastify/session: whoever has logged in uploads as that user', async t => {
  const address = await start(t, '@fastify/session')
  const login = await post(`${address}/login`, { user: 'alice' })
  await testUploads(t, address, { cookie: login.headers.get('set-cookie')!.split(';', 1)[0]! })
})

for (const name of ['NestJS 11', 'fastify-cli with @fastify/autoload']) {
  t.test(`${name}: the routes answer, and a route of the app uses app.uploads`, async t => {
    const address = await start(t, name)
    await testUploads(t, address, { authorization: 'Bearer key-of-alice' })
    t.match(await (await post(`${address}/interviews`, {})).json(), {
      interview: 7,
      upload: { key: /^uploads\/alice\// }
    })
  })
}

for (const name of ['fastify-type-provider-zod', 'TypeBox 1']) {
  t.test(`${name}: the app validates its own routes, and the plugin its own`, async t => {
    const address = await start(t, name)
    await testUploads(t, address, { authorization: 'Bearer key-of-alice' })
    t.match(await (await post(`${address}/interviews`, { title: 'x' })).json(), { title: 'x', url: /X-Amz-Signature/ })
    t.equal((await post(`${address}/interviews`, { title: '' })).status, 400)
  })
}

t.test('fastify-type-provider-zod: the document has the routes of both, and is valid', async t => {
  const address = await start(t, 'fastify-type-provider-zod')
  const document = (await (await fetch(`${address}/openapi.json`)).json()) as { paths: object }
  t.match(Object.keys(document.paths).sort(), ['/download-url', '/generate-presigned-url', '/interviews'])
  t.same(await validateOpenApi(document), { valid: true })
})
