import {
  CreateMultipartUploadCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  UploadPartCommand
} from '@aws-sdk/client-s3'
import type { GetObjectCommandInput } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import t from 'tap'
import { presignPut } from '../fixtures/presign.js'
import { sendRaw } from '../fixtures/send-raw.js'
import type { RawResponse } from '../fixtures/send-raw.js'
import { startStore } from '../fixtures/store.js'
import type { Store } from '../fixtures/store.js'
import { KEY, behaviour } from './behaviour.js'

const BODY = '0123456789'
const ETAG = '"781e5e245d69b566979b86e28d23f2c7"'

/** Puts the object and gets it with these request headers, or signed with these parameters. */
async function get (
  store: Store,
  headers: Record<string, string> = {},
  signed: Partial<GetObjectCommandInput> = {}
): Promise<RawResponse> {
  await store.client.send(new PutObjectCommand({ Bucket: store.bucket, Key: KEY, Body: BODY }))
  const url = await getSignedUrl(store.client, new GetObjectCommand({ Bucket: store.bucket, Key: KEY, ...signed }))
  return await sendRaw(url, { headers })
}

/** A range of {@link BODY} and what comes back for it. */
function range (
  name: string,
  header: string,
  expected: readonly [number, string],
  body: string,
  contentRange: string | undefined
): void {
  behaviour(name, expected, async (store, t) => {
    const answer = await get(store, { range: header })
    if (answer.status < 300) {
      t.equal(answer.body.toString(), body)
      t.equal(answer.headers['content-range'], contentRange)
    }
    return answer
  })
}

range('a range of bytes is given', 'bytes=2-4', [206, ''], '234', 'bytes 2-4/10')
range('a range without an end goes to the end', 'bytes=7-', [206, ''], '789', 'bytes 7-9/10')
range('a range of the last bytes is given', 'bytes=-2', [206, ''], '89', 'bytes 8-9/10')
range('a range beyond the end is cut short', 'bytes=8-100', [206, ''], '89', 'bytes 8-9/10')
range('a range that starts beyond the end is refused', 'bytes=10-', [416, 'InvalidRange'], '', undefined)

t.test('neither GET nor HEAD of a range has a checksum of the whole', async t => {
  const store = await startStore(t)
  const object = { Bucket: store.bucket, Key: KEY }
  await store.client.send(new PutObjectCommand({ ...object, Body: BODY, ChecksumAlgorithm: 'SHA256' }))
  for (const Command of [GetObjectCommand, HeadObjectCommand]) {
    const url = await getSignedUrl(store.client, new Command({ ...object, ChecksumMode: 'ENABLED' }))
    const method = Command === GetObjectCommand ? 'GET' : 'HEAD'
    const checksums = async (headers: Record<string, string>): Promise<unknown> => {
      const answer = await sendRaw(url, { method, headers })
      return [answer.status, Object.keys(answer.headers).filter(name => name.startsWith('x-amz-checksum-'))]
    }
    const whole = store.kind === 'rgw' ? [] : ['x-amz-checksum-sha256', 'x-amz-checksum-type']
    t.same(await checksums({}), [200, whole], `${method} of the whole`)
    t.same(await checksums({ range: 'bytes=0-9' }), [206, []], `${method} of a range that is the whole`)
    t.same(await checksums({ range: 'bytes=2-4' }), [206, []], `${method} of a part`)
  }
})

behaviour('the SDK reads a range of an object with a checksum', [206, ''], async (store, t) => {
  const object = { Bucket: store.bucket, Key: KEY }
  await store.client.send(new PutObjectCommand({ ...object, Body: BODY }))
  const { Body, $metadata } = await store.client.send(
    new GetObjectCommand({ ...object, Range: 'bytes=2-4', ChecksumMode: 'ENABLED' })
  )
  t.equal(await Body?.transformToString(), '234')
  return { status: $metadata.httpStatusCode ?? 0, code: '' }
})

t.test('an empty parameter of a listing is as good as none', async t => {
  const store = await startStore(t)
  const { client, bucket: Bucket } = store
  await client.send(new PutObjectCommand({ Bucket, Key: 'a/b', Body: BODY }))
  const object = { Bucket, Key: 'a/c' }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object))
  await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: BODY }))
  const objects = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '', Prefix: '', StartAfter: '' }))
  t.match(objects, { Contents: [{ Key: 'a/b' }], CommonPrefixes: undefined })
  const uploads = await client.send(
    new ListMultipartUploadsCommand({ Bucket, Delimiter: '', Prefix: '', KeyMarker: '', UploadIdMarker: '' })
  )
  t.match(uploads, { Uploads: [{ Key: 'a/c' }], CommonPrefixes: undefined })
})

behaviour('a GET with the right If-Match is answered', [200, ''], async store => await get(store, { 'if-match': ETAG }))
behaviour(
  'a GET with the wrong If-Match is refused',
  [412, 'PreconditionFailed'],
  async store => await get(store, { 'if-match': '"0"' })
)
behaviour(
  'a GET of what the client has already is answered without a body',
  [304, ''],
  async store => await get(store, { 'if-none-match': ETAG })
)
behaviour(
  'an object that is not there is named as missing',
  [404, 'NoSuchKey'],
  async store => await get(store, {}, { Key: 'uploads/alice/nothing.mp3' })
)

behaviour('a download URL says under which name and type to save', [200, ''], async (store, t) => {
  const answer = await get(
    store,
    {},
    { ResponseContentDisposition: 'attachment; filename="talk.mp3"', ResponseContentType: 'audio/mpeg' }
  )
  t.equal(answer.headers['content-disposition'], 'attachment; filename="talk.mp3"')
  t.equal(answer.headers['content-type'], 'audio/mpeg')
  return answer
})

t.test('HEAD says what GET would, for objects and buckets', async t => {
  const store = await startStore(t)
  await get(store)
  const { ContentLength, ETag, AcceptRanges } = await store.client.send(
    new HeadObjectCommand({ Bucket: store.bucket, Key: KEY })
  )
  t.same({ ContentLength, ETag, AcceptRanges }, { ContentLength: 10, ETag: ETAG, AcceptRanges: 'bytes' })
  await t.rejects(store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key: 'nothing' })), {
    name: 'NotFound'
  })
  await t.resolves(store.client.send(new HeadBucketCommand({ Bucket: store.bucket })))
  await t.rejects(store.client.send(new HeadBucketCommand({ Bucket: 'no-such-bucket' })), { name: 'NotFound' })
})

/** A bucket that lets pages of one origin put and read the ETag. */
async function allowOrigin ({ client, bucket }: Store, origin: string): Promise<void> {
  await client.send(
    new PutBucketCorsCommand({
      Bucket: bucket,
      CORSConfiguration: {
        CORSRules: [
          {
            AllowedOrigins: [origin],
            AllowedMethods: ['PUT'],
            AllowedHeaders: ['*'],
            ExposeHeaders: ['ETag'],
            MaxAgeSeconds: 60
          }
        ]
      }
    })
  )
}

async function sendPreflight (store: Store, origin: string, method = 'PUT'): Promise<RawResponse> {
  return await sendRaw(`${store.endpoint}/${store.bucket}/${KEY}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'content-type, x-amz-checksum-sha256'
    }
  })
}

behaviour('a preflight from an origin that is allowed is granted', [200, ''], async (store, t) => {
  await allowOrigin(store, 'https://app.example')
  const answer = await sendPreflight(store, 'https://app.example')
  t.equal(answer.headers['access-control-allow-origin'], 'https://app.example')
  t.match(answer.headers['access-control-allow-methods'], 'PUT')
  t.match(answer.headers['access-control-allow-headers'], 'x-amz-checksum-sha256')
  t.equal(answer.headers['access-control-max-age'], '60')
  return answer
})

behaviour('a preflight from another origin is refused', [403, 'AccessForbidden'], async (store, t) => {
  await allowOrigin(store, 'https://app.example')
  const answer = await sendPreflight(store, 'https://evil.example')
  t.equal(answer.headers['access-control-allow-origin'], undefined)
  return answer
})

behaviour('a preflight for a method that is not allowed is refused', [403, 'AccessForbidden'], async store => {
  await allowOrigin(store, 'https://app.example')
  return await sendPreflight(store, 'https://app.example', 'DELETE')
})

behaviour('a page may read the ETag of what it put', [200, ''], async (store, t) => {
  await allowOrigin(store, 'https://app.example')
  const { url } = await presignPut(store, KEY)
  const answer = await sendRaw(url, { method: 'PUT', headers: { origin: 'https://app.example' }, body: BODY })
  t.equal(answer.headers['access-control-allow-origin'], 'https://app.example')
  t.match(answer.headers['access-control-expose-headers'], /ETag/i)
  t.equal(answer.headers.etag, ETAG)
  return answer
})

behaviour('a page may read why it was refused', [403, 'https://app.example'], async (store, t) => {
  await allowOrigin(store, 'https://app.example')
  const { url } = await presignPut(store, KEY)
  const { status, code, headers } = await sendRaw(`${url}0`, {
    method: 'PUT',
    headers: { origin: 'https://app.example' },
    body: BODY
  })
  t.equal(code, 'SignatureDoesNotMatch')
  return { status, code: headers['access-control-allow-origin'] ?? '' }
})

t.test('CORS and lifecycle configurations are kept', async t => {
  const { client, bucket: Bucket } = await startStore(t)
  await t.rejects(client.send(new GetBucketCorsCommand({ Bucket })), { name: /NoSuchCORSConfiguration/ })
  await t.rejects(client.send(new GetBucketLifecycleConfigurationCommand({ Bucket })), {
    name: 'NoSuchLifecycleConfiguration'
  })
  const CORSRules = [{ AllowedOrigins: ['https://*.example'], AllowedMethods: ['PUT', 'GET'], ExposeHeaders: ['ETag'] }]
  await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }))
  const cors = await client.send(new GetBucketCorsCommand({ Bucket }))
  t.same(cors.CORSRules?.[0]?.AllowedOrigins, ['https://*.example'])
  t.same([...(cors.CORSRules?.[0]?.AllowedMethods ?? [])].sort(), ['GET', 'PUT'])
  await client.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: [
          {
            ID: 'parts',
            Status: 'Enabled',
            Filter: { Prefix: 'uploads/' },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 }
          }
        ]
      }
    })
  )
  const lifecycle = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
  t.match(lifecycle.Rules, [
    { ID: 'parts', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 } }
  ])
})
