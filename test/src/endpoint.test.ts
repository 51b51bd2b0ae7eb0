import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import t from 'tap'
import { loadConfig } from '../../plugins/config.js'
import { buildApp } from '../../src/app.js'
import { EXAMPLE_CREDENTIALS } from '../fixtures/app.js'

// The server leaves credentials to the SDK, which looks here.
process.env['AWS_ACCESS_KEY_ID'] = EXAMPLE_CREDENTIALS.accessKeyId
process.env['AWS_SECRET_ACCESS_KEY'] = EXAMPLE_CREDENTIALS.secretAccessKey

const ENVIRONMENT = {
  LOG_LEVEL: 'silent',
  NODE_ENV: 'production',
  API_KEYS: 'alice:the-api-key-of-alice',
  S3_BUCKET_NAME: 'recordings',
  AWS_REGION: 'eu-central-1'
}

for (const variable of ['S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT']) {
  for (const S3_FORCE_PATH_STYLE of ['true', 'false']) {
    t.test(
      `${variable} may have a path and a slash at its end (path style: ${S3_FORCE_PATH_STYLE}), signed as the SDK signs it`,
      async t => {
        const app = await buildApp(
          loadConfig({ ...ENVIRONMENT, S3_FORCE_PATH_STYLE, [variable]: 'https://s3.example.com/storage/v1/s3/' })
        )
        t.teardown(() => app.close())
        const { url, key } = await app.uploads.createUploadUrl({}, { owner: 'alice' })
        const ours = new URL(url)
        const client = new S3Client({
          endpoint: 'https://s3.example.com/storage/v1/s3',
          forcePathStyle: S3_FORCE_PATH_STYLE === 'true',
          region: 'eu-central-1',
          credentials: EXAMPLE_CREDENTIALS,
          requestChecksumCalculation: 'WHEN_REQUIRED'
        })
        const date = ours.searchParams.get('X-Amz-Date')!
        const signingDate = new Date(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'))
        const theirs = new URL(
          await getSignedUrl(client, new PutObjectCommand({ Bucket: 'recordings', Key: key }), { signingDate })
        )
        t.equal(ours.origin + ours.pathname, theirs.origin + theirs.pathname)
        t.match(ours.pathname, /^\/storage\/v1\/s3\//)
        t.equal(ours.searchParams.get('X-Amz-Signature'), theirs.searchParams.get('X-Amz-Signature'))
      }
    )
  }
}
