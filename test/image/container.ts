import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

/** What an image says of how to run it ("Config" of the Docker image specification). */
export interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Cmd: readonly string[]
  readonly WorkingDir: string
  readonly Healthcheck: { readonly Test: readonly ['CMD', ...string[]] }
}

/** A command in a container. */
export interface Contained {
  /** Id of its process on this machine, to send signals to. */
  readonly pid: number
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>
}

const { IMAGE_ROOT: root = '', IMAGE_DESCRIPTION: description = '' } = process.env

/** The configuration of the image under test. */
export const image = (
  JSON.parse(await readFile(description, 'utf8')) as { readonly Docker: { readonly config: ImageConfig } }
).Docker.config

/**
 * Runs a command in the image with no more rights than docker-compose.yml leaves it: as the image's user, without a
 * capability, and where nothing can be written. It is the first process there; only the network is this machine's.
 *
 * @param variables of the environment, besides those of the image
 */
export async function runContained (
  command: readonly string[],
  variables: Readonly<Record<string, string>> = {}
): Promise<Contained> {
  const child = spawn(
    'bwrap',
    [
      '--ro-bind',
      root,
      '/',
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
      '--as-pid-1',
      '--die-with-parent',
      '--info-fd',
      '3',
      '--chdir',
      image.WorkingDir,
      '--clearenv',
      // To become somebody else takes rights, which go with it.
      '--cap-add',
      'CAP_SETUID',
      '--cap-add',
      'CAP_SETGID',
      '--cap-add',
      'CAP_SETPCAP',
      'setpriv',
      `--reuid=${image.User}`,
      `--regid=${image.User}`,
      '--init-groups',
      '--inh-caps=-all',
      '--bounding-set=-all',
      '--no-new-privs',
      'env',
      ...image.Env,
      ...Object.entries(variables).map(pair => pair.join('=')),
      ...command
    ],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] }
  )
  const output = Promise.all([text(child.stdout!), text(child.stderr!)])
  const ended = once(child, 'close').then(async ([code]) => ({
    code: code as number | null,
    output: (await output).join('')
  }))
  const info = JSON.parse(await text(child.stdio[3] as Readable)) as { 'child-pid': number }
  return { pid: info['child-pid'], ended }
}
