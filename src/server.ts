import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.js'
import { banner } from './banner.js'
import { giveUp, readEnvironment } from './environment.js'

/** Milliseconds for requests under way to finish, once the service takes no more. */
const FINISH_MS = 30_000

try {
  const config = readEnvironment()
  const app = await buildApp(config)
  const drainMs = config.drainSeconds * 1000
  closeWithGrace({ delay: drainMs + FINISH_MS, logger: app.log }, async ({ err }) => {
    if (err === undefined) await app.drain(drainMs)
    await app.close()
  })
  const address = await app.listen({ host: config.HOST, port: config.PORT })
  if (config.isLocal) process.stdout.write(banner(address, app.localS3, config.usesDevelopmentKey))
} catch (error) {
  giveUp(error, 'The server can’t start')
}
