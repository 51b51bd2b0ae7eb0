// Writes the tables of the documents from the code: a part of `npm run generate`.
import { readFileSync, writeFileSync } from 'node:fs'
import { DOCUMENTS } from './documents.js'
import { withTables } from './tables.js'

for (const file of DOCUMENTS) writeFileSync(file, withTables(readFileSync(file, 'utf8')))
