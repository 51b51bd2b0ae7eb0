import t from 'tap'
import { eventCheck } from '../../plugins/upload-url/bucket/checks-events.js'
import { behindProxy } from '../fixtures/scripted-store.js'
import { startStore } from '../fixtures/store.js'
import { uploadsTo } from '../fixtures/uploads-to.js'
import { startQueue } from './emulator.js'

t.test('a check finds the event of its upload in a queue, removes it, and leaves what is there of others', async t => {
  const [store, queue] = [await startStore(t), await startQueue(t)]
  // A store that sends its events to the queue.
  const sending = await behindProxy(t, store, {
    async before ({ method, url }) {
      if (method !== 'PUT') return
      const key = new URL(url!, store.endpoint).pathname.slice(`/${store.bucket}/`.length)
      const s3 = { bucket: { name: store.bucket }, object: { key } }
      await queue.send([JSON.stringify({ Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }] })])
    }
  })
  await queue.send(['{"Event":"s3:TestEvent"}', '{"another":"message"}'])
  const from = await eventCheck(queue.url).run({
    client: store.client,
    uploads: await uploadsTo(t, sending),
    bucket: store.bucket,
    keyPrefix: 'uploads',
    expiresIn: 900,
    corsOrigins: [],
    now: () => new Date(),
    createdKeys: new Set(),
    keyOutsidePrefix: 'elsewhere',
    close: async () => {}
  })
  t.match(from, /^from the queue uploads, after \d+ ms$/)
  const { waiting, handled } = await queue.count()
  t.equal(waiting + handled, 2)
})
