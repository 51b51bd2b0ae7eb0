import { cors, rules } from './checks-rules.js'
import { reachability } from './checks-reach.js'
import { uploads } from './checks-uploads.js'
import { Excess, toFault } from './finding.js'
import type { Site } from './site.js'

/** One thing to try. */
export interface Check {
  /** What should be the case. */
  readonly title: string
  /** Whether nothing after it makes sense when it fails. */
  readonly isVital?: boolean
  /** Tries it. @returns a detail worth telling @throws Fault, Excess, or whatever the store makes of it */
  readonly run: (site: Site) => Promise<string | undefined | void>
}

/** What came of one. */
export interface Result {
  readonly title: string
  readonly outcome: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly detail?: string | undefined
  /** What to do about it. */
  readonly remedy?: string
}

/**
 * Tries everything the service needs of its bucket, for real, under keys of its own.
 *
 * @param report is told of each result as it comes
 * @returns whether everything works; what is merely too wide is no failure
 */
export async function checkBucket (site: Site, report: (result: Result) => void): Promise<boolean> {
  let isHopeless = false
  let isWell = true
  for (const check of [...reachability, ...uploads, ...cors(site.origins), ...rules]) {
    const result: Result = isHopeless ? { title: check.title, outcome: 'skipped' } : await tryOut(check, site)
    report(result)
    if (result.outcome !== 'failed') continue
    isWell = false
    isHopeless = check.isVital === true
  }
  return isWell
}

async function tryOut ({ title, run }: Check, site: Site): Promise<Result> {
  try {
    const detail = await run(site)
    return { title, outcome: 'ok', detail: detail ?? undefined }
  } catch (error) {
    const { message, remedy } = toFault(error)
    return { title, outcome: error instanceof Excess ? 'warning' : 'failed', detail: message, remedy }
  }
}
