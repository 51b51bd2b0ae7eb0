import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { objectOf } from '../counted-object.js'
import { INSPECTORS, type Found } from './inspectors.js'

/** One inspection: what it found, and what it took. */
export interface Inspected {
  readonly found: Found
  readonly reads: number
  readonly bytes: number
  readonly milliseconds: number
}

const MAX_SECONDS = 10

/** An inspector in a process of its own, for a library may loop for ever: such a file counts as rejected. */
export class IsolatedInspector {
  /** Files that the inspector did not come back from, or crashed on. */
  failures = 0
  readonly #label: string
  #child: ChildProcess

  /** @param label a key of `INSPECTORS` */
  constructor (label: string) {
    this.#label = label
    this.#child = this.#start()
  }

  inspect (bytes: Buffer): Promise<Inspected> {
    return new Promise(resolve => {
      const fail = () => {
        this.failures += 1
        this.#child.removeAllListeners().kill('SIGKILL')
        this.#child = this.#start()
        resolve({ found: undefined, reads: 0, bytes: 0, milliseconds: MAX_SECONDS * 1000 })
      }
      const timer = setTimeout(fail, MAX_SECONDS * 1000)
      this.#child
        .removeAllListeners()
        .once('exit', fail)
        .once('message', inspected => {
          clearTimeout(timer)
          resolve(inspected as Inspected)
        })
      this.#child.send(bytes)
    })
  }

  stop (): void {
    this.#child.removeAllListeners().kill()
  }

  #start (): ChildProcess {
    return fork(fileURLToPath(import.meta.url), [this.#label], { serialization: 'advanced' })
  }
}

function serve (label: string): void {
  const inspect = INSPECTORS[label]!
  console.warn = () => {}
  process.on('message', async (bytes: Uint8Array) => {
    const object = objectOf(bytes)
    const began = performance.now()
    const found = await inspect(object)
    process.send!({
      found,
      reads: object.requests,
      bytes: object.bytes,
      milliseconds: performance.now() - began
    } satisfies Inspected)
  })
}

if (process.send !== undefined && process.argv[2] !== undefined && process.argv[2] in INSPECTORS) serve(process.argv[2])
