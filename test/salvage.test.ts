import { EventEmitter, once } from 'node:events'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { loadConfig } from '../plugins/config.js'
import salvage from '../plugins/salvage.js'
import uploadUrl from '../plugins/upload-url/index.js'
import { buildApp } from '../src/app.js'
import { ownerFromHeader } from './fixtures/app.js'
import { scriptedStore, type StoreAddress } from './fixtures/scripted-store.js'
import { appFor } from './fixtures/uploads-to.js'
import { putPart, start, stored, uploaderApp } from './upload-url/multipart/uploader.js'

const HOUR = 3600

interface Line {
  readonly level: number
  readonly msg: string
}

/** A server an hour from now that salvages every second, what its log says of that, and `run` as each one begins. */
async function salvaging (t: Test, { bucket, endpoint, region, credentials }: StoreAddress) {
  const events = new EventEmitter()
  const log: Line[] = []
  const write = (line: string): void => {
    const said = JSON.parse(line)
    if (!said.msg.includes('salvaged')) return
    log.push(said)
    events.emit('line')
  }
  const app: FastifyInstance = Fastify({ logger: { stream: { write } } })
  t.teardown(() => app.close())
  await app.register(uploadUrl, {
    bucket,
    client: { endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 },
    owner: ownerFromHeader,
    clock () {
      events.emit('run')
      return new Date(Date.now() + HOUR * 1000)
    }
  })
  await app.register(salvage, { after: 1 })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, log, events }
}

t.test('abandoned recordings are salvaged again and again, with a line for each time that there were any', async t => {
  const { app, store } = await uploaderApp(t)
  const { log, events } = await salvaging(t, store)
  await once(events, 'run')
  t.same(log, [], 'nothing to do, and nothing to say')
  for (const words of ['the first', 'the second']) {
    const line = once(events, 'line')
    const recording = await start(app, { recording: true })
    await putPart(app, recording, 1, Buffer.from(words))
    await line
    t.match(log.at(-1), { level: 30, msg: 'recordings salvaged', completed: 1, aborted: 0 })
    t.equal((await stored(store, recording.key))!.toString(), words)
  }
  t.equal(log.length, 2)
})

t.test('a recording that cannot be salvaged is named in the log', async t => {
  const { app, store } = await uploaderApp(t)
  const recording = await start(app, { recording: true })
  await putPart(app, recording, 2, Buffer.from('without part 1'))
  const { log, events } = await salvaging(t, store)
  await once(events, 'line')
  t.match(log, [
    { level: 40, msg: 'recording not salvaged', key: recording.key, err: { code: 'FST_UPLOAD_INVALID_PARTS' } }
  ])
})

t.test('a store that fails shows in the log, and is asked again', async t => {
  const store = await scriptedStore(t, (_request, response) => {
    response.writeHead(500).end()
  })
  const { log, events } = await salvaging(t, store)
  await once(events, 'line')
  await once(events, 'line')
  const line = { level: 50, msg: 'recordings could not be salvaged', err: { code: 'FST_UPLOAD_STORE_UNAVAILABLE' } }
  t.match(log, [line, line])
})

t.test('a server closes at once amid a salvage, and says nothing of it', async t => {
  const asked = new EventEmitter()
  const store = await scriptedStore(t, () => {
    asked.emit('request')
  })
  const { app, log } = await salvaging(t, store)
  await once(asked, 'request')
  await app.close()
  t.same(log, [])
})

t.test('a server that has closed salvages no more', async t => {
  let requests = 0
  const store = await scriptedStore(t, (_request, response) => {
    requests += 1
    response.writeHead(500).end()
  })
  const { app, events } = await salvaging(t, store)
  await once(events, 'line')
  await app.close()
  const before = requests
  const { events: other } = await salvaging(t, await scriptedStore(t, (_request, response) => {
    response.writeHead(500).end()
  }))
  await once(other, 'line')
  await once(other, 'line')
  t.equal(requests, before, 'while another has run twice')
})

t.test('waiting to salvage keeps no process alive', async t => {
  const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  const { store } = await uploaderApp(t)
  const app = await appFor(t, store)
  await app.register(salvage, { after: HOUR })
  const before = timers()
  await app.ready()
  t.equal(timers(), before)
})

for (const [variables, isSalvaging] of [[{}, false], [{ SALVAGE_AFTER_SECONDS: '3600' }, true]] as const) {
  t.test(`with ${JSON.stringify(variables)}, the server salvages ${isSalvaging ? 'recordings' : 'nothing'}`, async t => {
    const config = loadConfig({ PORT: '0', LOG_LEVEL: 'silent', ...variables })
    const app = await buildApp(config, { storeDirectory: t.testdir() })
    t.teardown(() => app.close())
    await app.ready()
    t.equal(app.hasPlugin('salvage'), isSalvaging)
  })
}
