// folder.ts FILE...: runs test files one after another in this process, and prints a line for each.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'

const environment = process.env
const before = { ...environment }

/** What has passed and failed so far, and when. */
function progress () {
  return { pass: t.counts.pass, fail: t.counts.fail, at: performance.now() }
}

function report (file: string, { pass, fail, at }: ReturnType<typeof progress>): void {
  const { pass: passed, fail: failed, at: now } = progress()
  const result = failed > fail ? `FAIL ${failed - fail}` : 'ok'
  process.stderr.write(`${result.padEnd(7)} ${file} (${passed - pass} passed, ${Math.round(now - at)} ms)\n`)
}

/** Undoes what a file has changed of the environment, for the next one. */
function restoreEnvironment (): void {
  process.env = environment
  for (const name of Object.keys(environment)) delete environment[name]
  Object.assign(environment, before)
}

// tap takes what a file registers while it is loaded after the subtest that loads it, and the next such subtest after that.
function run ([file, ...others]: readonly string[], finishPrevious = () => {}): void {
  if (file === undefined) {
    t.teardown(finishPrevious)
    return
  }
  t.test(file, async () => {
    finishPrevious()
    const start = progress()
    t.testdirName = resolve('.tap/fixtures', file.replaceAll('/', '-'))
    try {
      await import(pathToFileURL(file).href)
    } finally {
      run(others, () => {
        report(file, start)
        restoreEnvironment()
      })
    }
  })
}

run(process.argv.slice(2))
