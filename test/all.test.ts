// Runs test files: those named, or all that end with .test.ts. A process for each of them would load the SDK and Fastify
// eighty times, so the files of a folder share one.
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import t from 'tap'
import { RUN_SOURCE, WATCHED } from './fixtures/source.js'

// Hosts still use what Fastify has deprecated, and so do our tests of them.
const QUIET = ['--disable-warning=FSTDEP022']

const named = process.argv.slice(2)
const files =
  named.length > 0
    ? named
    : readdirSync('test', { recursive: true, encoding: 'utf8' })
      .filter(
        file =>
          file.endsWith('.test.ts') &&
            !file.includes('node_modules') &&
            basename(file) !== basename(import.meta.filename)
      )
      .map(file => join('test', file))

const folders = new Map<string, string[]>()
for (const file of files.sort()) folders.set(dirname(file), [...(folders.get(dirname(file)) ?? []), file])

// tap's own loader is slower, and the only one under which coverage is true.
const isCovered = process.env['_TAPJS_PROCESSINFO_COVERAGE_'] === '1'
const nodeArguments = isCovered ? process.execArgv : [...RUN_SOURCE, ...WATCHED, ...QUIET]

// One more than there are processors, since some wait for timeouts.
t.jobs = availableParallelism() + 1
for (const [folder, ofFolder] of folders) {
  t.spawn(process.execPath, [...nodeArguments, 'test/folder.ts', ...ofFolder], { buffered: true }, folder)
}
