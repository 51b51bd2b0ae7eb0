import fc from 'fast-check'
import t from 'tap'
import { createObjectKeys, OwnedObject, OwnedResult, ownerSegment } from '../../plugins/upload-url/object-key.js'
import { cases, holds } from '../fixtures/property.js'

const ID = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed'
const keys = createObjectKeys('uploads')

const owner = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter(owner => owner.isWellFormed())

t.test('whose object a key is can be read back from it, where the name was kept whole', async t => {
  await holds(
    t,
    fc.property(owner, owner => {
      const { key } = keys.create(owner, ID, 'mp3')
      const found = keys.parse(key)
      if (ownerSegment(owner).startsWith('==')) return found === undefined
      return found?.owner === owner && found.key === key
    }),
    cases(500, 20_000)
  )
})

t.test('the owner finds what was created, and nobody else does', async t => {
  await holds(
    t,
    fc.property(owner, owner, (owner, other) => {
      const { key } = keys.create(owner, ID, '')
      if (keys.find(owner, key).key !== key) return false
      if (owner === other) return true
      try {
        keys.find(other, key)
        return false
      } catch (error) {
        return (error as { code: string }).code === 'FST_UPLOAD_NOT_FOUND'
      }
    }),
    cases(500, 20_000)
  )
})

for (const key of [
  '',
  'uploads',
  'uploads/alice',
  'uploads/alice/',
  `uploads//${ID}`,
  `alice/${ID}`,
  `uploads/alice/x/${ID}`,
  `uploads/alice/../${ID}`,
  `uploads/=61lice/${ID}`,
  `uploads/=2e/${ID}`,
  `uploads/../${ID}`,
  `uploads/=FF/${ID}`,
  `uploads/=C3=28/${ID}`,
  `uploads/a b/${ID}`,
  `uploads/${'a'.repeat(129)}/${ID}`,
  `uploads/==abc/${ID}`,
  `/uploads/alice/${ID}`,
  `uploads/alice/${ID}.MP3`
]) {
  t.test(`"${key.slice(0, 40)}" is the key of nobody’s object`, async t => {
    t.equal(keys.parse(key), undefined)
  })
}

const extension = fc.constantFrom('', 'mp3', 'results', 'json')
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/)
const resultName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}(\.[A-Za-z0-9_-]{1,8}){0,3}\.(json|txt|srt|vtt)$/)

function isNotFound (find: () => unknown): boolean {
  try {
    find()
    return false
  } catch (error) {
    return (error as { code: string }).code === 'FST_UPLOAD_NOT_FOUND'
  }
}

t.test('whose result a key is, of which recording and under which name, can be read back from it', async t => {
  await holds(
    t,
    fc.property(owner, id, extension, resultName, (owner, id, extension, name) => {
      const recording = keys.create(owner, id, extension)
      const { key } = recording.result(name)
      if (key !== `${recording.key}.results/${name}`) return false
      const found = keys.parse(key)
      if (ownerSegment(owner).startsWith('==')) return found === undefined
      return (
        found instanceof OwnedResult &&
        found.owner === owner &&
        found.key === key &&
        found.name === name &&
        found.recording instanceof OwnedObject &&
        found.recording.key === recording.key
      )
    }),
    cases(500, 20_000)
  )
})

t.test('the key of a result is the key of no recording, and the other way round', async t => {
  await holds(
    t,
    fc.property(owner, id, extension, resultName, (owner, id, extension, name) => {
      const recording = keys.create(owner, id, extension)
      const result = recording.result(name)
      return (
        !(keys.parse(recording.key) instanceof OwnedResult) &&
        !(keys.parse(result.key) instanceof OwnedObject) &&
        isNotFound(() => keys.find(owner, result.key)) &&
        isNotFound(() => keys.find(owner, recording.resultsPrefix))
      )
    }),
    cases(500, 20_000)
  )
})

t.test('no name leads out of the folder of a recording’s results', async t => {
  const recording = keys.create('alice', ID, 'mp3')
  const part = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%2F',
      '%2e',
      '\0',
      '\n',
      '?',
      '#',
      '.json',
      'a',
      ' ',
      'results',
      '.results/'
    ),
    fc.string({ unit: 'binary', maxLength: 5 })
  )
  const hostile = fc.array(part, { maxLength: 8 }).map(parts => parts.join(''))
  await holds(
    t,
    fc.property(
      fc.oneof(
        hostile,
        hostile.map(text => `${text}.json`),
        resultName
      ),
      name => {
        if (isNotFound(() => recording.result(name))) return true
        const { pathname, search, hash } = new URL(`http://s3/${recording.result(name).key}`)
        return pathname === `/${recording.key}.results/${name}` && search === '' && hash === '' && !name.includes('/')
      }
    ),
    cases(2000, 100_000)
  )
})

const RECORDING = `uploads/alice/${ID}.mp3`

for (const key of [
  `${RECORDING}.results/`,
  `${RECORDING}.results/transcript`,
  `${RECORDING}.results/page.html`,
  `${RECORDING}.results/.json`,
  `${RECORDING}.results/a/b.json`,
  `${RECORDING}.results/../b.json`,
  `${RECORDING}.results/b.json\n`,
  `${RECORDING}.results/${'b'.repeat(96)}.json`,
  `${RECORDING}.result/b.json`,
  `${RECORDING}/b.json`,
  'uploads/alice/.results/b.json',
  `uploads/alice/${ID}.MP3.results/b.json`,
  `uploads/=61lice/${ID}.results/b.json`,
  `uploads/${ID}.results/b.json`
]) {
  t.test(`${JSON.stringify(key)} is the key of nobody’s result`, async t => {
    t.notOk(keys.parse(key) instanceof OwnedResult)
    t.throws(() => keys.find('alice', key), { code: 'FST_UPLOAD_NOT_FOUND' })
  })
}

t.test('without a prefix, keys start with their owner', async t => {
  const keys = createObjectKeys('')
  const { key } = keys.create('alice', ID, 'mp3')
  t.equal(key, `alice/${ID}.mp3`)
  t.match(keys.parse(key), { owner: 'alice', key })
})
