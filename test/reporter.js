// What tap prints: a line for each file, whatever failed with its diagnostics, and the totals.
import { Transform } from 'node:stream'

const PRINTED = /^(not )?ok |^ *not ok |^ *Bail out!|^# (\{ total|time)/
const DIAGNOSTICS = /^ *---$/
const END_OF_DIAGNOSTICS = /^ *\.\.\.$/

/** Filters a stream of TAP. */
export default class Reporter extends Transform {
  #rest = ''
  #isFailure = false
  #isDiagnostics = false

  _transform (chunk, _encoding, done) {
    const lines = (this.#rest + chunk).split('\n')
    this.#rest = lines.pop()
    for (const line of lines) if (this.#isPrinted(line)) this.push(`${line}\n`)
    done()
  }

  #isPrinted (line) {
    if (this.#isDiagnostics) {
      this.#isDiagnostics = !END_OF_DIAGNOSTICS.test(line)
      return this.#isFailure
    }
    this.#isDiagnostics = DIAGNOSTICS.test(line)
    if (!this.#isDiagnostics && line.trim() !== '') this.#isFailure = /^ *not ok /.test(line)
    return this.#isDiagnostics ? this.#isFailure : PRINTED.test(line)
  }
}
