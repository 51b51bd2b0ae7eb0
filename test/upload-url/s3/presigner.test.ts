import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import uploadUrl, { type UploadUrlOptions } from '../../../plugins/upload-url/index.js'
import { FIXED_OPTIONS, NOON } from '../../fixtures/app.js'

const ALICE = { owner: 'alice' }
const KEY = 'uploads/alice/11111111-2222-4333-8444-555555555555'

/** An app and what it warns of. */
async function watched (
  t: Test,
  options: Partial<UploadUrlOptions>
): Promise<{ app: FastifyInstance; warnings: string[] }> {
  const warnings: string[] = []
  const stream = {
    write: (line: string) => {
      const { level, msg } = JSON.parse(line)
      if (level === 40) warnings.push(msg)
    }
  }
  const app = Fastify({ logger: { level: 'warn', stream } })
  t.teardown(() => app.close())
  await app.register(uploadUrl, { ...FIXED_OPTIONS, ...options } as UploadUrlOptions)
  return { app, warnings }
}

function sdkUrl (client: S3Client, Bucket: string): Promise<string> {
  return getSignedUrl(client, new PutObjectCommand({ Bucket, Key: KEY }), { expiresIn: 900, signingDate: NOON })
}

t.test('a usual client needs no fallback', async t => {
  const { app, warnings } = await watched(t, {})
  await app.ready()
  await app.uploads.createUploadUrl({}, ALICE)
  t.strictSame(warnings, [])
})

t.test('with middleware of the host’s own, the SDK signs, and one warning says why', async t => {
  const client = new S3Client({ ...FIXED_OPTIONS.client, requestChecksumCalculation: 'WHEN_REQUIRED' })
  client.middlewareStack.add(
    next => args => {
      ;(args.request as { query: Record<string, string> }).query['tenant'] = 'north'
      return next(args)
    },
    { step: 'build', name: 'tenantMiddleware' }
  )
  const { app, warnings } = await watched(t, { client })
  for (let i = 0; i < 3; i++) { t.equal((await app.uploads.createUploadUrl({}, ALICE)).url, await sdkUrl(client, 'recordings')) }
  t.equal(warnings.length, 1)
  t.match(warnings[0], /signed by the AWS SDK.*tenantMiddleware/)
})
