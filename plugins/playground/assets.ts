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
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml'
}

/**
 * Reads everything the page consists of into memory. Our own files are looked for below the root of the package, where
 * they are whether the code runs from source or from `dist`.
 *
 * @param require of a module in this package
 */
export async function loadAssets (require: NodeJS.Require): Promise<Assets> {
  const ours = join(dirname(require.resolve('#package.json')), 'plugins', 'playground', 'public')
  const names = (await readdir(ours)).filter(name => name !== PAGE)
  const own = await Promise.all(names.map(async name => [name, await readAsset(join(ours, name))] as const))
  const page = await readAsset(join(ours, PAGE))
  return { page, files: new Map([...own, ...await readClient(dirname(require.resolve('fastify-upload-url-client')))]) }
}

/** The modules of the client, as `client/…`. */
async function readClient (folder: string): Promise<Array<[string, Asset]>> {
  const names = (await readdir(folder)).filter(name => /^[\w-]+\.(js|ts)$/.test(name))
  return await Promise.all(names.map(async name => {
    const path = join(folder, name)
    const bytes = name.endsWith('.ts') ? await transpile(path) : await readFile(path)
    return [`client/${name.replace(/\.ts$/, '.js')}`, { type: TYPES['.js']!, bytes }] as [string, Asset]
  }))
}

// Where the server runs from its sources, nothing is built.
async function transpile (path: string): Promise<Buffer> {
  const { default: { ModuleKind, ScriptTarget, transpileModule } } = await import('typescript')
  const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 }
  return Buffer.from(transpileModule(await readFile(path, 'utf8'), { compilerOptions }).outputText)
}

async function readAsset (path: string): Promise<Asset> {
  const type = TYPES[extname(path)]
  if (type === undefined) throw new Error(`playground: no media type is known for ${path}`)
  return { type, bytes: await readFile(path) }
}
