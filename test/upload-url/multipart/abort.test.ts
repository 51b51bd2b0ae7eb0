import t from 'tap'
import { abort, complete, inProgress, list, partUrl, putAll, start, stored, uploaderApp } from './uploader.js'

t.test('an upload given up leaves nothing behind, and can be given up again', async t => {
  const { app, store } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.mp3' })
  const url = await partUrl(app, upload, 2)
  await putAll(app, upload, Buffer.from('hello'))
  for (let round = 0; round < 3; round += 1) {
    const answer = await abort(app, upload)
    t.equal(answer.statusCode, 204)
    t.equal(answer.body, '')
  }
  t.equal(await inProgress(store), 0)
  t.equal((await list(app, upload)).statusCode, 404)
  t.equal((await fetch(url, { method: 'PUT', body: 'late' })).status, 404)
})

t.test('given up ten times at once, every answer is 204', async t => {
  const { app } = await uploaderApp(t)
  const upload = await start(app)
  const answers = await Promise.all(Array.from({ length: 10 }, () => abort(app, upload)))
  t.same(answers.map(({ statusCode }) => statusCode), Array(10).fill(204))
})

t.test('giving up a completed upload does not delete the object', async t => {
  const { app, store } = await uploaderApp(t)
  const upload = await start(app, { filename: 'a.mp3' })
  const parts = await putAll(app, upload, Buffer.from('hello'))
  await complete(app, upload, parts)
  t.equal((await abort(app, upload)).statusCode, 204)
  t.equal((await stored(store, upload.key))!.toString(), 'hello')
  t.equal((await complete(app, upload, parts)).statusCode, 200)
})
