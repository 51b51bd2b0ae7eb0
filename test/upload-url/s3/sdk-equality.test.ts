import {
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type S3ClientConfig
} from '@aws-sdk/client-s3'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import fc from 'fast-check'
import t from 'tap'
import type { OwnedObject } from '../../../plugins/upload-url/object-key.js'
import { openBucket, type ObjectRequest } from '../../../plugins/upload-url/s3/index.js'
import { createSigningScope } from '../../../plugins/upload-url/s3/sigv4.js'
import { EXAMPLE_CREDENTIALS } from '../../fixtures/app.js'
import { cases, holds } from '../../fixtures/property.js'

const CLIENTS = cases(25, 250)
const REQUESTS_EACH = 200

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
const headerValue = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 30 })

const credentials = fc.record(
  {
    accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,24}$/),
    secretAccessKey: fc.string({ minLength: 1, maxLength: 60 }),
    sessionToken: fc.oneof(fc.constant(''), fc.base64String({ minLength: 4, maxLength: 400 }))
  },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] }
)

const configuration: fc.Arbitrary<[S3ClientConfig, string]> = fc.oneof(
  fc
    .tuple(
      fc.record({
        region: fc.constantFrom('us-east-1', 'eu-central-1', 'ap-southeast-2', 'us-gov-west-1', 'cn-north-1'),
        forcePathStyle: fc.boolean(),
        useDualstackEndpoint: fc.boolean(),
        useFipsEndpoint: fc.boolean()
      }),
      fc.constantFrom('recordings', 'my.dotted.bucket', 'a-b-c')
    )
    .filter(([{ useFipsEndpoint, region }]) => !(useFipsEndpoint && region.startsWith('cn-'))),
  fc.tuple(
    fc.record({
      region: fc.constantFrom('us-east-1', 'eu-west-1'),
      useAccelerateEndpoint: fc.constant(true),
      useDualstackEndpoint: fc.boolean()
    }),
    fc.constantFrom('recordings')
  ),
  fc.tuple(
    fc.record({
      region: fc.constantFrom('us-east-1', 'garage', 'auto'),
      endpoint: fc.constantFrom(
        'http://127.0.0.1:9000',
        'https://s3.example.com',
        'https://example.com/storage/v1/s3',
        'http://[::1]:7480',
        'https://s3.example.com:8443/'
      ),
      forcePathStyle: fc.boolean()
    }),
    fc.constantFrom('recordings', 'ab')
  ),
  fc.tuple(
    fc.record({ region: fc.constantFrom('us-west-2') }),
    fc.constantFrom(
      'arn:aws:s3:us-west-2:123456789012:accesspoint/recordings',
      'arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/recordings'
    )
  )
)

const signingDate = fc.oneof(
  fc.date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2099-12-31T23:59:59Z'), noInvalidDate: true }),
  fc
    .constantFrom(
      '2024-02-29T23:59:59Z',
      '2024-03-01T00:00:00Z',
      '2026-12-31T23:59:59Z',
      '2027-01-01T00:00:00Z',
      '2026-03-29T01:00:00Z'
    )
    .map(date => new Date(date))
)

const declared = fc.record(
  {
    ContentType: headerValue,
    ContentLength: fc.nat(),
    ChecksumSHA256: fc.base64String({ minLength: 44, maxLength: 44 }),
    IfNoneMatch: fc.constant('*'),
    ServerSideEncryption: fc.constantFrom('AES256' as const, 'aws:kms' as const),
    SSEKMSKeyId: headerValue,
    Metadata: fc.dictionary(fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,12}$/), headerValue, { maxKeys: 4 })
  },
  { requiredKeys: [] }
)

type Declared = Partial<{
  ContentType: string
  ContentLength: number
  ChecksumSHA256: string
  IfNoneMatch: string
  ServerSideEncryption: 'AES256' | 'aws:kms'
  SSEKMSKeyId: string
  Metadata: Record<string, string>
}>

const asked = fc.oneof(
  fc.record({ operation: fc.constant('PutObject' as const), key: text, declared }),
  fc.record({
    operation: fc.constant('UploadPart' as const),
    key: text,
    uploadId: text,
    partNumber: fc.integer({ min: 1, max: 10_000 })
  }),
  fc.record({
    operation: fc.constant('GetObject' as const),
    key: text,
    disposition: fc.option(text, { nil: undefined })
  })
)

type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never

function headersOf (declared: Declared): Record<string, string> {
  const {
    ContentType,
    ContentLength,
    ChecksumSHA256,
    IfNoneMatch,
    ServerSideEncryption,
    SSEKMSKeyId,
    Metadata = {}
  } = declared
  const headers = {
    'content-type': ContentType,
    'content-length': ContentLength?.toString(),
    'x-amz-checksum-sha256': ChecksumSHA256,
    'if-none-match': IfNoneMatch,
    'x-amz-server-side-encryption': ServerSideEncryption,
    'x-amz-server-side-encryption-aws-kms-key-id': SSEKMSKeyId,
    ...Object.fromEntries(Object.entries(Metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]))
  }
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined)
  )
}

// Of any key, which the signature has to be right for, whatever keys we make.
function anyObject (key: string): OwnedObject {
  return { storeKey: key } as OwnedObject
}

function toRequest (asked: Asked): ObjectRequest {
  const { operation } = asked
  const object = anyObject(asked.key)
  switch (operation) {
    case 'PutObject':
      return { operation, object, headers: headersOf(asked.declared as Declared) }
    case 'UploadPart':
      return { operation, object, parameters: { uploadId: asked.uploadId, partNumber: String(asked.partNumber) } }
    case 'GetObject':
      return {
        operation,
        object,
        ...(asked.disposition !== undefined && { parameters: { 'response-content-disposition': asked.disposition } })
      }
  }
}

function withTheSdk (
  client: S3Client,
  Bucket: string,
  asked: Asked,
  time: { signingDate: Date; expiresIn: number }
): Promise<string> {
  const { operation, key: Key } = asked
  switch (operation) {
    case 'PutObject': {
      const names = new Set(Object.keys(headersOf(asked.declared as Declared)))
      const command = new PutObjectCommand({ Bucket, Key, ...(asked.declared as Declared) })
      return getSignedUrl(client, command, { ...time, signableHeaders: names, unhoistableHeaders: names })
    }
    case 'UploadPart':
      return getSignedUrl(
        client,
        new UploadPartCommand({ Bucket, Key, UploadId: asked.uploadId, PartNumber: asked.partNumber }),
        time
      )
    case 'GetObject':
      return getSignedUrl(
        client,
        new GetObjectCommand({ Bucket, Key, ResponseContentDisposition: asked.disposition }),
        time
      )
  }
}

function failWith (warning: string): never {
  throw new Error(warning)
}

t.test('random requests are signed as the SDK signs them, to the byte', async t => {
  let compared = 0
  const property = fc.asyncProperty(
    credentials,
    configuration,
    signingDate,
    fc.integer({ min: 1, max: 604_800 }),
    fc.array(asked, { minLength: REQUESTS_EACH, maxLength: REQUESTS_EACH }),
    async (identity, [config, bucket], date, life, requests) => {
      const setup: S3ClientConfig = {
        ...config,
        credentials: identity,
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED'
      }
      const { presigner } = await openBucket({
        client: setup,
        bucket,
        clock: () => date,
        warn: failWith
      })
      const context = await presigner.signingContext(life)
      const sdk = new S3Client(setup)
      for (const request of requests) {
        const expected = await withTheSdk(sdk, bucket, request, context)
        const actual = await presigner.presign(toRequest(request), context)
        if (actual !== expected) throw new Error(`for ${JSON.stringify(request)}\nours  ${actual}\ntheirs ${expected}`)
        compared++
      }
    }
  )
  await holds(t, property, CLIENTS)
  t.equal(compared, CLIENTS * REQUESTS_EACH)
})

t.test('random forms are signed as the SDK signs them, to the byte', async t => {
  // The SDK takes no date for a form; an offset from a clock that stands still serves as one.
  const now = Date.now()
  t.intercept(Date, 'now', { value: () => now })
  const form = fc.record({
    key: text,
    fields: fc.dictionary(fc.stringMatching(/^x-amz-meta-[a-z0-9]{1,12}$/), text, { maxKeys: 4 }),
    contentLengthRange: fc.tuple(fc.nat(), fc.nat())
  })
  const property = fc.asyncProperty(
    credentials,
    configuration.filter(([, bucket]) => !bucket.includes('s3-object-lambda')),
    signingDate,
    fc.integer({ min: 1, max: 604_800 }),
    fc.array(form, { minLength: 10, maxLength: 10 }),
    async (identity, [config, bucket], date, life, forms) => {
      const setup: S3ClientConfig = { ...config, credentials: identity }
      const { presigner } = await openBucket({
        client: setup,
        bucket,
        clock: () => date,
        warn: failWith
      })
      const context = await presigner.signingContext(life)
      const sdk = new S3Client({ ...setup, systemClockOffset: context.signingDate.getTime() - now })
      for (const { key, fields, contentLengthRange } of forms) {
        const expected = await createPresignedPost(sdk, {
          Bucket: bucket,
          Key: key,
          Fields: fields,
          Conditions: [['content-length-range', ...contentLengthRange]],
          Expires: life
        })
        t.strictSame(
          await presigner.presignForm({ object: anyObject(key), fields, contentLengthRange }, context),
          expected
        )
      }
    }
  )
  await holds(t, property, CLIENTS)
})

t.test('the example of the AWS documentation comes out as printed there', t => {
  // "Authenticating Requests: Using Query Parameters", Amazon S3 API reference.
  const canonicalRequest = [
    'GET',
    '/test.txt',
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host',
    'host:examplebucket.s3.amazonaws.com',
    '',
    'host',
    'UNSIGNED-PAYLOAD'
  ].join('\n')
  const scope = createSigningScope(
    { credentials: EXAMPLE_CREDENTIALS, timestamp: '20130524T000000Z', expiresIn: 86_400 },
    'us-east-1',
    's3'
  )
  t.equal(scope.signRequest(canonicalRequest), 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404')
  t.end()
})
