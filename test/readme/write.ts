// Writes the tables of README.md anew: `npm run readme`.
import { readFileSync, writeFileSync } from 'node:fs'
import { withTables } from './tables.js'

writeFileSync('README.md', withTables(readFileSync('README.md', 'utf8')))
