import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { link, mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSystemError } from './errors.js'

/*
 * A folder belongs to the process that listens on a Unix socket in it:
 *
 *   lock/7   the socket of its seventh owner; the highest number counts
 *
 * The kernel closes a socket with its process, however that ends, and refuses connections from then on. It does so
 * for every container of the machine that shares the folder, where process ids would repeat. A number is taken by
 * link(), which one process alone can do. The highest stays when its owner ends, so that numbers never repeat.
 */

/** Longest path of a socket, in bytes: 104 on macOS, 108 on Linux, both with a zero at the end. */
const MAX_SOCKET_PATH_BYTES = 103

/** Gives a folder up, so that another store may open it. */
export type Unlock = () => Promise<void>

/**
 * Makes this store the only one that uses a folder, until it is unlocked or the process ends.
 *
 * @param directory a folder that exists and can be written
 * @throws Error where another store uses the folder, or its file system has no sockets
 */
export async function lockFolder (directory: string): Promise<Unlock> {
  const server = createServer((socket) => { socket.destroy() }).unref()
  try {
    if (process.platform === 'win32') await listen(server, await pipeName(directory))
    else await takeNumber(server, directory)
  } catch (error) {
    server.close()
    if (error instanceof FolderInUse || isSystemError(error, 'EADDRINUSE')) {
      throw new Error(`local-s3: directory ${directory} is in use by another store`, { cause: error })
    }
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new Error(
      `local-s3: can't lock directory ${directory} (${code}); it must be on a file system that has sockets`,
      { cause: error }
    )
  }
  return async () => {
    server.close()
    await once(server, 'close')
  }
}

class FolderInUse extends Error {}

/** Listens under a name of its own first, so that nobody finds a numbered socket that is not listening yet. */
async function takeNumber (server: Server, directory: string): Promise<void> {
  const folder = join(directory, 'lock')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const name = randomBytes(8).toString('hex')
  const { path, remove } = await shortPath(folder, name)
  try {
    await listen(server, join(path, name))
    let own: number | undefined
    for (let last = await lastNumber(folder); own !== last; last = await lastNumber(folder)) {
      if (last > 0 && await isListening(join(path, String(last)))) throw new FolderInUse()
      own = await tryLink(join(folder, name), folder, last + 1)
    }
    for (const other of await readdir(folder)) {
      if (other !== String(own)) await rm(join(folder, other), { force: true })
    }
  } finally {
    await remove()
  }
}

/** @returns the number, or undefined where another process has taken it */
async function tryLink (socket: string, folder: string, number: number): Promise<number | undefined> {
  try {
    await link(socket, join(folder, String(number)))
    return number
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return undefined
    // an owner has tidied up meanwhile
    if (isSystemError(error, 'ENOENT')) throw new FolderInUse()
    throw error
  }
}

async function lastNumber (folder: string): Promise<number> {
  return Math.max(0, ...(await readdir(folder)).filter((name) => /^\d{1,15}$/.test(name)).map(Number))
}

/** A way to the folder that is short enough for the name of a socket: a link to it, where the folder's own is not. */
async function shortPath (folder: string, name: string): Promise<{ path: string, remove: () => Promise<void> }> {
  if (Buffer.byteLength(join(folder, name)) <= MAX_SOCKET_PATH_BYTES) return { path: folder, remove: async () => {} }
  const temporary = await mkdtemp(join(tmpdir(), 'lock-'))
  await symlink(await realpath(folder), join(temporary, 'f'))
  return { path: join(temporary, 'f'), remove: async () => await rm(temporary, { recursive: true }) }
}

/** Windows has no sockets in folders, but pipes that belong to one process by name. */
async function pipeName (directory: string): Promise<string> {
  const id = createHash('sha256').update(await realpath(directory)).digest('hex')
  return `\\\\.\\pipe\\local-s3-${id}`
}

async function listen (server: Server, path: string): Promise<void> {
  server.listen({ path, exclusive: true })
  await once(server, 'listening')
}

/** Anything but a plain refusal, such as a missing permission, comes from a socket that somebody listens on. */
async function isListening (path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    return !isSystemError(error, 'ECONNREFUSED') && !isSystemError(error, 'ENOENT')
  } finally {
    socket.destroy()
  }
}
