import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { DOCUMENTS } from './documents.js'
import { TABLES, withTables } from './tables.js'

const documents = DOCUMENTS.map(file => ({ file, text: readFileSync(file, 'utf8') }))
const WITH_LINKS = [...documents, { file: 'SECURITY.md', text: readFileSync('SECURITY.md', 'utf8') }]

/** The id that GitHub gives a heading. */
function anchorOf (heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(' ', '-')
}

function anchorsOf (file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!))
}

t.test('the tables are those of the code', async t => {
  for (const { file, text } of documents) {
    t.equal(text, withTables(text), `${file}: run "npm run generate" and look at what changed`)
  }
})

t.test('each table stands in one document', async t => {
  for (const name of Object.keys(TABLES)) {
    t.equal(documents.filter(({ text }) => text.includes(`<!-- ${name} -->`)).length, 1, name)
  }
})

t.test('every file and heading that a document links to exists', async t => {
  for (const { file, text } of WITH_LINKS) {
    for (const [, path = '', anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const target = path === '' ? file : join(dirname(file), path)
      t.ok(existsSync(target), `${file} links to ${target}`)
      if (anchor !== undefined) t.ok(anchorsOf(target).includes(anchor), `${file} links to ${target}#${anchor}`)
    }
  }
})

t.test('every command in the documents is a script of the package', async t => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  const named = documents.flatMap(({ text }) => [...text.matchAll(/npm run ([\w:-]+)/g)].map(match => match[1]!))
  t.ok(named.length > 5)
  for (const name of named) t.ok(scripts[name], name)
})

t.test('the README is read in four screens, and links to every document', async t => {
  const readme = readFileSync('README.md', 'utf8')
  t.ok(readme.split('\n').length <= 200, `${readme.split('\n').length} lines`)
  t.ok(statSync('docs/page.png').size < 200_000)
  for (const file of DOCUMENTS.filter(name => name.startsWith('docs/'))) t.ok(readme.includes(`](${file})`), file)
})
