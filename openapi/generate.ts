// Writes openapi/openapi.json out of the schemas, and out of that the types of the client: `npm run generate`. With
// --check it only says whether that is needed.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'
import { loadConfig } from '../plugins/config.js'
import { buildApp } from '../src/app.js'

const storeDirectory = await mkdtemp(join(tmpdir(), 'openapi-'))
/** The document has what is offered only where it is switched on. */
const EVERYTHING = {
  LIST_UPLOADS: 'true', DELETE_UPLOADS: 'true', RESULTS: 'true', UNCLAIMED_EXPIRE_AFTER_DAYS: '7'
}
const app = await buildApp(loadConfig({ PORT: '0', LOG_LEVEL: 'silent', ...EVERYTHING }), { storeDirectory })
await app.ready()
const json = `${JSON.stringify(app.swagger(), null, 2)}\n`
await writeOrCheck('openapi.json', json)
const types = astToString(await openapiTS(json))
await writeOrCheck('client/api.ts', `// Generated from openapi/openapi.json: npm run generate\n${types}`)
await app.close()
await rm(storeDirectory, { recursive: true })

async function writeOrCheck (name: string, text: string): Promise<void> {
  const file = new URL(name, import.meta.url)
  if (!process.argv.includes('--check')) return await writeFile(file, text)
  if (await readFile(file, 'utf8') === text) return
  process.exitCode = 1
  console.error(`openapi/${name} is not what the schemas say: run "npm run generate" and look at what changed`)
}
