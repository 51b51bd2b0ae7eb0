import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import type { PresignedPostOptions } from '@aws-sdk/s3-presigned-post'
import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { signingClient } from '../fixtures/presign.js'
import { sendRaw } from '../fixtures/send-raw.js'
import type { RawResponse } from '../fixtures/send-raw.js'
import type { Store } from '../fixtures/store.js'
import { KEY, behaviour, readObject, refusal } from './behaviour.js'

type Fields = Record<string, string>
interface SentFile {
  readonly content: string
  readonly name: string
}

const FILE: SentFile = { content: 'sound of one hand clapping', name: 'talk.mp3' }

interface Post {
  /** Changes what was signed, before it is sent. */
  readonly change?: (fields: Fields) => Fields
  readonly file?: SentFile
  readonly signed?: Partial<PresignedPostOptions>
}

/** Posts a form whose policy allows 1 to 100 bytes of any audio. */
async function post (
  store: Store,
  { change = fields => fields, file = FILE, signed = {} }: Post = {}
): Promise<RawResponse> {
  const { url, fields } = await createPresignedPost(signingClient(store), {
    Bucket: store.bucket,
    Key: KEY,
    Conditions: [
      ['content-length-range', 1, 100],
      ['starts-with', '$Content-Type', 'audio/']
    ],
    ...signed
  })
  return await sendForm(url, change({ ...fields, 'Content-Type': 'audio/mpeg' }), file)
}

async function sendForm (url: string, fields: Fields, file: SentFile | undefined): Promise<RawResponse> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  if (file !== undefined) form.append('file', new Blob([file.content]), file.name)
  const request = new Request('http://localhost', { method: 'POST', body: form })
  return await sendRaw(url, {
    method: 'POST',
    headers: { 'content-type': request.headers.get('content-type') ?? '' },
    body: new Uint8Array(await request.arrayBuffer())
  })
}

behaviour('a form that keeps to its policy is stored', [204, ''], async (store, t) => {
  const answer = await post(store)
  t.equal((await readObject(store, KEY))?.toString(), FILE.content)
  const { ContentType } = await store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: KEY }))
  t.equal(ContentType, 'audio/mpeg')
  return answer
})

behaviour('a form chooses its type where the policy lets it', [204, ''], async (store, t) => {
  const answer = await post(store, { change: fields => ({ ...fields, 'Content-Type': 'audio/ogg' }) })
  const { ContentType } = await store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: KEY }))
  t.equal(ContentType, 'audio/ogg')
  return answer
})

behaviour('a form with success_action_status 201 is answered by a document', [201, ''], async (store, t) => {
  const answer = await post(store, { signed: { Fields: { success_action_status: '201' } } })
  t.match(answer.body.toString(), `<Key>${KEY}</Key>`)
  return answer
})

behaviour('a form puts the name of its file into the key where the key says so', [204, ''], async (store, t) => {
  const answer = await post(store, { signed: { Key: 'uploads/alice/$' + '{filename}' } })
  t.equal((await readObject(store, KEY))?.toString(), FILE.content)
  return answer
})

behaviour('a form keeps metadata its policy names', [204, ''], async (store, t) => {
  const answer = await post(store, { signed: { Fields: { 'x-amz-meta-title': 'One hand' } } })
  const { Metadata } = await store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: KEY }))
  t.same(Metadata, { title: 'One hand' })
  return answer
})

refusal(
  'a form with a larger file than its policy allows is refused',
  [400, 'EntityTooLarge'],
  async store => await post(store, { file: { ...FILE, content: 'a'.repeat(101) } })
)
refusal(
  'a form with a smaller file than its policy allows is refused',
  [400, 'EntityTooSmall'],
  async store => await post(store, { file: { ...FILE, content: '' } })
)
refusal(
  'a form with a type its policy does not allow is refused',
  [403, 'AccessDenied'],
  async store => await post(store, { change: fields => ({ ...fields, 'Content-Type': 'text/html' }) })
)
refusal(
  'a form without a field its policy wants is refused',
  [403, 'AccessDenied'],
  async store => await post(store, { change: ({ 'Content-Type': _, ...fields }) => fields })
)
refusal(
  'a form with another key than its policy allows is refused',
  [403, 'AccessDenied'],
  async store =>
    await post(store, { change: fields => ({ ...fields, key: KEY }), signed: { Key: 'uploads/alice/other.mp3' } })
)
refusal(
  'a form with a field its policy does not mention is refused',
  [403, 'AccessDenied'],
  async store => await post(store, { change: fields => ({ ...fields, 'x-amz-meta-owner': 'mallory' }) })
)
refusal(
  'an expired form is refused',
  [403, 'AccessDenied'],
  async store => await post(store, { signed: { Expires: -60 } })
)
refusal(
  'a form with a changed policy is refused',
  [403, 'SignatureDoesNotMatch'],
  async store => await post(store, { change: allowMore, file: { ...FILE, content: 'a'.repeat(101) } })
)
refusal(
  'a form with a changed signature is refused',
  [403, 'SignatureDoesNotMatch'],
  async store => await post(store, { change: fields => ({ ...fields, 'X-Amz-Signature': '0'.repeat(64) }) })
)
refusal(
  'a form of an unknown access key is refused',
  [403, 'InvalidAccessKeyId'],
  async store => await post({ ...store, credentials: { ...store.credentials, accessKeyId: 'nobody' } })
)
refusal(
  'a form without a policy is refused',
  [403, 'AccessDenied'],
  async store => await sendForm(`${store.endpoint}/${store.bucket}`, { key: KEY }, FILE)
)
refusal(
  'a form without a key is refused',
  [400, 'InvalidArgument'],
  async store => await post(store, { change: ({ key: _, ...fields }) => fields })
)
refusal('a form without a file is refused', [400, 'InvalidArgument'], async store => {
  const { url, fields } = await createPresignedPost(signingClient(store), { Bucket: store.bucket, Key: KEY })
  return await sendForm(url, fields, undefined)
})

function allowMore (fields: Fields): Fields {
  const policy = Buffer.from(fields['Policy'] ?? '', 'base64')
    .toString()
    .replace('100', '1000000')
  return { ...fields, Policy: Buffer.from(policy).toString('base64') }
}
