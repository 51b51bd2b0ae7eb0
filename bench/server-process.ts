import { fork, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import type { Store, Usage, Variant } from './server.js'

/** A server in a process of its own. */
export class ServerProcess {
  private constructor (private readonly child: ChildProcess, readonly address: string) {}

  /** @param store that the server signs for. Default: one that is never spoken to */
  static async start (variant: Variant, store?: Store): Promise<ServerProcess> {
    const parameters = [variant, ...store === undefined ? [] : [JSON.stringify(store)]]
    // Log lines are written, and go nowhere.
    const stdio: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc']
    const child = fork(new URL('server.js', import.meta.url), parameters, { stdio })
    const [address] = await once(child, 'message')
    return new ServerProcess(child, address)
  }

  /** What it used since this was last asked. */
  async usage (): Promise<Usage> {
    this.child.send('usage')
    const [usage] = await once(this.child, 'message')
    return usage
  }

  stop (): void {
    this.child.disconnect()
  }
}
