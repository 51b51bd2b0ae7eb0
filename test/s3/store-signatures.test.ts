import { GetObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { presignPut, sha256, signingClient, withParameter } from '../fixtures/presign.js'
import type { PutPromise } from '../fixtures/presign.js'
import { sendRaw } from '../fixtures/send-raw.js'
import { KEY, behaviour, readObject, refusal } from './behaviour.js'

const BODY = 'sound of one hand clapping'
const EVERYTHING: PutPromise = {
  type: 'audio/mpeg',
  size: BODY.length,
  sha256: sha256(BODY),
  metadata: { filename: 'talk.mp3' },
  once: true
}
const OPEN: PutPromise = {}
const HOUR = 3_600_000

behaviour('a PUT that keeps every promise of its URL is stored', [200, ''], async (store, t) => {
  const { url, headers } = await presignPut(store, KEY, EVERYTHING)
  const answer = await sendRaw(url, { method: 'PUT', headers, body: BODY })
  t.equal((await readObject(store, KEY))?.toString(), BODY)
  return answer
})

behaviour('a presigned GET gives the object', [200, ''], async (store, t) => {
  const put = await presignPut(store, KEY, OPEN)
  await sendRaw(put.url, { method: 'PUT', body: BODY })
  const answer = await sendRaw(
    await getSignedUrl(store.client, new GetObjectCommand({ Bucket: store.bucket, Key: KEY }))
  )
  t.equal(answer.body.toString(), BODY)
  return answer
})

behaviour('a virtual-hosted URL reaches the same object', [200, ''], async (store, t) => {
  const { port } = new URL(store.endpoint)
  const client = signingClient(store, { endpoint: `http://localhost:${port}`, forcePathStyle: false })
  const { url, headers } = await presignPut(store, KEY, EVERYTHING, client)
  const { host, pathname, search } = new URL(url)
  t.equal(host, `${store.bucket}.localhost:${port}`)
  const answer = await sendRaw(`${store.endpoint}${pathname}${search}`, {
    method: 'PUT',
    headers: { ...headers, host },
    body: BODY
  })
  t.equal((await readObject(store, KEY))?.toString(), BODY)
  return answer
})

/** A refusal of an honest URL that somebody changed on its way. */
function tampered (name: string, expected: readonly [number, string], change: (url: string) => string): void {
  refusal(name, expected, async store => {
    const { url, headers } = await presignPut(store, KEY, EVERYTHING)
    return await sendRaw(change(url), { method: 'PUT', headers, body: BODY })
  })
}

tampered('a changed signature is refused', [403, 'SignatureDoesNotMatch'], url =>
  withParameter(url, 'X-Amz-Signature', '0'.repeat(64))
)
tampered('a signature of the wrong form is refused', [400, 'AuthorizationQueryParametersError'], url =>
  withParameter(url, 'X-Amz-Signature', 'abc')
)
tampered('a missing signature is refused', [400, 'AuthorizationQueryParametersError'], url =>
  withParameter(url, 'X-Amz-Signature', undefined)
)
tampered('a changed query parameter is refused', [403, 'SignatureDoesNotMatch'], url =>
  withParameter(url, 'x-id', 'GetObject')
)
tampered('an added query parameter is refused', [403, 'SignatureDoesNotMatch'], url => withParameter(url, 'evil', '1'))
tampered('an added parameter called __proto__ is refused', [403, 'SignatureDoesNotMatch'], url =>
  withParameter(url, '__proto__', '1')
)
tampered('a query parameter taken away is refused', [403, 'SignatureDoesNotMatch'], url =>
  withParameter(url, 'x-id', undefined)
)
tampered('a longer expiry than signed is refused', [403, 'SignatureDoesNotMatch'], url =>
  withParameter(url, 'X-Amz-Expires', '901')
)
tampered('an expiry written another way than signed is refused', [400, 'AuthorizationQueryParametersError'], url =>
  withParameter(url, 'X-Amz-Expires', '0900')
)
tampered('an expiry over seven days is refused', [400, 'AuthorizationQueryParametersError'], url =>
  withParameter(url, 'X-Amz-Expires', '604801')
)
tampered('an expiry of zero is refused', [400, 'AuthorizationQueryParametersError'], url =>
  withParameter(url, 'X-Amz-Expires', '0')
)
tampered('another date than signed is refused', [403, 'SignatureDoesNotMatch'], url =>
  withParameter(
    url,
    'X-Amz-Date',
    /X-Amz-Date=(\w+)Z/.exec(url)![1]!.replace(/\d\d$/, second => (second === '00' ? '01' : '00')) + 'Z'
  )
)
tampered('fewer signed headers than signed are refused', [403, 'SignatureDoesNotMatch'], url =>
  withParameter(url, 'X-Amz-SignedHeaders', 'host;if-none-match;x-amz-checksum-sha256;x-amz-meta-filename')
)

refusal('an unsigned host is refused', [403, 'AccessDenied'], async store => {
  const { url } = await presignPut(store, KEY, OPEN)
  return await sendRaw(withParameter(url, 'X-Amz-SignedHeaders', 'content-type'), {
    method: 'PUT',
    headers: { 'content-type': 'a/b' },
    body: BODY
  })
})

refusal('another key than signed is refused', [403, 'SignatureDoesNotMatch'], async store => {
  const { url, headers } = await presignPut(store, 'uploads/alice/other.mp3', EVERYTHING)
  return await sendRaw(url.replace('other.mp3', 'talk.mp3'), { method: 'PUT', headers, body: BODY })
})

refusal('another method than signed is refused', [403, 'SignatureDoesNotMatch'], async store => {
  const url = await getSignedUrl(store.client, new GetObjectCommand({ Bucket: store.bucket, Key: KEY }))
  return await sendRaw(url, { method: 'PUT', body: BODY })
})

behaviour('a URL for writing can not read', [403, 'SignatureDoesNotMatch'], async store => {
  const { url } = await presignPut(store, KEY, OPEN)
  await sendRaw(url, { method: 'PUT', body: BODY })
  return await sendRaw(url)
})

behaviour('a URL for writing can not delete', [403, 'SignatureDoesNotMatch'], async (store, t) => {
  const { url } = await presignPut(store, KEY, OPEN)
  await sendRaw(url, { method: 'PUT', body: BODY })
  const answer = await sendRaw(url, { method: 'DELETE' })
  t.equal((await readObject(store, KEY))?.toString(), BODY)
  return answer
})

refusal('another host than signed is refused', [403, 'SignatureDoesNotMatch'], async store => {
  const { url, headers } = await presignPut(store, KEY, EVERYTHING)
  return await sendRaw(url, { method: 'PUT', headers: { ...headers, host: 'elsewhere.example' }, body: BODY })
})

refusal('an expired URL is refused', [403, 'AccessDenied'], async store => {
  const { url, headers } = await presignPut(store, KEY, {
    ...EVERYTHING,
    expiresIn: 60,
    signingDate: new Date(Date.now() - HOUR)
  })
  return await sendRaw(url, { method: 'PUT', headers, body: BODY })
})

refusal('a URL dated an hour ahead is refused', [403, 'AccessDenied'], async store => {
  const { url, headers } = await presignPut(store, KEY, { ...EVERYTHING, signingDate: new Date(Date.now() + HOUR) })
  return await sendRaw(url, { method: 'PUT', headers, body: BODY })
})

behaviour('a URL from a clock five minutes ahead is good', [200, ''], async store => {
  const { url, headers } = await presignPut(store, KEY, {
    ...EVERYTHING,
    signingDate: new Date(Date.now() + HOUR / 12)
  })
  return await sendRaw(url, { method: 'PUT', headers, body: BODY })
})

refusal('an unknown access key is refused', [403, 'InvalidAccessKeyId'], async store => {
  const client = signingClient(store, { credentials: { ...store.credentials, accessKeyId: 'nobody' } })
  const { url, headers } = await presignPut(store, KEY, EVERYTHING, client)
  return await sendRaw(url, { method: 'PUT', headers, body: BODY })
})

refusal('another secret is refused', [403, 'SignatureDoesNotMatch'], async store => {
  const client = signingClient(store, { credentials: { ...store.credentials, secretAccessKey: 'a guess' } })
  const { url, headers } = await presignPut(store, KEY, EVERYTHING, client)
  return await sendRaw(url, { method: 'PUT', headers, body: BODY })
})

refusal('a session token that was never issued is refused', [400, 'InvalidToken'], async store => {
  const client = signingClient(store, { credentials: { ...store.credentials, sessionToken: 'a guess' } })
  const { url, headers } = await presignPut(store, KEY, EVERYTHING, client)
  return await sendRaw(url, { method: 'PUT', headers, body: BODY })
})

refusal('a signature for another region is refused', [400, 'AuthorizationQueryParametersError'], async store => {
  const client = signingClient(store, { region: 'eu-central-1' })
  const { url, headers } = await presignPut(store, KEY, EVERYTHING, client)
  return await sendRaw(url, { method: 'PUT', headers, body: BODY })
})

refusal(
  'an anonymous PUT is refused',
  [403, 'AccessDenied'],
  async store => await sendRaw(`${store.endpoint}/${store.bucket}/${KEY}`, { method: 'PUT', body: BODY })
)

behaviour('an anonymous GET is refused', [403, 'AccessDenied'], async store => {
  const { url } = await presignPut(store, KEY, OPEN)
  await sendRaw(url, { method: 'PUT', body: BODY })
  return await sendRaw(`${store.endpoint}/${store.bucket}/${KEY}`)
})

refusal('a URL with an Authorization header besides is refused', [400, 'InvalidArgument'], async store => {
  const { url, headers } = await presignPut(store, KEY, EVERYTHING)
  return await sendRaw(url, { method: 'PUT', headers: { ...headers, authorization: 'Basic YTpi' }, body: BODY })
})

behaviour('a bucket that is not there is named as missing', [404, 'NoSuchBucket'], async store => {
  const { url, headers } = await presignPut({ ...store, bucket: 'no-such-bucket' }, KEY, EVERYTHING)
  return await sendRaw(url, { method: 'PUT', headers, body: BODY })
})
