// Runs every benchmark and prints the tables; with --write, puts them into bench/README.md.
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { benchClients } from './clients.js'
import { benchPartUrls } from './part-urls.js'
import { benchRoutes } from './routes.js'
import { benchMemory, benchSigning } from './signing.js'
import { benchStart } from './start.js'
import { benchWorstMix } from './worst-mix.js'

const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`
const tables = [
  `Measured on ${machine}.`,
  benchStart(),
  await benchClients(),
  await benchMemory(),
  await benchSigning(),
  await benchPartUrls(),
  await benchRoutes(),
  await benchWorstMix()
].join('\n\n')
console.log(tables)

if (process.argv.includes('--write')) {
  const file = 'bench/README.md'
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/(<!-- tables -->\n)[^]*(<!-- \/tables -->)/, `$1${tables}\n$2`))
}
