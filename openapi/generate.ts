// Writes openapi/openapi.json out of the schemas: `npm run generate`. With --check it only says whether that is needed.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../plugins/config.js'
import { buildApp } from '../src/app.js'

const FILE = new URL('openapi.json', import.meta.url)

const storeDirectory = await mkdtemp(join(tmpdir(), 'openapi-'))
/** The document has what is offered only where it is switched on. */
const EVERYTHING = { LIST_UPLOADS: 'true', DELETE_UPLOADS: 'true', RESULTS: 'true' }
const app = await buildApp(loadConfig({ PORT: '0', LOG_LEVEL: 'silent', ...EVERYTHING }), { storeDirectory })
await app.ready()
const json = `${JSON.stringify(app.swagger(), null, 2)}\n`

if (!process.argv.includes('--check')) {
  await writeFile(FILE, json)
} else if (await readFile(FILE, 'utf8') !== json) {
  process.exitCode = 1
  console.error('openapi/openapi.json is not what the schemas say: run "npm run generate" and look at what changed')
}

await app.close()
await rm(storeDirectory, { recursive: true })
