import { readdirSync } from 'node:fs'

/** The documents that readers start from, in the order in which they are linked. */
export const DOCUMENTS = [
  'README.md',
  'plugins/upload-url/README.md',
  ...readdirSync('docs').filter(name => name.endsWith('.md')).sort().map(name => `docs/${name}`)
]
