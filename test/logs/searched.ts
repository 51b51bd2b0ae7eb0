// Loaded before every test file: searches what is logged there for every key, token and signature used there.
import { subscribe } from 'node:diagnostics_channel'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from 'fastify'

const WORD = /[\w+.=~-]{16,}/g
const SIGNATURE = /X-Amz-(?:Signature|Security-Token)(?:=|":")([\w+.=~-]{16,})/gi
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
/** Lines that may have been written before a reply tells us what is secret in them. */
const LINES_KEPT = 1_000

// The end of the secret access key of most tests is one from the start.
const secrets = new Set(['bPxRfiCYEXAMPLEKEY'])
const lines: string[] = []

// An app that logs nothing has its lines kept all the same, written as a host's would be that logs no URLs.
const { log: keeper } = Fastify({
  logger: {
    level: 'trace',
    serializers: { req: ({ method, routeOptions }: FastifyRequest) => ({ method, route: routeOptions.url }) },
    stream: { write: keep }
  }
})

subscribe('fastify.initialization', message => search((message as { readonly fastify: FastifyInstance }).fastify))

function search (app: FastifyInstance): void {
  if (isSilent(app.log)) {
    // In place, since scopes with a factory of their own get the same object.
    Object.assign(
      app.log,
      { child: keeper.child.bind(keeper) },
      Object.fromEntries(LEVELS.map(level => [level, keeper[level].bind(keeper)]))
    )
    app.setChildLoggerFactory((logger, bindings, options) => logger.child(bindings, options))
  } else {
    overhear(app.log)
  }
  app.addHook('onSend', async ({ caller, headers, params }, _reply, payload) => {
    // What opened nothing is no secret, and fuzzers send it in paths as well.
    if (caller !== undefined && caller !== '') {
      hide(headers.authorization?.split(' ').at(-1))
      hide((params as { readonly token?: string }).token?.split('.')[1])
    }
    if (typeof payload !== 'string') return
    for (const [, secret] of payload.matchAll(SIGNATURE)) hide(secret)
  })
}

function isSilent (log: FastifyBaseLogger): boolean {
  return !('bindings' in log)
}

// The stream has no public name; every child of a logger writes to that of its parent.
function overhear (log: FastifyBaseLogger): void {
  const name = Object.getOwnPropertySymbols(log).find(({ description }) => description === 'pino.stream')
  const stream = (log as unknown as Record<symbol, { write(line: string): unknown }>)[name!]!
  const { write } = stream
  stream.write = line => {
    keep(line)
    return write.call(stream, line)
  }
}

function keep (line: string): void {
  lines.push(line)
  if (lines.length > LINES_KEPT) lines.shift()
  for (const [word] of line.matchAll(WORD)) if (secrets.has(word)) fail(line)
}

function hide (secret = ''): void {
  if (secret.length < 16 || secrets.has(secret)) return
  secrets.add(secret)
  for (const line of lines) if (line.includes(secret)) fail(line)
}

function fail (line: string): void {
  process.exitCode = 1
  process.stderr.write(`A secret in a log: ${line}\n`)
}
