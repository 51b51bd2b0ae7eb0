import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import {
  DeleteBucketPolicyCommand, GetBucketCorsCommand, GetBucketLifecycleConfigurationCommand, ListObjectsV2Command, PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand, PutBucketPolicyCommand
} from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import { loadConfig, type Config } from '../../../plugins/config.js'
import { RUN_SOURCE } from '../../fixtures/source.js'
import { checkBucket, type Result } from '../../../plugins/upload-url/bucket/check.js'
import { setUpBucket } from '../../../plugins/upload-url/bucket/setup.js'
import { storeClient } from '../../../src/store-client.js'
import { openSite } from '../../../plugins/upload-url/bucket/site.js'
import { freePort } from '../../fixtures/free-port.js'
import { startStore, type Store } from '../../fixtures/store.js'

const ORIGIN = 'https://app.example.com'
const isRgw = process.env['TEST_S3_ENDPOINT'] !== undefined

function variablesFor (store: Store): Record<string, string> {
  return {
    S3_BUCKET_NAME: store.bucket,
    S3_ENDPOINT: store.endpoint,
    S3_FORCE_PATH_STYLE: 'true',
    AWS_REGION: store.region,
    AWS_ACCESS_KEY_ID: store.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.credentials.secretAccessKey,
    API_KEYS: 'alice:a-key-of-alice',
    CORS_ORIGINS: ORIGIN
  }
}

/** Reads a configuration, and sets the variables which the SDK looks for itself. */
function configFor (variables: Record<string, string>): Config {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: variables['AWS_ACCESS_KEY_ID'], AWS_SECRET_ACCESS_KEY: variables['AWS_SECRET_ACCESS_KEY'] })
  return loadConfig(variables)
}

async function preparedStore (t: Test): Promise<Store> {
  const store = await startStore(t)
  await setUpBucket({ client: store.client, bucket: store.bucket, prefix: 'uploads', origins: [ORIGIN], createBucket: false }, () => {})
  return store
}

async function check (variables: Record<string, string>, now?: () => Date): Promise<{ isWell: boolean, results: Result[] }> {
  const config = configFor(variables)
  const results: Result[] = []
  const isWell = await checkBucket(await openSite({ bucket: config.S3_BUCKET_NAME!, client: storeClient(config), keyPrefix: config.KEY_PREFIX, origins: config.corsOrigins, publicEndpoint: config.S3_PUBLIC_ENDPOINT }, now), result => { results.push(result) })
  return { isWell, results }
}

async function faultsOf (variables: Record<string, string>, now?: () => Date): Promise<Result[]> {
  const { isWell, results } = await check(variables, now)
  if (isWell) return []
  return results.filter(({ outcome }) => outcome === 'failed')
}

t.test('a bucket that was set up has no fault, and a key with every right is warned of', async t => {
  const { isWell, results } = await check(variablesFor(await preparedStore(t)))
  t.same(results.filter(({ outcome }) => outcome === 'failed'), [])
  t.ok(isWell)
  t.same(results.filter(({ outcome }) => outcome === 'warning').map(({ title }) => title), [
    'the key may not list the bucket',
    'the key may not write outside of the prefix',
    'the key may not delete'
  ])
})

t.test('what the doctor makes, it takes away again', async t => {
  const store = await preparedStore(t)
  await check(variablesFor(store))
  const { KeyCount } = await store.client.send(new ListObjectsV2Command({ Bucket: store.bucket }))
  t.equal(KeyCount, 0)
})

t.test('setting up twice leaves one rule of ours, and those of others', async t => {
  const store = await startStore(t)
  const { client, bucket } = store
  const others = { AllowedOrigins: ['https://other.example'], AllowedMethods: ['GET'], ID: 'theirs' }
  await client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: [others] } }))
  await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules: [{ ID: 'theirs', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } }] } }))
  const options = { client, bucket, prefix: 'uploads', origins: [ORIGIN], createBucket: false }
  await setUpBucket(options, () => {})
  await setUpBucket(options, () => {})
  const { CORSRules } = await client.send(new GetBucketCorsCommand({ Bucket: bucket }))
  t.same(CORSRules?.map(({ ID }) => ID).sort(), ['fastify-upload-url', 'theirs'])
  const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }))
  t.same(Rules?.map(({ ID }) => ID).sort(), ['fastify-upload-url: abort what was never completed', 'theirs'])
})

t.test('setting up makes a bucket where it is told to', async t => {
  const store = await startStore(t)
  const bucket = `${store.bucket}-made`
  const steps: string[] = []
  const options = { client: store.client, bucket, prefix: 'uploads', origins: [ORIGIN], createBucket: true }
  await setUpBucket(options, step => { steps.push(step) })
  t.match(steps[0], `made the bucket ${bucket}`)
  t.same(await faultsOf({ ...variablesFor(store), S3_BUCKET_NAME: bucket }), [])
  await setUpBucket(options, step => { t.notMatch(step, 'made the bucket') })
})

t.test('a store that can’t be reached is named, and nothing more is tried', async t => {
  const { results } = await check({ ...variablesFor(await preparedStore(t)), S3_ENDPOINT: `http://127.0.0.1:${await freePort()}` })
  t.match(results[0], { outcome: 'failed', detail: /can’t be reached/, remedy: /S3_ENDPOINT/ })
  t.ok(results.slice(1).every(({ outcome }) => outcome === 'skipped'))
})

t.test('a missing bucket is named', async t => {
  const faults = await faultsOf({ ...variablesFor(await preparedStore(t)), S3_BUCKET_NAME: 'no-such-bucket' })
  t.match(faults, [{ detail: 'there is no bucket no-such-bucket', remedy: /S3_BUCKET_NAME/ }])
})

t.test('a clock that is 20 minutes off is named', async t => {
  const variables = variablesFor(await preparedStore(t))
  t.match(await faultsOf(variables, () => new Date(Date.now() + 20 * 60_000)), [{ detail: 'this machine is 20 minutes ahead', remedy: /NTP/ }])
  t.match(await faultsOf(variables, () => new Date(Date.now() - 20 * 60_000)), [{ detail: 'this machine is 20 minutes behind', remedy: /NTP/ }])
})

t.test('a wrong secret is named', async t => {
  const faults = await faultsOf({ ...variablesFor(await preparedStore(t)), AWS_SECRET_ACCESS_KEY: 'wrong' })
  t.match(faults, [{ detail: /403 \(SignatureDoesNotMatch\)/, remedy: /AWS_SECRET_ACCESS_KEY does not belong/ }])
})

t.test('with a wrong secret nothing is said of permissions, and nothing of the bucket is called well', async t => {
  const { results } = await check({ ...variablesFor(await preparedStore(t)), AWS_SECRET_ACCESS_KEY: 'wrong' })
  const well = results.filter(({ outcome }) => outcome === 'ok').map(({ title }) => title)
  t.strictSame(well, ['the store answers where uploaders will look for it', 'the clock of this machine agrees with the store’s'])
})

t.test('an unknown key is named', async t => {
  const faults = await faultsOf({ ...variablesFor(await preparedStore(t)), AWS_ACCESS_KEY_ID: 'NOBODY' })
  t.match(faults, [{ detail: /InvalidAccessKeyId/, remedy: /AWS_ACCESS_KEY_ID/ }])
})

t.test('a bucket whose CORS rules forget an origin is named, with the command that helps', async t => {
  const store = await preparedStore(t)
  const faults = await faultsOf({ ...variablesFor(store), CORS_ORIGINS: `${ORIGIN},https://forgotten.example` })
  t.match(faults, [{ title: /https:\/\/forgotten\.example/, detail: /do not let them/, remedy: /fastify-upload-url setup/ }])
})

for (const [what, rule, detail] of [
  ['the ETag', { AllowedMethods: ['PUT'], AllowedHeaders: ['*'] }, /do not expose ETag/],
  ['a signed header', { AllowedMethods: ['PUT'], AllowedHeaders: ['content-type', 'x-amz-*'], ExposeHeaders: ['ETag'] }, /if-none-match|do not let them/],
  ['PUT', { AllowedMethods: ['GET'], AllowedHeaders: ['*'], ExposeHeaders: ['ETag'] }, /do not let them|do not allow PUT/]
] as const) {
  t.test(`a bucket whose CORS rules forget ${what} is named`, async t => {
    const store = await preparedStore(t)
    const CORSRules = [{ ...rule, AllowedMethods: [...rule.AllowedMethods], AllowedHeaders: [...rule.AllowedHeaders], ExposeHeaders: 'ExposeHeaders' in rule ? [...rule.ExposeHeaders] : [], AllowedOrigins: [ORIGIN] }]
    await store.client.send(new PutBucketCorsCommand({ Bucket: store.bucket, CORSConfiguration: { CORSRules } }))
    t.match(await faultsOf(variablesFor(store)), [{ detail }])
  })
}

t.test('a bucket that any page may upload to is warned of', async t => {
  const store = await preparedStore(t)
  const CORSRules = [{ AllowedOrigins: ['*'], AllowedMethods: ['PUT'], AllowedHeaders: ['*'], ExposeHeaders: ['ETag'] }]
  await store.client.send(new PutBucketCorsCommand({ Bucket: store.bucket, CORSConfiguration: { CORSRules } }))
  const { results } = await check(variablesFor(store))
  t.match(results.find(({ title }) => title === 'pages of other origins may not'), { outcome: 'warning' })
})

t.test('a missing lifecycle rule is named, with the command that helps', async t => {
  const store = await preparedStore(t)
  const Rules = [{ ID: 'elsewhere', Status: 'Enabled' as const, Filter: { Prefix: 'elsewhere/' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }]
  await store.client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: store.bucket, LifecycleConfiguration: { Rules } }))
  t.match(await faultsOf(variablesFor(store)), [{ title: /never completed are aborted/, remedy: /fastify-upload-url setup/ }])
})

if (isRgw) {
  t.test('a key that may only read is named, with the rights it needs', async t => {
    const store = await preparedStore(t)
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: ['s3:PutObject'], Resource: [`arn:aws:s3:::${store.bucket}/*`] }] })
    await store.client.send(new PutBucketPolicyCommand({ Bucket: store.bucket, Policy }))
    t.match(await faultsOf(variablesFor(store)), [{ detail: 'PUT was answered 403 (AccessDenied)', remedy: /s3:PutObject/ }])
  })

  t.test('a key with the rights it needs and no others is not warned of', async t => {
    const store = await preparedStore(t)
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Deny', Principal: '*', Action: ['s3:ListBucket'], Resource: [`arn:aws:s3:::${store.bucket}`] },
        { Effect: 'Deny', Principal: '*', Action: ['s3:DeleteObject'], Resource: [`arn:aws:s3:::${store.bucket}/*`] },
        { Effect: 'Deny', Principal: '*', Action: ['s3:PutObject'], NotResource: [`arn:aws:s3:::${store.bucket}/uploads/*`] }
      ]
    })
    await store.client.send(new PutBucketPolicyCommand({ Bucket: store.bucket, Policy }))
    const { results } = await check(variablesFor(store))
    await store.client.send(new DeleteBucketPolicyCommand({ Bucket: store.bucket }))
    t.same(results.filter(({ outcome }) => outcome !== 'ok'), [])
  })
} else {
  t.test('a wrong region is named', async t => {
    const faults = await faultsOf({ ...variablesFor(await preparedStore(t)), AWS_REGION: 'eu-central-1' })
    t.match(faults, [{ detail: /not in eu-central-1/, remedy: /AWS_REGION/ }])
  })
}

async function run (variables: Record<string, string>, ...words: string[]): Promise<{ code: number | null, output: string }> {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [...RUN_SOURCE, 'src/cli.ts', ...words], { env: { PATH, NODE_NO_WARNINGS: '1', ...variables } })
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await once(child, 'close') as [number | null]
  return { code, output: (await output).join('') }
}

t.test('the executable sets a bucket up and checks it, with a line for each thing tried', async t => {
  const store = await startStore(t)
  const variables = variablesFor(store)
  const setup = await run(variables, 'setup')
  t.match(setup, { code: 0, output: /^ok +let pages of https:\/\/app\.example\.com upload/ })
  const check = await run(variables, 'check')
  t.match(check, { code: 0, output: /^ok +the store answers/ })
  for (const line of check.output.trimEnd().split('\n')) t.match(line, /^(ok|warning| {4})/)
})

t.test('the executable fails where something fails, and shows no secret', async t => {
  const variables = { ...variablesFor(await preparedStore(t)), AWS_SECRET_ACCESS_KEY: 'hunter2hunter2' }
  const { code, output } = await run(variables, 'check')
  t.equal(code, 1)
  t.match(output, /^FAILED +the bucket is there.*SignatureDoesNotMatch/m)
  t.notMatch(output, /hunter2|X-Amz-Signature/)
})

t.test('the executable says how to use it', async t => {
  t.match(await run({}, '--help'), { code: 0, output: /^Usage:/ })
  t.match(await run({}), { code: 2, output: /^Usage:/ })
  t.match(await run({}, 'destroy'), { code: 2, output: /^Usage:/ })
  t.match(await run({}, '--frobnicate'), { code: 1, output: /Unknown option/ })
  t.match(await run({}, 'check'), { code: 1, output: /S3_BUCKET_NAME/ })
})
