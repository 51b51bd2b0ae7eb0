import { ConfigError, loadConfig, type Config } from '../plugins/config.js'

/**
 * Reads the configuration from the environment and, where there is one, the file `.env` in the working directory.
 *
 * @throws ConfigError naming every variable that is wrong
 */
export function readEnvironment (): Config {
  try {
    process.loadEnvFile()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return loadConfig(process.env)
}

/** Ends the process, saying why. */
export function giveUp (error: unknown, what: string): never {
  process.stderr.write(`${error instanceof ConfigError ? error.message : `${what}: ${(error as Error).message}`}\n`)
  process.exit(1)
}
