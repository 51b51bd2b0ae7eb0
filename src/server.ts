import closeWithGrace from 'close-with-grace'
import { loadEnvFile } from 'fastify-upload-url/environment'
import { ConfigError, loadConfig, type Config } from '../plugins/config.js'
import { buildApp } from './app.js'

/** Milliseconds for requests under way to finish, once the service accepts no more. */
const FINISH_MS = 30_000

// Said to whoever develops with the SDK, not to whoever runs this server: the README says it to them.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

async function start (config: Config): Promise<void> {
  const app = await buildApp(config)
  const drainMs = config.drainSeconds * 1000
  // With policies to reload, the signal says so; without, a terminal that goes away ends the server.
  const skip = config.ownerPolicies === undefined ? [] : ['SIGHUP' as const]
  closeWithGrace({ delay: drainMs + FINISH_MS, logger: app.log, skip }, async ({ err }) => {
    if (err === undefined) await app.drain(drainMs)
    await app.close()
  })
  const address = await app.listen({ host: config.HOST, port: config.PORT })
  if (!config.isLocal) return
  const { banner } = await import('./banner.js')
  process.stdout.write(banner(address, app.localS3, config.usesDevelopmentKey))
}

// By the codes of Node.js for an address that cannot be listened on.
function explain (error: Error, { HOST, PORT }: Config): string {
  const { code, port } = (error.cause ?? error) as NodeJS.ErrnoException & { readonly port?: number }
  switch (code) {
    case 'EADDRINUSE': {
      const subject = port === PORT ? `PORT ${PORT}` : `port ${port}, the embedded store’s, after PORT ${PORT},`
      return `${subject} is in use: set PORT to another, or stop the process that listens there`
    }
    case 'EACCES':
      return `PORT ${port} needs permissions that this process lacks: set PORT to one from 1024`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST ${HOST} is not an address of this machine`
    default:
      return error.message
  }
}

function exitWithError (message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

let config: Config
try {
  loadEnvFile()
  config = loadConfig(process.env)
} catch (error) {
  const { message } = error as Error
  exitWithError(error instanceof ConfigError ? message : `The configuration cannot be read: ${message}`)
}
await start(config).catch((error: Error) => exitWithError(`The server cannot start: ${explain(error, config)}`))
