import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { withTables } from './tables.js'

t.test('the tables of the README are those of the code', async t => {
  const readme = readFileSync('README.md', 'utf8')
  t.equal(readme, withTables(readme), 'else run "npm run readme" and look at what changed')
})

t.test('every file the README links to is there', async t => {
  const links = [...readFileSync('README.md', 'utf8').matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(match => match[1]!)
  t.ok(links.length > 3)
  for (const link of links) t.ok(existsSync(link), link)
})

t.test('every command the README names is a script of the package', async t => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  const named = [...readFileSync('README.md', 'utf8').matchAll(/npm run ([\w:-]+)/g)].map(match => match[1]!)
  t.ok(named.length > 5)
  for (const name of named) t.ok(scripts[name], name)
})
