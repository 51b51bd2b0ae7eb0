// Started by run.sh.
import { startCluster } from './cluster.js'
import { loseCredentials, loseRedis, loseStore, slowStore } from './faults.js'
import { searchLogs, spendBudget, spreadMultipart, survive, type Finding } from './scenarios.js'

const only = process.env['ONLY']
const rate = Number(process.env['UPLOADS_PER_SECOND'] ?? 200)
const seconds = Number(process.env['SECONDS_UNDER_FIRE'] ?? 60)

const cluster = await startCluster()
try {
  await play('One multipart upload over three replicas', () => spreadMultipart(cluster))
  await play(`${rate} uploads a second for ${seconds} s, a replica killed every 5 s`, () =>
    survive(cluster, rate, seconds)
  )
  await play('One budget for three replicas', () => spendBudget(cluster))
  await play('The store stops, and comes back', () => loseStore(cluster))
  await play('The store hangs, and is slow', () => slowStore(cluster))
  await play('Redis stops, and comes back', () => loseRedis(cluster))
  await play('Credentials fail, hang, and come back', () => loseCredentials(cluster))
  await play('Secrets in the logs of all of it', searchLogs)
} finally {
  await cluster.stop()
}

async function play (title: string, scenario: () => Promise<Finding>): Promise<void> {
  if (only !== undefined && !title.includes(only)) return
  console.log(`\n${title}`)
  const { figures, violations } = await scenario()
  for (const [name, value] of Object.entries(figures)) console.log(`  ${name}: ${value}`)
  for (const violation of violations) console.log(`  BROKEN: ${violation}`)
  if (violations.length > 0) process.exitCode = 1
}
