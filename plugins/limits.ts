import createError from '@fastify/error'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Redis } from 'ioredis'
import { Address6 } from 'ip-address'
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible'

/** Options of the plugin. */
export interface LimitsOptions {
  /** Cost that an owner may spend a minute; 0 for no limit. */
  readonly perOwner: number
  /** Requests a minute from each address, which is a /64 network in IPv6; 0 for no limit. */
  readonly perAddress: number
  /** Whose request this is, where that is known by the time the body is read; empty otherwise. */
  readonly owner: (request: FastifyRequest) => string
  /** What a valid request costs its owner: as many as the URLs it asks for, from 1. Default: 1. */
  readonly cost?: (request: FastifyRequest) => number
  /** Where replicas share their limits, as in `redis://redis:6379`. Default: every process counts for itself. */
  readonly redisUrl?: string | undefined
  /** What happens while Redis is unavailable: requests pass uncounted, or are answered 503. Default: `open`. */
  readonly withoutRedis?: 'open' | 'closed'
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `false` exempts a route from all limits. */
    rateLimit?: boolean
  }
}

type Limiter = Pick<RateLimiterMemory, 'points' | 'penalty'>

const MINUTE_SECONDS = 60
const RETRY_SECONDS = 5
const REDIS_COMMAND_MS = 250
const REDIS_TIMEOUT_MS = 1_000
const MAX_RECONNECT_PAUSE_MS = 2_000

const RateLimitedError = createError('FST_RATE_LIMITED', 'Too many requests: %s. Try again in %s seconds', 429)
const UnavailableError = createError(
  'FST_RATE_LIMIT_UNAVAILABLE', 'Requests cannot be counted at the moment: try again shortly', 503
)

async function limits (fastify: FastifyInstance, options: LimitsOptions): Promise<void> {
  const { perOwner, perAddress, owner, cost = () => 1, redisUrl, withoutRedis = 'open' } = options
  const redis = redisUrl === undefined ? undefined : await connectRedis(fastify, redisUrl, withoutRedis)
  const createLimiter = (keyPrefix: string, points: number): Limiter => {
    const settings = { keyPrefix: `fastify-upload-url:${keyPrefix}`, points, duration: MINUTE_SECONDS }
    if (redis === undefined) return new RateLimiterMemory(settings)
    return new RateLimiterRedis({ ...settings, storeClient: redis })
  }

  async function consume (
    who: string, limiter: Limiter, key: string, points: number, request: FastifyRequest, reply: FastifyReply
  ): Promise<void> {
    let result: RateLimiterRes
    try {
      result = await limiter.penalty(key, points)
    } catch (error) {
      request.log.debug({ err: error }, 'a request was not counted')
      if (withoutRedis === 'closed') throw withHeaders(new UnavailableError(), { 'retry-after': RETRY_SECONDS })
      return
    }
    const seconds = Math.max(1, Math.ceil(result.msBeforeNext / 1000))
    stateLimit(reply, limiter, result, seconds)
    if (result.consumedPoints > limiter.points) {
      const problem = `${who} may send ${limiter.points} a minute`
      throw withHeaders(new RateLimitedError(problem, seconds), { 'retry-after': seconds })
    }
  }

  if (perAddress > 0) {
    const addresses = createLimiter('address', perAddress)
    fastify.addHook('onRequest', (request, reply, done) => {
      if (!isLimited(request)) done()
      else consume('an address', addresses, networkOf(request.ip), 1, request, reply).then(() => done(), done)
    })
  }
  if (perOwner === 0) return
  const owners = createLimiter('owner', perOwner)
  const consumeOwner = (points: number, request: FastifyRequest, reply: FastifyReply): Promise<void> =>
    consume('an owner', owners, owner(request), points, request, reply)
  const isOwners = (request: FastifyRequest): boolean => owner(request) !== '' && isLimited(request)

  // Hooks of the routes themselves identify the owner, and all of them are over by now.
  fastify.addHook('preParsing', (request, reply, _payload, done) => {
    if (!isOwners(request)) done()
    else consumeOwner(1, request, reply).then(() => done(), done)
  })
  // What a request costs beyond that is known once it is valid, and consumed before anything is signed.
  fastify.addHook('preHandler', (request, reply, done) => {
    const points = isOwners(request) ? cost(request) : 1
    if (points <= 1) done()
    else consumeOwner(points - 1, request, reply).then(() => done(), done)
  })
}

// A command fails at once while there is no connection, and after a quarter of a second while there is no answer:
// no request ever waits for Redis.
async function connectRedis (fastify: FastifyInstance, url: string, withoutRedis: 'open' | 'closed'): Promise<Redis> {
  // Loaded only where it is configured.
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: REDIS_TIMEOUT_MS,
    commandTimeout: REDIS_COMMAND_MS,
    socketTimeout: REDIS_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    retryStrategy: attempt => Math.min(attempt * 100, MAX_RECONNECT_PAUSE_MS)
  })
  let isUnavailable = false
  const warn = (error?: Error): void => {
    if (isUnavailable) return
    isUnavailable = true
    const consequence = withoutRedis === 'open' ? 'pass uncounted' : 'are answered 503'
    fastify.log.warn({ err: error }, `Redis is unavailable: until it is back, requests ${consequence}`)
  }
  redis.on('error', warn)
  redis.on('close', warn)
  redis.on('ready', () => {
    if (isUnavailable) fastify.log.info('Redis is available again: requests are counted')
    isUnavailable = false
  })
  fastify.addHook('onClose', async () => {
    redis.off('close', warn)
    redis.disconnect()
  })
  await redis.connect().catch(() => undefined)
  return redis
}

// Of two limits, a client needs to know the one that it will reach first.
function stateLimit (reply: FastifyReply, { points }: Limiter, result: RateLimiterRes, seconds: number): void {
  const remaining = Math.max(0, points - result.consumedPoints)
  const stated = reply.getHeader('ratelimit-remaining')
  if (stated !== undefined && remaining > Number(stated)) return
  reply.header('ratelimit-limit', points)
  reply.header('ratelimit-remaining', remaining)
  reply.header('ratelimit-reset', seconds)
}

function networkOf (address: string): string {
  if (!address.includes(':')) return address
  const parsed = new Address6(address)
  return parsed.isMapped4() ? parsed.to4().correctForm() : new Address6(`${address}/64`).startAddress().correctForm()
}

function isLimited ({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.rateLimit !== false
}

function withHeaders<E extends Error> (error: E, headers: Readonly<Record<string, number>>): E {
  return Object.assign(error, { headers })
}

/**
 * Limits what an owner and an address may ask for in a minute, and states with every reply what is left. Routes with
 * `config: { rateLimit: false }` are exempt. Replies FST_RATE_LIMITED (429) and, with `withoutRedis: 'closed'`,
 * FST_RATE_LIMIT_UNAVAILABLE (503), both with Retry-After.
 */
export default fp(limits, { name: 'limits', fastify: '5.x' })
