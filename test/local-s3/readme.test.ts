import { readFile } from 'node:fs/promises'
import t from 'tap'
import { resolveOptions } from '../../plugins/local-s3/options.js'
import { OPERATIONS } from '../../plugins/local-s3/router.js'

const readme = await readFile(new URL('../../plugins/local-s3/README.md', import.meta.url), 'utf8')
const section = (title: string): string => readme.split(`## ${title}\n`)[1]!.split('\n## ')[0]!
const rows = (title: string): string[][] => section(title).split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| |'))
  .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))

t.test('the README lists every operation, and no other', async (t) => {
  const listed = rows('Operations').flatMap(([, names = '']) => names.split(';')[0]!.match(/[A-Z]\w+/g) ?? [])
  const own = Object.values(OPERATIONS).map(({ name }) => name[0]!.toUpperCase() + name.slice(1))
  t.same(listed.sort(), [...new Set([...own, 'HeadObject', 'PostObject'])].sort())
})

t.test('the README lists every option, and no other', async (t) => {
  const listed = rows('Options').map(([name = '']) => /^`(\w+)`$/.exec(name)?.[1]).filter((name) => name !== undefined)
  t.same(listed.sort(), Object.keys(resolveOptions({})).sort())
})
