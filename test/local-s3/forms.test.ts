import { once } from 'node:events'
import { watch } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { GetObjectTaggingCommand } from '@aws-sdk/client-s3'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import fc from 'fast-check'
import t from 'tap'
import type { Test } from 'tap'
import { listFiles, startLocalStore, temporaryFolder } from '../fixtures/local-store.js'
import type { LocalStore } from '../fixtures/local-store.js'
import { signingClient } from '../fixtures/presign.js'
import { sendRaw } from '../fixtures/send-raw.js'
import type { RawResponse } from '../fixtures/send-raw.js'

const BOUNDARY = 'x-boundary-x'
const KEY = 'uploads/alice/talk.mp3'

const field = (name: string, value: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const file = (content: string, name = 'file'): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="talk.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n${content}\r\n`
const END = `--${BOUNDARY}--\r\n`

async function start (t: Test): Promise<LocalStore> {
  return await startLocalStore(t, { directory: await temporaryFolder(t) })
}

async function signedFields (store: LocalStore, conditions: Array<{ [name: string]: string }> = []): Promise<string> {
  const { fields } = await createPresignedPost(signingClient(store), {
    Bucket: store.bucket,
    Key: KEY,
    Conditions: conditions
  })
  return Object.entries(fields)
    .map(([name, value]) => field(name, value))
    .join('')
}

async function post (
  { endpoint, bucket }: LocalStore,
  body: string | Uint8Array,
  contentType = `multipart/form-data; boundary=${BOUNDARY}`
): Promise<RawResponse> {
  return await sendRaw(`${endpoint}/${bucket}`, { method: 'POST', headers: { 'content-type': contentType }, body })
}

/** A form that is refused, after which the store holds nothing and goes on working. */
function refused (
  name: string,
  expected: readonly [number, string],
  write: (fields: string) => string,
  contentType?: string
): void {
  t.test(name, async t => {
    const store = await start(t)
    const { status, code } = await post(store, write(await signedFields(store)), contentType)
    t.same([status, code], expected)
    t.same(await listFiles(store.directory), [])
    t.equal((await post(store, (await signedFields(store)) + file('sound') + END)).status, 204)
  })
}

refused('a form cut off within its file is refused', [400, 'MalformedPOSTRequest'], fields => fields + file('sound'))
refused('a form cut off within its fields is refused', [400, 'MalformedPOSTRequest'], fields => fields.slice(0, -10))
refused('a form that never begins is refused', [400, 'MalformedPOSTRequest'], () => 'nothing of the kind')
refused('an empty form is refused', [400, 'MalformedPOSTRequest'], () => '')
refused('a form with its end alone is refused', [400, 'InvalidArgument'], () => END)
refused('a form without a boundary is refused', [400, 'MalformedPOSTRequest'], fields => fields, 'multipart/form-data')
refused('a form with its file first is refused', [400, 'InvalidArgument'], fields => file('sound') + fields + END)
refused(
  'a form with two files is refused',
  [400, 'InvalidArgument'],
  fields => fields + file('sound') + file('noise') + END
)
refused(
  'a form with a file under another name is refused',
  [400, 'InvalidArgument'],
  fields => fields + file('sound', 'upload') + END
)
refused(
  'a form with a field twice is refused',
  [400, 'InvalidArgument'],
  fields => fields + field('key', KEY) + file('sound') + END
)
refused(
  'a form with more than 20 KB of fields is refused',
  [400, 'MaxPostPreDataLengthExceeded'],
  fields => fields + field('x-ignore-me', 'a'.repeat(21_000)) + file('sound') + END
)
refused(
  'a form with very many fields is refused',
  [400, 'MaxPostPreDataLengthExceeded'],
  fields =>
    fields + Array.from({ length: 200 }, (_, index) => field(`x-ignore-${index}`, '')).join('') + file('sound') + END
)
refused(
  'a form with a broken policy is refused',
  [403, 'SignatureDoesNotMatch'],
  fields => fields.replace(/(name="Policy"\r\n\r\n)\S+/, '$1e30=') + file('sound') + END
)

/** Posts a form that never ends, piece after piece, and resolves with the answer that comes nevertheless. */
async function postEndless (t: Test, { endpoint, bucket }: LocalStore, pieces: Iterable<string>): Promise<string> {
  const { host, hostname, port } = new URL(endpoint)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  const answer: Buffer[] = []
  socket.on('data', (chunk: Buffer) => answer.push(chunk))
  socket.write(
    `POST /${bucket} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: 1000000\r\n\r\n`
  )
  const closed = once(socket, 'close')
  for (const piece of pieces) {
    if (socket.destroyed || answer.length > 0) break
    socket.write(piece)
    await wait(5)
  }
  await closed
  t.ok(answer.length > 0)
  return Buffer.concat(answer).toString()
}

function * drip (first: string): Generator<string> {
  yield first
  for (;;) yield 'a'
}

t.test('a form whose fields come byte by byte is cut off', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t), headersTimeout: 200 })
  const open = field('x-ignore-me', 'a').slice(0, -2)
  for (const first of ['', open, (await signedFields(store)) + open]) {
    t.match(await postEndless(t, store, drip(first)), /^HTTP\/1\.1 400 [^]*<Code>RequestTimeout</)
  }
})

t.test('a form whose file has begun may take its time, under a policy that is signed', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t), headersTimeout: 100 })
  const body = (await signedFields(store)) + file('sound') + END
  const { host, hostname, port } = new URL(store.endpoint)
  const socket = connect(Number(port), hostname)
  socket.write(
    `POST /${store.bucket} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: ${body.length}\r\n\r\n`
  )
  socket.write(body.slice(0, -BOUNDARY.length - 10))
  await wait(300)
  socket.write(body.slice(-BOUNDARY.length - 10))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  t.match(answer.toString(), /^HTTP\/1\.1 204 /)
  socket.destroy()
})

t.test('a form with a false signature is refused while its file is still being sent', async t => {
  const store = await start(t)
  const fields = (await signedFields(store)).replace(/(name="X-Amz-Signature"\r\n\r\n)\w{64}/, `$1${'0'.repeat(64)}`)
  const begun = fields + file('sound').slice(0, -2)
  t.match(await postEndless(t, store, drip(begun)), /^HTTP\/1\.1 403 [^]*<Code>SignatureDoesNotMatch</)
})

t.test('a form takes a file only when its signature is verified', async t => {
  const store = await start(t)
  const created: string[] = []
  const watcher = watch(join(store.directory, 'temporary'), (_event, name) => {
    created.push(name ?? '')
  })
  t.teardown(() => {
    watcher.close()
  })
  const fields = await signedFields(store)
  const forged = fields.replace(/(name="X-Amz-Signature"\r\n\r\n)\w{64}/, `$1${'0'.repeat(64)}`)
  for (const body of [fields, forged + file('sound') + END, field('key', KEY) + file('sound') + END, '']) {
    t.ok((await post(store, body)).status >= 400)
  }
  await post(store, fields + file('sound') + END)
  while (created.length === 0) await wait(5)
  t.equal(new Set(created).size, 1, 'one file in all, for the form that is good')
})

t.test('what follows the file of a form is ignored', async t => {
  const store = await start(t)
  t.equal(
    (await post(store, (await signedFields(store)) + file('sound') + field('submit', 'Upload') + END)).status,
    204
  )
})

t.test('a field called x-ignore-… needs no policy', async t => {
  const store = await start(t)
  t.equal(
    (await post(store, (await signedFields(store)) + field('x-ignore-me', 'a') + file('sound') + END)).status,
    204
  )
})

t.test('a form can carry tags', async t => {
  const store = await start(t)
  const tagging = '<Tagging><TagSet><Tag><Key>status</Key><Value>new</Value></Tag></TagSet></Tagging>'
  const fields = await signedFields(store, [{ tagging }])
  t.equal((await post(store, fields + field('tagging', tagging) + file('sound') + END)).status, 204)
  const { TagSet } = await store.client.send(new GetObjectTaggingCommand({ Bucket: store.bucket, Key: KEY }))
  t.same(TagSet, [{ Key: 'status', Value: 'new' }])
  const broken = '<Tagging><TagSet><Tag><Key>status</Key></Tag></TagSet></Tagging>'
  const answer = await post(
    store,
    (await signedFields(store, [{ tagging: broken }])) + field('tagging', broken) + file('sound') + END
  )
  t.same([answer.status, answer.code], [400, 'MalformedXML'])
})

t.test('a policy cannot allow what S3 would have to ignore', async t => {
  const store = await start(t)
  const fields = await signedFields(store, [{ 'x-amz-website-redirect-location': '/' }])
  const { status, code } = await post(
    store,
    fields + field('x-amz-website-redirect-location', '/') + file('sound') + END
  )
  t.same([status, code], [501, 'NotImplemented'])
})

t.test('a form may redirect to where its policy says', async t => {
  const store = await start(t)
  const target = 'https://app.example/done?id=1'
  const fields = await signedFields(store, [{ success_action_redirect: target }])
  const { status, headers } = await post(store, fields + field('success_action_redirect', target) + file('sound') + END)
  t.equal(status, 303)
  t.equal(
    headers.location,
    `${target}&bucket=${store.bucket}&key=${encodeURIComponent(KEY)}&etag=%22${'eeef11aed17cc9aa9de9b7c2d84174e4'}%22`.replace(
      /etag=.*/,
      `etag=${encodeURIComponent(headers.etag ?? '')}`
    )
  )
})

t.test('no damage to a form makes the store fail', async t => {
  const store = await start(t)
  const whole = Buffer.from((await signedFields(store)) + file('sound of one hand clapping') + END)
  const damage = fc.record({
    at: fc.nat(whole.length - 1),
    remove: fc.nat(40),
    insert: fc.uint8Array({ maxLength: 40 })
  })
  await fc.assert(
    fc.asyncProperty(damage, async ({ at, remove, insert }) => {
      const { status } = await post(store, Buffer.concat([whole.subarray(0, at), insert, whole.subarray(at + remove)]))
      return status < 500
    }),
    { numRuns: 300 }
  )
})
