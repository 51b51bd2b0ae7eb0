// GET /upload-url under load, against the same route that does less and the same that signs with the SDK.
import autocannon from 'autocannon'
import { ServerProcess } from './server-process.js'
import type { Usage, Variant } from './server.js'
import { median, spread, table } from './report.js'

const ROUNDS = 11
const SECONDS = 2
const CONNECTIONS = 50
const PATH = '/upload-url?filename=dictation.mp3&size=20480'
const HEADERS = { authorization: 'Bearer the-api-key-of-alice' }

const VARIANTS: Readonly<Record<Variant, string>> = {
  bare: '(d) bare Fastify route, constant reply',
  constant: '(a) our hooks and schemas, constant reply',
  ours: '(b) ours',
  getSignedUrl: '(c) ours, with getSignedUrl in place of our signing',
  server: '(e) the server: ours behind authentication, limits, security headers and the log'
}

/** Loads every variant in turn, round after round, so that what the machine does meanwhile strikes all alike. */
export async function benchRoutes (): Promise<string> {
  const variants = Object.keys(VARIANTS) as Variant[]
  const start = async (variant: Variant) => {
    const rounds: Round[] = []
    return { variant, server: await ServerProcess.start(variant), rounds }
  }
  const servers = await Promise.all(variants.map(start))
  for (const { server } of servers) await load(server, 2)
  for (let round = 0; round < ROUNDS; round++) {
    for (const { server, rounds } of servers) rounds.push(await load(server, SECONDS))
  }
  for (const { server } of servers) server.stop()

  const perSecond = (variant: Variant) => {
    const { rounds } = servers.find(server => server.variant === variant)!
    return median(rounds.map(round => round.perSecond))
  }
  const rows = servers.map(({ variant, rounds }) => [
    VARIANTS[variant],
    Math.round(perSecond(variant)),
    spread(rounds.map(round => round.perSecond)),
    (perSecond(variant) / perSecond('constant')).toFixed(2),
    (perSecond(variant) / perSecond('ours')).toFixed(2),
    (perSecond(variant) / perSecond('getSignedUrl')).toFixed(1),
    median(rounds.map(round => round.cpu / (round.perSecond * SECONDS))).toFixed(0),
    median(rounds.map(round => round.delay)).toFixed(1),
    Math.round(rounds.at(-1)!.rss / 1e6)
  ])
  return table([
    'GET /upload-url', 'requests/s', 'spread', '× (a)', '× (b)', '× (c)', 'CPU µs/request', 'loop delay p99, ms',
    'RSS, MB'
  ], rows)
}

interface Round extends Usage {
  readonly perSecond: number
}

async function load (server: ServerProcess, duration: number): Promise<Round> {
  await server.usage()
  const options = { url: server.address + PATH, headers: HEADERS, connections: CONNECTIONS, duration }
  const { requests, non2xx, errors } = await autocannon(options)
  if (non2xx + errors > 0) throw new Error(`${non2xx} refusals, ${errors} errors`)
  return { perSecond: requests.total / duration, ...await server.usage() }
}
