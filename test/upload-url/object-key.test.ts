import fc from 'fast-check'
import t from 'tap'
import { createObjectKeys, ownerSegment } from '../../plugins/upload-url/object-key.js'
import { cases, holds } from '../fixtures/property.js'

const ID = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed'
const keys = createObjectKeys('uploads')

const owner = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter(owner => owner.isWellFormed())

t.test('whose object a key is can be read back from it, where the name was kept whole', async t => {
  await holds(t, fc.property(owner, owner => {
    const { key } = keys.create(owner, ID, 'mp3')
    const found = keys.parse(key)
    if (ownerSegment(owner).startsWith('==')) return found === undefined
    return found?.owner === owner && found.key === key
  }), cases(500, 20_000))
})

t.test('the owner finds what was created, and nobody else does', async t => {
  await holds(t, fc.property(owner, owner, (owner, other) => {
    const { key } = keys.create(owner, ID, '')
    if (keys.find(owner, key).key !== key) return false
    if (owner === other) return true
    try {
      keys.find(other, key)
      return false
    } catch (error) {
      return (error as { code: string }).code === 'FST_UPLOAD_NOT_FOUND'
    }
  }), cases(500, 20_000))
})

for (const key of [
  '', 'uploads', 'uploads/alice', 'uploads/alice/', `uploads//${ID}`, `alice/${ID}`, `uploads/alice/x/${ID}`, `uploads/alice/../${ID}`,
  `uploads/=61lice/${ID}`, `uploads/=2e/${ID}`, `uploads/../${ID}`, `uploads/=FF/${ID}`, `uploads/=C3=28/${ID}`, `uploads/a b/${ID}`,
  `uploads/${'a'.repeat(129)}/${ID}`, `uploads/==abc/${ID}`, `/uploads/alice/${ID}`, `uploads/alice/${ID}.MP3`
]) {
  t.test(`"${key.slice(0, 40)}" is the key of nobody’s object`, async t => {
    t.equal(keys.parse(key), undefined)
  })
}

t.test('without a prefix, keys start with their owner', async t => {
  const keys = createObjectKeys('')
  const { key } = keys.create('alice', ID, 'mp3')
  t.equal(key, `alice/${ID}.mp3`)
  t.match(keys.parse(key), { owner: 'alice', key })
})
