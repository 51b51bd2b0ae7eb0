import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import '@aws-sdk/signature-v4-crt'
import Fastify from 'fastify'
import t from 'tap'
import uploadUrl, { type UploadUrlOptions } from '../../plugins/upload-url/index.js'
import { FIXED_OPTIONS, NOON } from '../fixtures/app.js'

const ALICE = { owner: 'alice' }
const BUCKET = 'arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap'
const KEY = 'uploads/alice/11111111-2222-4333-8444-555555555555'

t.test('a multi-region access point is signed by the SDK, with SigV4A, and one warning says so', async t => {
  const client = new S3Client({ ...FIXED_OPTIONS.client, requestChecksumCalculation: 'WHEN_REQUIRED' })
  const warnings: string[] = []
  const stream = {
    write: (line: string) => {
      warnings.push(JSON.parse(line).msg)
    }
  }
  const app = Fastify({ logger: { level: 'warn', stream } })
  t.teardown(() => app.close())
  await app.register(uploadUrl, { ...FIXED_OPTIONS, client, bucket: BUCKET } as UploadUrlOptions)

  const { url } = await app.uploads.createUploadUrl({}, ALICE)
  const expected = await getSignedUrl(client, new PutObjectCommand({ Bucket: BUCKET, Key: KEY }), {
    expiresIn: 900,
    signingDate: NOON
  })
  // ECDSA signs differently every time; all the rest must be equal.
  const withoutSignature = (url: string) => url.replace(/X-Amz-Signature=[0-9a-f]+/, '')
  t.equal(withoutSignature(url), withoutSignature(expected))
  t.match(url, /X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256.*X-Amz-Signature=[0-9a-f]{130,}/)
  t.match(warnings, [/signed by the AWS SDK/])
})
