import createError from '@fastify/error'
import rateLimit, { type CreateRateLimitOptions } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Redis } from 'ioredis'

/** Options of the plugin. */
export interface LimitsOptions {
  /** Requests a minute for each owner; 0 for no limit. */
  readonly perOwner: number
  /** Requests a minute for each address, which is a /64 network in IPv6; 0 for no limit. */
  readonly perAddress: number
  /** Whose request this is, where that is known by the time the body is read; empty otherwise. */
  readonly owner: (request: FastifyRequest) => string
  /** Where replicas keep their common budget, as in `redis://redis:6379`. Default: every process counts for itself. */
  readonly redisUrl?: string | undefined
  /** What happens while Redis is gone: requests pass uncounted, or are answered 503. Default: `open`. */
  readonly withoutRedis?: 'open' | 'closed'
}

type Budget = ReturnType<FastifyInstance['createRateLimit']>

const MINUTE_MS = 60_000
const REDIS_RETRY_SECONDS = 5
const COMMAND_MS = 250
const SILENCE_MS = 1_000
const LONGEST_PAUSE_MS = 2_000

const RateLimitedError = createError('FST_RATE_LIMITED', 'Too many requests: %s may send %s a minute. Try again in %s seconds', 429)
const UncountableError = createError('FST_RATE_LIMIT_UNAVAILABLE', 'Requests can’t be counted at the moment: try again shortly', 503)

async function limits (fastify: FastifyInstance, { perOwner, perAddress, owner, redisUrl, withoutRedis = 'open' }: LimitsOptions): Promise<void> {
  const redis = redisUrl === undefined ? undefined : await connectRedis(fastify, redisUrl, withoutRedis)
  await fastify.register(rateLimit, { global: false, timeWindow: MINUTE_MS, ...redis && { redis, nameSpace: 'fastify-upload-url:' } })
  const budget = (options: CreateRateLimitOptions): Budget => fastify.createRateLimit(options)
  const ofAddress = budget({ max: perAddress, keyGenerator: request => `address:${rateLimit.normalizeIP(request.ip)}` })
  const ofOwner = budget({ max: perOwner, keyGenerator: request => `owner:${owner(request)}` })

  async function spend (name: string, of: Budget, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const state = await of(request).catch((error: Error) => {
      request.log.debug({ err: error }, 'a request was not counted')
      if (withoutRedis === 'closed') throw withHeaders(new UncountableError(), { 'retry-after': REDIS_RETRY_SECONDS })
    })
    if (state === undefined || state.isAllowed) return
    if (isTighter(state.remaining, reply)) {
      reply.headers({ 'ratelimit-limit': state.max, 'ratelimit-remaining': state.remaining, 'ratelimit-reset': state.ttlInSeconds })
    }
    if (state.isExceeded) {
      const seconds = Math.max(1, state.ttlInSeconds)
      throw withHeaders(new RateLimitedError(name, state.max, seconds), { 'retry-after': seconds })
    }
  }

  if (perAddress > 0) {
    fastify.addHook('onRequest', async (request, reply) => {
      if (isLimited(request)) await spend('an address', ofAddress, request, reply)
    })
  }
  // Who asks is found out by hooks of the routes themselves, all of which are over by now.
  if (perOwner > 0) {
    fastify.addHook('preParsing', async (request, reply) => {
      if (isLimited(request) && owner(request) !== '') await spend('an owner', ofOwner, request, reply)
    })
  }
}

// A command fails at once while there is no connection, and after a quarter of a second while there is no answer:
// no request ever waits for a Redis that is gone.
async function connectRedis (fastify: FastifyInstance, url: string, withoutRedis: 'open' | 'closed'): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: SILENCE_MS,
    commandTimeout: COMMAND_MS,
    socketTimeout: SILENCE_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    retryStrategy: attempt => Math.min(attempt * 100, LONGEST_PAUSE_MS)
  })
  let isGone = false
  const miss = (error?: Error): void => {
    if (isGone) return
    isGone = true
    fastify.log.warn({ err: error }, `Redis is gone: until it is back, requests ${withoutRedis === 'open' ? 'pass uncounted' : 'are answered 503'}`)
  }
  redis.on('error', miss)
  redis.on('close', miss)
  redis.on('ready', () => {
    if (isGone) fastify.log.info('Redis is back: requests are counted again')
    isGone = false
  })
  fastify.addHook('onClose', async () => {
    redis.off('close', miss)
    redis.disconnect()
  })
  await redis.connect().catch(() => undefined)
  return redis
}

// Of two budgets, a client needs to know the one that it will run out of first.
function isTighter (remaining: number, reply: FastifyReply): boolean {
  const stated = reply.getHeader('ratelimit-remaining')
  return stated === undefined || remaining <= Number(stated)
}

function isLimited ({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.rateLimit !== false
}

function withHeaders<E extends Error> (error: E, headers: Readonly<Record<string, number>>): E {
  return Object.assign(error, { headers })
}

/**
 * Limits how many requests an owner and an address may send a minute, and says with every reply how many are left.
 * Routes with `config: { rateLimit: false }` are exempt. Replies FST_RATE_LIMITED (429) and, with `withoutRedis:
 * 'closed'`, FST_RATE_LIMIT_UNAVAILABLE (503), both with Retry-After.
 */
export default fp(limits, { name: 'limits', fastify: '5.x' })
