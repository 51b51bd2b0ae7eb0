import { readFile, readdir } from 'node:fs/promises'
import t from 'tap'
import { differences } from './differences.js'

t.test('every difference between the stores is of a behaviour that is tested', async (t) => {
  const names = (await readdir(import.meta.dirname)).filter((name) => /^store-.*\.test\.ts$/.test(name))
  const texts = await Promise.all(names.map(async (name) => await readFile(`${import.meta.dirname}/${name}`, 'utf8')))
  const source = texts.join('').replace(/\(\s+/g, '(')
  for (const name of Object.keys(differences)) {
    t.ok(source.includes(`('${name}'`) || source.includes(`("${name}"`), name)
  }
})

t.test('every difference is one, and says why', async (t) => {
  for (const [name, { localS3, rgw, why }] of Object.entries(differences)) {
    t.notSame(localS3, rgw, name)
    t.ok(why.length > 10, name)
  }
})
