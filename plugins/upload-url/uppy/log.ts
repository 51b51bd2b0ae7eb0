import type { FastifyRequest } from 'fastify'

/**
 * How requests with a token in their path are logged: as Fastify does it, but without the token and the query.
 *
 * @param base the path up to the token, as in `/uppy/`
 */
export function withoutToken (base: string): (request: FastifyRequest) => Record<string, unknown> {
  return ({ method, url, host, ip, socket }) => ({ method, url: redact(url, base), host, remoteAddress: ip, remotePort: socket.remotePort })
}

// A path may be written in other ways than ours, with %75 for u, and then no part of it is known to be harmless.
function redact (url: string, base: string): string {
  const [path = ''] = url.split('?', 1)
  return `${base}[token]${path.startsWith(base) ? path.slice(base.length).replace(/^[^/]*/, '') : ''}`
}
