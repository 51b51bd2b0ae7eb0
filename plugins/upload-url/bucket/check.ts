import { CheckWarning, toCheckError } from './check-error.js'
import { connection } from './checks-connection.js'
import { eventCheck } from './checks-events.js'
import { featureChecks } from './checks-features.js'
import { guardRailChecks } from './checks-guard-rails.js'
import { corsChecks, ruleChecks } from './checks-rules.js'
import { uploads } from './checks-uploads.js'
import type { BucketCheckContext, Check } from './context.js'

/** The result of one check. */
export interface CheckResult {
  readonly title: string
  readonly outcome: 'ok' | 'warning' | 'failed'
  readonly detail?: string | undefined
  /** What to do about it. */
  readonly hint?: string
}

/**
 * Tries everything that the service needs of its bucket with real requests, under keys of its own. A vital check that
 * fails ends it.
 *
 * @param report is given each result as it comes
 * @param eventSource where the event of an upload has to come, as {@link eventCheck} takes it. Default: nowhere.
 * @returns whether everything works; warnings are no failures
 */
export async function checkBucket (
  context: BucketCheckContext, report: (result: CheckResult) => void, eventSource?: string
): Promise<boolean> {
  let isHealthy = true
  const events = eventSource === undefined ? [] : [eventCheck(eventSource)]
  const checks = [
    ...connection, ...uploads, ...events, ...guardRailChecks, ...corsChecks(context.corsOrigins),
    ...ruleChecks(context), ...featureChecks(context)
  ]
  for (const check of checks) {
    const result = await runCheck(check, context)
    report(result)
    if (result.outcome !== 'failed') continue
    isHealthy = false
    if (check.isVital) break
  }
  return isHealthy
}

async function runCheck ({ title, permissions, run }: Check, context: BucketCheckContext): Promise<CheckResult> {
  try {
    const detail = await run(context)
    return { title, outcome: 'ok', detail: detail ?? undefined }
  } catch (error) {
    const { message, hint, isDenied } = toCheckError(error)
    return {
      title,
      outcome: error instanceof CheckWarning ? 'warning' : 'failed',
      detail: message,
      hint: isDenied && permissions !== undefined ? `Allow this key ${permissions}.` : hint
    }
  }
}
