import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { CompanionClient, MALLORY } from './companion-client.js'
import { uppyApp } from './uppy-app.js'

type Operation = (client: CompanionClient, key: string, uploadId: string) => ReturnType<CompanionClient['abort']>

const MP3 = { filename: 'a.mp3', type: 'audio/mpeg' }
const OPERATIONS: ReadonlyArray<readonly [name: string, operation: Operation]> = [
  ['list', (client, key, uploadId) => client.listParts(key, uploadId)],
  ['part', (client, key, uploadId) => client.signPart(key, uploadId, 1)],
  ['batch', (client, key, uploadId) => client.batch(key, uploadId, '1,2')],
  ['complete', (client, key, uploadId) => client.complete(key, uploadId, [{ PartNumber: 1, ETag: 'x' }])],
  ['signature of a part', (client, key, uploadId) => client.sign({ method: 'PUT', key, uploadId, partNumber: 1 })],
  ['signature of a list', (client, key, uploadId) => client.sign({ method: 'GET', key, uploadId })],
  ['signature of a completion', (client, key, uploadId) => client.sign({ method: 'POST', key, uploadId })]
]
const ENDINGS: typeof OPERATIONS = [
  ['abort', (client, key, uploadId) => client.abort(key, uploadId)],
  ['signature of an abortion', (client, key, uploadId) => client.sign({ method: 'DELETE', key, uploadId })]
]

async function reply (answer: ReturnType<Operation>) {
  const {
    statusCode,
    headers: { date, ...headers },
    rawPayload
  } = await answer
  return { statusCode, headers, body: rawPayload.toString('hex') }
}

/** Mallory, by header and by token. */
function mallories (app: FastifyInstance): CompanionClient[] {
  return [
    new CompanionClient(app, MALLORY),
    new CompanionClient(app, { endpoint: app.uppy.createToken('mallory').companionEndpoint })
  ]
}

for (const [name, operation] of [...OPERATIONS, ...ENDINGS]) {
  t.test(`${name}: another owner’s key is answered 404, byte for byte the same whether or not it exists`, async t => {
    const { app } = await uppyApp(t)
    const alice = new CompanionClient(app)
    const { key, uploadId } = (await alice.create(MP3)).json()
    for (const mallory of mallories(app)) {
      const first = await reply(operation(mallory, key, uploadId))
      t.equal(first.statusCode, 404)
      t.same(await reply(operation(mallory, key.replace(/[0-9a-f]/g, '0'), uploadId)), first)
      t.same(await reply(operation(mallory, 'elsewhere', 'x')), first)
    }
    t.equal((await alice.listParts(key, uploadId)).statusCode, 200, 'the upload goes on')
  })
}

for (const [name, operation] of OPERATIONS) {
  t.test(
    `${name}: another owner’s upload id is answered 404, byte for byte the same whether or not it exists`,
    async t => {
      const { app } = await uppyApp(t)
      const { uploadId } = (await new CompanionClient(app).create(MP3)).json()
      for (const mallory of mallories(app)) {
        const own = (await mallory.create(MP3)).json()
        const first = await reply(operation(mallory, own.key, uploadId))
        t.equal(first.statusCode, 404)
        t.same(await reply(operation(mallory, own.key, uploadId.replace(/[0-9a-f]/g, '0'))), first)
      }
    }
  )
}

for (const [name, operation] of ENDINGS) {
  t.test(`${name}: another owner’s upload id ends nothing`, async t => {
    const { app } = await uppyApp(t)
    const alice = new CompanionClient(app)
    const { key, uploadId } = (await alice.create(MP3)).json()
    for (const mallory of mallories(app)) {
      const own = (await mallory.create(MP3)).json()
      const { url } = (await operation(mallory, own.key, uploadId)).json()
      if (url !== undefined) t.equal((await fetch(url, { method: 'DELETE' })).status, 404)
    }
    t.equal((await alice.listParts(key, uploadId)).statusCode, 200)
  })
}
