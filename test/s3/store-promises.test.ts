import { createHash } from 'node:crypto'
import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { presignPut, sha256 } from '../fixtures/presign.js'
import type { PutPromise } from '../fixtures/presign.js'
import { sendRaw } from '../fixtures/send-raw.js'
import { KEY, behaviour, readObject, refusal } from './behaviour.js'

const BODY = 'sound of one hand clapping'
const OTHER = 'SOUND OF ONE HAND CLAPPING'

/** A refusal of an upload that sends something else than its URL promises. */
function broken (
  name: string,
  expected: readonly [number, string],
  promise: PutPromise,
  change: (headers: Record<string, string>) => Record<string, string>,
  body = BODY
): void {
  refusal(name, expected, async store => {
    const { url, headers } = await presignPut(store, KEY, promise)
    return await sendRaw(url, { method: 'PUT', headers: change(headers), body })
  })
}

const keep = (headers: Record<string, string>): Record<string, string> => headers
const without =
  (name: string) =>
    (headers: Record<string, string>): Record<string, string> =>
      Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name))
const plus =
  (more: Record<string, string>) =>
    (headers: Record<string, string>): Record<string, string> => ({ ...headers, ...more })

const mismatch = [403, 'SignatureDoesNotMatch'] as const

broken(
  'another content-type than signed is refused',
  mismatch,
  { type: 'audio/mpeg' },
  plus({ 'content-type': 'text/html' })
)
broken(
  'a content-type with a parameter more than signed is refused',
  mismatch,
  { type: 'audio/webm' },
  plus({ 'content-type': 'audio/webm;codecs=opus' })
)
broken('a missing signed content-type is refused', mismatch, { type: 'audio/mpeg' }, without('content-type'))
broken('a longer body than signed is refused', mismatch, { size: BODY.length }, keep, `${BODY}!`)
broken('a shorter body than signed is refused', mismatch, { size: BODY.length }, keep, BODY.slice(1))
broken(
  'a chunked body where a length was signed is refused',
  mismatch,
  { size: BODY.length },
  plus({ 'transfer-encoding': 'chunked' })
)
broken(
  'a body without a length is refused',
  [411, 'MissingContentLength'],
  {},
  plus({ 'transfer-encoding': 'chunked' })
)
broken('a missing signed checksum is refused', mismatch, { sha256: sha256(BODY) }, without('x-amz-checksum-sha256'))
broken(
  'another checksum than signed is refused',
  mismatch,
  { sha256: sha256(BODY) },
  plus({ 'x-amz-checksum-sha256': sha256(OTHER) }),
  OTHER
)
broken(
  'a body that does not have the signed checksum is refused',
  [400, 'BadDigest'],
  { sha256: sha256(BODY) },
  keep,
  OTHER
)
broken('a checksum that is none is refused', [400, 'InvalidRequest'], { sha256: 'AAAA' }, keep)
broken('a missing signed if-none-match is refused', mismatch, { once: true }, without('if-none-match'))
broken(
  'missing signed metadata is refused',
  mismatch,
  { metadata: { filename: 'talk.mp3' } },
  without('x-amz-meta-filename')
)
broken(
  'other metadata than signed is refused',
  mismatch,
  { metadata: { filename: 'talk.mp3' } },
  plus({ 'x-amz-meta-filename': 'evil.mp3' })
)
broken('metadata that was not signed is refused', [403, 'AccessDenied'], {}, plus({ 'x-amz-meta-owner': 'mallory' }))
broken('an ACL that was not signed is refused', [403, 'AccessDenied'], {}, plus({ 'x-amz-acl': 'public-read' }))
broken(
  'a missing signed encryption is refused',
  mismatch,
  { encryption: 'AES256' },
  without('x-amz-server-side-encryption')
)
broken(
  'metadata over two kilobytes is refused',
  [400, 'MetadataTooLarge'],
  { metadata: { filename: 'a'.repeat(2049) } },
  keep
)
broken(
  'a body that does not have its Content-MD5 is refused',
  [400, 'BadDigest'],
  {},
  plus({ 'content-md5': createHash('md5').update(OTHER).digest('base64') })
)
broken('a Content-MD5 that is none is refused', [400, 'InvalidDigest'], {}, plus({ 'content-md5': 'AAAA' }))

behaviour('a signed header sent twice is refused', mismatch, async store => {
  const { url } = await presignPut(store, KEY, { type: 'audio/mpeg' })
  return await sendRaw(url, {
    method: 'PUT',
    headers: [
      ['content-type', 'audio/mpeg'],
      ['content-type', 'text/html']
    ],
    body: BODY
  })
})

behaviour('an object can be put over another where nothing forbids it', [200, ''], async (store, t) => {
  for (const body of [BODY, OTHER]) {
    const { url } = await presignPut(store, KEY)
    t.equal((await sendRaw(url, { method: 'PUT', body })).status, 200)
    t.equal((await readObject(store, KEY))?.toString(), body)
  }
  return { status: 200, code: '' }
})

behaviour('a second PUT with If-None-Match leaves the first alone', [412, 'PreconditionFailed'], async (store, t) => {
  const { url, headers } = await presignPut(store, KEY, { once: true })
  await sendRaw(url, { method: 'PUT', headers, body: BODY })
  const answer = await sendRaw(url, { method: 'PUT', headers, body: OTHER })
  t.equal((await readObject(store, KEY))?.toString(), BODY)
  return answer
})

behaviour('of many writers at once with If-None-Match one wins', [200, ''], async (store, t) => {
  const bodies = Array.from({ length: 8 }, (_, index) => String(index).repeat(200_000))
  const answers = await Promise.all(
    bodies.map(async body => {
      const { url, headers } = await presignPut(store, KEY, { once: true })
      return { ...(await sendRaw(url, { method: 'PUT', headers, body })), sent: body }
    })
  )
  const winners = answers.filter(({ status }) => status === 200)
  t.equal(winners.length, 1)
  t.ok(answers.every(({ status }) => status === 200 || status === 412 || status === 409))
  t.equal((await readObject(store, KEY))?.toString(), winners[0]?.sent)
  return winners[0]!
})

behaviour('encryption that was asked for is reported', [200, 'AES256'], async store => {
  const { url, headers } = await presignPut(store, KEY, { encryption: 'AES256' })
  const { status } = await sendRaw(url, { method: 'PUT', headers, body: BODY })
  const { ServerSideEncryption = '' } = await store.client.send(
    new HeadObjectCommand({ Bucket: store.bucket, Key: KEY })
  )
  return { status, code: ServerSideEncryption }
})

behaviour('type, metadata and size are given back as they were put', [200, ''], async (store, t) => {
  const { url, headers } = await presignPut(store, KEY, {
    type: 'audio/webm;codecs=opus',
    metadata: { filename: '%C3%A9t%C3%A9 1.webm' }
  })
  const answer = await sendRaw(url, { method: 'PUT', headers, body: BODY })
  const { ContentType, Metadata, ContentLength, ETag } = await store.client.send(
    new HeadObjectCommand({ Bucket: store.bucket, Key: KEY })
  )
  t.same(
    { ContentType, Metadata, ContentLength },
    {
      ContentType: 'audio/webm;codecs=opus',
      Metadata: { filename: '%C3%A9t%C3%A9 1.webm' },
      ContentLength: BODY.length
    }
  )
  t.equal(ETag, `"${createHash('md5').update(BODY).digest('hex')}"`)
  t.equal(ETag, answer.headers.etag)
  return answer
})

behaviour('a checksum that was sent can be read back', [200, 'FULL_OBJECT'], async (store, t) => {
  const { url, headers } = await presignPut(store, KEY, { sha256: sha256(BODY) })
  const { status } = await sendRaw(url, { method: 'PUT', headers, body: BODY })
  const { ChecksumSHA256, ChecksumType = '' } = await store.client.send(
    new HeadObjectCommand({ Bucket: store.bucket, Key: KEY, ChecksumMode: 'ENABLED' })
  )
  t.equal(ChecksumSHA256, ChecksumType === '' ? undefined : sha256(BODY))
  return { status, code: ChecksumType }
})
