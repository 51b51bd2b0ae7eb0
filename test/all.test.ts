// `npm test`. A process for each file would load the SDK and Fastify eighty times, so each folder of tests is one process.
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import t from 'tap'
import { RUN_SOURCE, WATCHED } from './fixtures/source.js'

const folders = new Map<string, string[]>()
for (const file of readdirSync('test', { recursive: true, encoding: 'utf8' }).sort()) {
  if (!file.endsWith('.test.ts') || file === 'all.test.ts') continue
  const folder = dirname(file)
  folders.set(folder, [...folders.get(folder) ?? [], `test/${file}`])
}

// tap's own loader is slower, and the only one under which coverage is true.
const isCovered = process.env['_TAPJS_PROCESSINFO_COVERAGE_'] === '1'
const nodeArguments = isCovered ? process.execArgv : [...RUN_SOURCE, ...WATCHED]

t.jobs = availableParallelism()
for (const [folder, files] of folders) t.spawn(process.execPath, [...nodeArguments, 'test/folder.ts', ...files], { buffered: true }, folder)
