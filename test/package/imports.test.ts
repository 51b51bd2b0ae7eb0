import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import ts from 'typescript'

interface Manifest {
  readonly name?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, object>>
}

const PACKAGES = ['plugins/upload-url', 'plugins/local-s3']
const SERVER = ['src', 'plugins']
/** Folders of tests with tools of their own, which npm installs when they are run. */
const SUITES = [
  'bench',
  'test/audio/corpus',
  'test/browser',
  'test/contract',
  'test/package',
  'test/sigv4a',
  'test/sqs'
]
/** What the server imports only where it runs from its sources: then the page's modules are not compiled. */
const FROM_SOURCES = ['typescript']
/** Compiled against what another program generates. */
const GENERATED = 'test/contract/clients'
/** What a module is asked for by name only when it runs. */
const RESOLVED = /require\.resolve\('([^']+)'\)/g

function manifest (folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** All sources in a folder and below it, except in some folders. */
function sources (folder: string, except: readonly string[] = []): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (/^(\.|node_modules$|dist$)/.test(entry.name) || except.includes(path)) return []
    if (entry.isDirectory()) return sources(path, except)
    return /\.(ts|js)$/.test(path) ? [path] : []
  })
}

/** The packages that files import, types included, without those of Node. */
function importedBy (files: readonly string[]): Set<string> {
  const specifiers = files.flatMap(file => {
    const text = readFileSync(file, 'utf8')
    const imported = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
    return [...imported, ...[...text.matchAll(RESOLVED)].map(([, name]) => name!)]
  })
  const bare = specifiers.filter(specifier => !/^[./#]/.test(specifier) && !isBuiltin(specifier))
  return new Set(
    bare.map(specifier =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/')
    )
  )
}

/** Names in the second set and not in the first. */
function missing (declared: Iterable<string>, imported: Iterable<string>): string[] {
  const known = new Set(declared)
  return [...imported].filter(name => !known.has(name) && !known.has(`@types/${name}`))
}

function names (dependencies: Readonly<Record<string, string>> = {}): string[] {
  return Object.keys(dependencies)
}

for (const folder of PACKAGES) {
  const { name, dependencies, peerDependencies, optionalDependencies, peerDependenciesMeta } = manifest(folder)

  t.test(`${name} declares exactly what its files import`, async t => {
    const declared = [...names(dependencies), ...names(peerDependencies)]
    const imported = importedBy(sources(folder))
    t.same(missing(declared, imported), [], 'imported, and not declared')
    t.same(missing(imported, declared), [], 'declared, and not imported')
  })

  t.test(`${name} has at most ten dependencies and one peer, and none that is optional`, async t => {
    t.ok(names(dependencies).length <= 10, names(dependencies).join())
    t.same(names(peerDependencies), ['fastify'])
    t.same([optionalDependencies, peerDependenciesMeta], [undefined, undefined])
  })
}

t.test('the client imports nothing but its own files, and depends on nothing', t => {
  const { name: _name, scripts: _scripts, ...client } = manifest('openapi/client')
  t.same([...importedBy(sources('openapi/client'))], [])
  t.same(
    Object.keys(client).filter(key => /dependencies/i.test(key)),
    []
  )
  t.end()
})

t.test('the server declares exactly what its files import', async t => {
  const { dependencies, devDependencies } = manifest('.')
  const imported = importedBy(SERVER.flatMap(folder => sources(folder, [...PACKAGES, 'plugins/playground/public'])))
  const forDevelopment = names(devDependencies).filter(
    name => name.startsWith('@types/') || FROM_SOURCES.includes(name)
  )
  t.same(missing([...names(dependencies), ...forDevelopment], imported), [])
  t.same(missing(imported, names(dependencies)), [])
})

t.test('tests and tools are declared, at the root or by the suite that imports them', async t => {
  const root = manifest('.')
  const packages = PACKAGES.map(manifest)
  const atRoot = [
    ...names(root.dependencies),
    ...names(root.devDependencies),
    ...packages.flatMap(({ dependencies }) => names(dependencies))
  ]
  t.same(missing(atRoot, importedBy(sources('.', [...SERVER, ...SUITES]))), [])
  for (const folder of SUITES) {
    t.same(
      missing([...atRoot, ...names(manifest(folder).dependencies)], importedBy(sources(folder, [GENERATED]))),
      [],
      folder
    )
  }
})

t.test('no development dependency is there for nothing', async t => {
  const { scripts, devDependencies } = manifest('.')
  const imported = importedBy(sources('.', SERVER))
  const commands = Object.values(scripts ?? {}).join(' ')
  const commandOf: Readonly<Record<string, string>> = { typescript: 'tsc', 'dependency-cruiser': 'depcruise' }
  const unused = missing(imported, names(devDependencies)).filter(
    name => !name.startsWith('@types/') && !commands.includes(commandOf[name] ?? name)
  )
  t.same(unused, [])
})
