// Prints the development dependencies that nothing in dist/ imports: what an image of the built server can do without.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

const IMPORT = /\b(?:from|import)\s*\(?\s*['"]((?:@[^'"/]+\/)?[^'"./][^'"/]*)/g

const { devDependencies } = JSON.parse(await readFile('package.json', 'utf8')) as { devDependencies: Record<string, string> }
const files = (await readdir('dist', { recursive: true })).filter(name => name.endsWith('.js'))
const texts = await Promise.all(files.map(name => readFile(join('dist', name), 'utf8')))
const imported = new Set(texts.flatMap(text => [...text.matchAll(IMPORT)].map(([, name]) => name)))

console.log(Object.keys(devDependencies).filter(name => !imported.has(name)).join('\n'))
