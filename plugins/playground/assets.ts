import { readdir, readFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'

/** A file as it is sent. */
export interface Asset {
  /** For the header Content-Type. */
  readonly type: string
  readonly bytes: Buffer
}

/** The page and what it loads. */
export interface Assets {
  readonly page: Asset
  /** By file name. */
  readonly files: ReadonlyMap<string, Asset>
}

const PAGE = 'index.html'
const UPPY = ['uppy.min.mjs']
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml'
}

/**
 * Reads everything the page consists of into memory. Our own files are looked for below the root of the package, where
 * they are whether the code runs from source or from `dist`.
 *
 * @param require of a module in this package
 * @throws Error where the npm package `uppy` is not installed
 */
export async function loadAssets (require: NodeJS.Require): Promise<Assets> {
  const ours = join(dirname(require.resolve('#package.json')), 'plugins', 'playground', 'public')
  const theirs = join(dirname(require.resolve('uppy/package.json')), 'dist')
  const names = (await readdir(ours)).filter(name => name !== PAGE)
  const files = new Map([...await readAll(ours, names), ...await readAll(theirs, UPPY)])
  return { page: await readAsset(join(ours, PAGE)), files }
}

function readAll (directory: string, names: readonly string[]): Promise<Array<[string, Asset]>> {
  return Promise.all(names.map(async name => [name, await readAsset(join(directory, name))]))
}

async function readAsset (path: string): Promise<Asset> {
  const type = TYPES[extname(path)]
  if (type === undefined) throw new Error(`playground: no media type is known for ${path}`)
  return { type, bytes: await readFile(path) }
}
