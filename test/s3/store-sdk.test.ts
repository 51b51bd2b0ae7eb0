import { Readable } from 'node:stream'
import { ChecksumAlgorithm, GetObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import type { PutObjectCommandInput, S3ClientConfig } from '@aws-sdk/client-s3'
import t from 'tap'
import { startStore } from '../fixtures/store.js'
import type { Store } from '../fixtures/store.js'
import { KEY, behaviour, readObject, refusal } from './behaviour.js'

const BODY = 'sound of one hand clapping'

interface SdkPut extends Partial<PutObjectCommandInput> {
  readonly config?: S3ClientConfig
  /** Changes the request after it was signed. */
  readonly tamper?: (request: { headers: Record<string, string>; body: unknown }) => void
}

/** Puts an object with the SDK's own client, which signs in the Authorization header. */
async function put (store: Store, { config, tamper, ...input }: SdkPut = {}): Promise<{ status: number; code: string }> {
  const { endpoint, region, credentials, bucket } = store
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1, ...config })
  client.middlewareStack.add(
    next => async args => {
      tamper?.(args.request as Parameters<typeof tamper>[0])
      return await next(args)
    },
    { step: 'deserialize' }
  )
  try {
    const { $metadata } = await client.send(new PutObjectCommand({ Bucket: bucket, Key: KEY, Body: BODY, ...input }))
    return { status: $metadata.httpStatusCode ?? 0, code: '' }
  } catch (error) {
    if (error instanceof S3ServiceException) return { status: error.$metadata.httpStatusCode ?? 0, code: error.name }
    throw error
  } finally {
    client.destroy()
  }
}

behaviour("the SDK's own PutObject is good, with its defaults", [200, ''], async (store, t) => {
  const answer = await put(store)
  t.equal((await readObject(store, KEY))?.toString(), BODY)
  return answer
})

behaviour("the SDK's own PutObject of a stream is good", [200, ''], async (store, t) => {
  const answer = await put(store, {
    Body: Readable.from([Buffer.from(BODY.slice(0, 9)), Buffer.from(BODY.slice(9))]),
    ContentLength: BODY.length
  })
  const { Body, ContentEncoding } = await store.client
    .send(new GetObjectCommand({ Bucket: store.bucket, Key: KEY }))
    .catch(() => ({ Body: undefined, ContentEncoding: undefined }))
  t.equal(await Body?.transformToString(), answer.status === 200 ? BODY : undefined)
  t.equal(ContentEncoding, undefined)
  return answer
})

for (const algorithm of [
  ChecksumAlgorithm.CRC32,
  ChecksumAlgorithm.CRC32C,
  ChecksumAlgorithm.CRC64NVME,
  ChecksumAlgorithm.SHA1,
  ChecksumAlgorithm.SHA256
]) {
  behaviour(
    `a body with its ${algorithm} checksum is good`,
    [200, ''],
    async store => await put(store, { ChecksumAlgorithm: algorithm })
  )
}

refusal(
  'a body other than the one whose SHA-256 was signed is refused',
  [400, 'XAmzContentSHA256Mismatch'],
  async store =>
    await put(store, {
      tamper: request => {
        request.body = BODY.toUpperCase()
      }
    })
)
refusal(
  'a header changed after signing is refused',
  [403, 'SignatureDoesNotMatch'],
  async store =>
    await put(store, {
      Metadata: { owner: 'alice' },
      tamper: ({ headers }) => {
        headers['x-amz-meta-owner'] = 'mallory'
      }
    })
)
refusal(
  'a changed Authorization header is refused',
  [403, 'SignatureDoesNotMatch'],
  async store =>
    await put(store, {
      tamper: ({ headers }) => {
        headers['authorization'] = headers['authorization']!.replace(/.{64}$/, '0'.repeat(64))
      }
    })
)
refusal(
  'an Authorization header of another kind is refused',
  [400, 'InvalidRequest'],
  async store =>
    await put(store, {
      tamper: ({ headers }) => {
        headers['authorization'] = 'Bearer token'
      }
    })
)
refusal(
  'a header-signed request from a clock twenty minutes slow is refused',
  [403, 'RequestTimeTooSkewed'],
  async store => await put(store, { config: { systemClockOffset: -20 * 60_000 } })
)
refusal(
  'a header-signed request from a clock twenty minutes fast is refused',
  [403, 'RequestTimeTooSkewed'],
  async store => await put(store, { config: { systemClockOffset: 20 * 60_000 } })
)
refusal(
  'a header-signed request with another secret is refused',
  [403, 'SignatureDoesNotMatch'],
  async store => await put({ ...store, credentials: { ...store.credentials, secretAccessKey: 'a guess' } })
)

t.test('an object put with a checksum is verified by the SDK when it is read', async t => {
  const store = await startStore(t)
  await put(store)
  const { Body } = await store.client.send(
    new GetObjectCommand({ Bucket: store.bucket, Key: KEY, ChecksumMode: 'ENABLED' })
  )
  t.equal(await Body?.transformToString(), BODY)
})
