import fc from 'fast-check'
import t from 'tap'
import uploadEvents from '../../../plugins/upload-url/events/index.js'
import { cases, holds } from '../../fixtures/property.js'
import { startStore } from '../../fixtures/store.js'
import { appFor } from '../../fixtures/uploads-to.js'

const SECRET = 'the-secret-of-this-route-0123456789'

t.test('whatever a message is made into, it is no error, and no hook runs for what was not uploaded', async t => {
  const store = await startStore(t)
  const app = await appFor(t, store)
  const told = new Set<string>()
  await app.register(uploadEvents, {
    http: { secret: SECRET },
    onUploaded: ({ key }) => {
      told.add(key)
    }
  })
  const { url, key, headers } = await app.uploads.createUploadUrl({ filename: 'a.mp3' }, { owner: 'alice' })
  await fetch(url, { method: 'PUT', headers, body: 'hello' })

  const { bucket } = store
  const record = {
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: bucket }, object: { key, size: 5 } }
  }
  const messages = [
    { Records: [record, record] },
    { Type: 'Notification', Message: JSON.stringify({ Records: [record] }) },
    { Messages: [{ Body: JSON.stringify({ Type: 'Notification', Message: JSON.stringify({ Records: [record] }) }) }] },
    { source: 'aws.s3', 'detail-type': 'Object Created', detail: { bucket: { name: bucket }, object: { key } } },
    { action: 'PutObject', bucket, object: { key } },
    { key: `/buckets/${bucket}/${key}`, event_type: 'create' }
  ].map(message => JSON.stringify(message))

  const edit = fc.record({
    at: fc.nat(),
    removed: fc.nat(6),
    inserted: fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('[', ']', '{', '}', '"', 'null', '%', '../', key, '\\u0000', '1e999')
    )
  })
  const property = fc.asyncProperty(
    fc.constantFrom(...messages),
    fc.array(edit, { minLength: 1, maxLength: 4 }),
    async (message, edits) => {
      const payload = edits.reduce((text, { at, removed, inserted }) => {
        const place = at % (text.length + 1)
        return text.slice(0, place) + inserted + text.slice(place + removed)
      }, message)
      const { statusCode } = await app.inject({
        method: 'POST',
        url: `/upload-events/${SECRET}`,
        headers: { 'content-type': 'application/json' },
        payload
      })
      return statusCode === 204
    }
  )
  await holds(t, property, cases(500, 20_000))
  t.ok(
    [...told].every(told => told === key),
    'nothing but the one upload'
  )
})
