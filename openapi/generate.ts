// Writes openapi.json and openapi.yaml beside this file. With --check, says instead whether they are as the schemas have
// them and whether clients of released.json, the document of the last release, can go on; --release makes that document.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../plugins/config.js'
import { buildApp } from '../src/app.js'
import { breakingChanges, type Document } from './breaking-changes.js'

const isCheck = process.argv.includes('--check')
const storeDirectory = await mkdtemp(join(tmpdir(), 'openapi-'))
// With everything that can be configured.
const config = loadConfig({ PORT: '0', LOG_LEVEL: 'silent', METRICS_KEY: 'for-the-document', UPPY_TOKEN_SECRET: 'for the document, to describe tokens' })
const app = await buildApp(config, { storeDirectory })
await app.ready()

const json = `${JSON.stringify(app.swagger(), null, 2)}\n`
const documents = {
  'openapi.json': json,
  'openapi.yaml': app.swagger({ yaml: true }),
  ...process.argv.includes('--release') && { 'released.json': json }
}

for (const [name, text] of Object.entries(documents)) {
  const file = new URL(name, import.meta.url)
  if (!isCheck) {
    await writeFile(file, text)
  } else if (await readFile(file, 'utf8') !== text) {
    complain(`openapi/${name} is not what the schemas say: run "npm run openapi" and look at what changed`)
  }
}

if (isCheck) {
  const released = await readFile(new URL('released.json', import.meta.url), 'utf8').catch(() => '{}')
  for (const problem of breakingChanges(JSON.parse(released) as Document, JSON.parse(json) as Document)) complain(`clients would break: ${problem}`)
}

await app.close()
await rm(storeDirectory, { recursive: true })

function complain (problem: string): void {
  process.exitCode = 1
  console.error(problem)
}
