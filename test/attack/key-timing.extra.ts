/**
 * Whether the time a wrong API key takes tells anything of the right one: `npx tsx test/attack/key-timing.extra.ts [rounds]`.
 * Compares, by Welch's t-test on times in one and the same run, keys that share nothing with the right one and keys
 * that differ in their last letter only. Exits with 1 if the two can be told apart.
 */
import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import auth, { parseApiKeys } from '../../plugins/auth.js'

const ROUNDS = Number(process.argv[2] ?? 200_000)
const WARM_UP = 20_000
/** Of what the operating system interrupted, the times say nothing. */
const TRIMMED = 0.1
/** |t| above which a difference is no chance: one in two million. */
const SIGNIFICANT = 5

const key = randomBytes(24).toString('hex')
const other = randomBytes(24).toString('hex')
const NEAR = `Bearer ${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`
const FAR = `Bearer ${other}`

const app = Fastify()
await app.register(auth, { keys: parseApiKeys([`alice:${key}`]) })
let readOwner = (_authorization: string): boolean => false
app.get('/', async request => {
  readOwner = authorization => {
    request.headers.authorization = authorization
    try {
      return request.owner !== ''
    } catch {
      return false
    }
  }
})
await app.inject('/')
if (!readOwner(`Bearer ${key}`)) throw new Error('the right key does not open')

const near: number[] = []
const far: number[] = []
for (let round = 0; round < ROUNDS + WARM_UP; round++) {
  // Whichever comes first has the colder cache, so they take turns in an order of chance.
  const nearFirst = Math.random() < 0.5
  const first = time(nearFirst ? NEAR : FAR)
  const second = time(nearFirst ? FAR : NEAR)
  if (round < WARM_UP) continue
  near.push(nearFirst ? first : second)
  far.push(nearFirst ? second : first)
}

const [one, two] = [describe(near), describe(far)]
const t = (one.mean - two.mean) / Math.sqrt(one.variance / one.count + two.variance / two.count)
console.table({
  'all but the last letter right': { 'mean ns': Math.round(one.mean) },
  'nothing right': { 'mean ns': Math.round(two.mean) },
  difference: { 'mean ns': Math.round((one.mean - two.mean) * 10) / 10 },
  't statistic': { 'mean ns': Math.round(t * 100) / 100 }
})
process.exitCode = Math.abs(t) < SIGNIFICANT ? 0 : 1
await app.close()

function time (authorization: string): number {
  const start = process.hrtime.bigint()
  readOwner(authorization)
  return Number(process.hrtime.bigint() - start)
}

function describe (times: number[]): { count: number; mean: number; variance: number } {
  const kept = times.sort((a, b) => a - b).slice(0, Math.floor(times.length * (1 - TRIMMED)))
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (kept.length - 1)
  return { count: kept.length, mean, variance }
}
