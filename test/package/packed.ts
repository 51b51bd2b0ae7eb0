import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const run = promisify(execFile)

const INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts']

/** A package as npm would publish it. */
export interface Packed {
  /** Path of the tarball. */
  readonly tarball: string
  /** Bytes. */
  readonly size: number
  /** Every file in it. */
  readonly paths: readonly string[]
}

/** Packs the package in `directory` into `folder`. */
export async function pack (directory: string, folder: string): Promise<Packed> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: directory })
  const [{ filename, size, files }] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [
    { filename: string, size: number, files: ReadonlyArray<{ path: string }> }
  ]
  return { tarball: join(folder, filename), size, paths: files.map(({ path }) => path) }
}

/**
 * A new app in an empty folder with packages, which come from the registry or are tarballs, and what they declare.
 *
 * @returns the path of the app
 */
export async function install (app: string, type: 'module' | 'commonjs', packages: readonly string[]): Promise<string> {
  await mkdir(app)
  await writeFile(join(app, 'package.json'), JSON.stringify({ private: true, type }))
  await run('npm', [...INSTALL, ...packages], { cwd: app })
  return app
}

/** Path of a version of Node that npm has, or of the one that runs this, where it is of that version. */
export async function nodeOf (version: number): Promise<string> {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath
  const { stdout } = await run('npx', ['--yes', '--package', `node@${version}`, '--', 'node', '-p', 'process.execPath'])
  return stdout.trim()
}
