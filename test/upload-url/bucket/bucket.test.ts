import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import {
  DeleteBucketPolicyCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand
} from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import { checkBucket, type CheckResult } from '../../../plugins/upload-url/bucket/check.js'
import { createCheckContext } from '../../../plugins/upload-url/bucket/context.js'
import {
  BucketEnvironmentSchema,
  Environment,
  readBucketSettings,
  type BucketEnvironment
} from '../../../plugins/upload-url/bucket/environment.js'
import { putGuardRails } from '../../../plugins/upload-url/bucket/guard-rails.js'
import { setUpBucket } from '../../../plugins/upload-url/bucket/setup.js'
import { freePort } from '../../fixtures/free-port.js'
import { RUN_SOURCE } from '../../fixtures/source.js'
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
    CORS_ORIGINS: ORIGIN
  }
}

/** Reads an environment, and sets the variables that the SDK reads itself. */
function settingsFor (variables: Record<string, string>) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = variables
  Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY })
  const environment = new Environment<BucketEnvironment>(BucketEnvironmentSchema, variables)
  const settings = readBucketSettings(environment)
  environment.assertValid()
  return { ...settings, bucket: settings.bucket! }
}

async function preparedStore (t: Test): Promise<Store> {
  const store = await startStore(t)
  await setUpBucket(
    { client: store.client, bucket: store.bucket, keyPrefix: 'uploads', corsOrigins: [ORIGIN], createBucket: false },
    () => {}
  )
  return store
}

async function check (variables: Record<string, string>, now?: () => Date) {
  const results: CheckResult[] = []
  const context = await createCheckContext(settingsFor(variables), now)
  const isHealthy = await checkBucket(context, result => {
    results.push(result)
  })
  await context.close()
  return { isHealthy, results }
}

async function errorsOf (variables: Record<string, string>, now?: () => Date): Promise<CheckResult[]> {
  const { results } = await check(variables, now)
  return results.filter(({ outcome }) => outcome === 'failed')
}

t.test('a bucket that was set up passes, and a key with every permission gets warnings', async t => {
  const { isHealthy, results } = await check(variablesFor(await preparedStore(t)))
  t.same(
    results.filter(({ outcome }) => outcome === 'failed'),
    []
  )
  t.ok(isHealthy)
  t.same(
    results.filter(({ outcome }) => outcome === 'warning').map(({ title }) => title),
    ['the key must not list the bucket', 'the key must not write outside of the prefix', 'the key must not delete']
  )
})

t.test('a check deletes the objects that it created', async t => {
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
  await client.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket: bucket,
      LifecycleConfiguration: {
        Rules: [{ ID: 'theirs', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } }]
      }
    })
  )
  const options = { client, bucket, keyPrefix: 'uploads', corsOrigins: [ORIGIN], createBucket: false }
  await setUpBucket(options, () => {})
  await setUpBucket(options, () => {})
  const { CORSRules } = await client.send(new GetBucketCorsCommand({ Bucket: bucket }))
  t.same(CORSRules?.map(({ ID }) => ID).sort(), ['fastify-upload-url', 'theirs'])
  const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }))
  t.same(Rules?.map(({ ID }) => ID).sort(), ['fastify-upload-url: abort incomplete multipart uploads', 'theirs'])
})

t.test('setting up leaves the conditions of the rules of others as they were', async t => {
  const { client, bucket } = await startStore(t)
  const tag = (Key: string) => ({ Key, Value: '1' })
  const Filters = [
    { Prefix: 'tmp/' },
    { And: { Prefix: 'tmp/', Tags: [tag('a')] } },
    { And: { Prefix: 'tmp/', Tags: [tag('a'), tag('b')] } },
    { And: { Tags: [tag('a'), tag('b')] } },
    { Tag: tag('a') }
  ]
  const Rules = Filters.map((Filter, index) => ({
    ID: String(index),
    Status: 'Enabled' as const,
    Filter,
    Expiration: { Days: 100 - index }
  }))
  await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules } }))
  const rulesOf = async (Key: string, Tagging?: string) => {
    const { Expiration = 'never' } = await client
      .send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x', Tagging }))
      .then(() => client.send(new HeadObjectCommand({ Bucket: bucket, Key })))
    return /rule-id="(.*)"/.exec(Expiration)?.[1] ?? Expiration
  }
  const ask = async () => [
    await rulesOf('tmp/1'),
    await rulesOf('tmp/2', 'a=1'),
    await rulesOf('tmp/3', 'a=1&b=1'),
    await rulesOf('x/1', 'a=1&b=1'),
    await rulesOf('x/2', 'b=1')
  ]
  const before = await ask()
  t.equal(before.at(-1), 'never')
  const options = { client, bucket, keyPrefix: 'uploads', corsOrigins: [], createBucket: false }
  for (const unclaimed of [{ expireAfterDays: 7 }, { expireAfterDays: 7, by: 'prefix' as const }, undefined]) {
    for (let round = 0; round < 2; round += 1) {
      await setUpBucket({ ...options, unclaimed }, () => {})
      t.same(await ask(), before)
    }
  }
})

t.test('setup creates a bucket where it is told to', async t => {
  const store = await startStore(t)
  const bucket = `${store.bucket}-created`
  const steps: string[] = []
  const options = { client: store.client, bucket, keyPrefix: 'uploads', corsOrigins: [ORIGIN], createBucket: true }
  await setUpBucket(options, step => {
    steps.push(step)
  })
  t.match(steps[0], `created the bucket ${bucket}`)
  t.same(await errorsOf({ ...variablesFor(store), S3_BUCKET_NAME: bucket }), [])
  await setUpBucket(options, step => {
    t.notMatch(step, 'created the bucket')
  })
})

t.test('a store that can’t be reached is named, and nothing more is tried', async t => {
  const { results } = await check({
    ...variablesFor(await preparedStore(t)),
    S3_ENDPOINT: `http://127.0.0.1:${await freePort()}`
  })
  t.match(results.at(-1), { outcome: 'failed', detail: /cannot be reached/, hint: /S3_ENDPOINT/ })
  t.equal(results.length, 2)
})

t.test('a missing bucket is named', async t => {
  const errors = await errorsOf({ ...variablesFor(await preparedStore(t)), S3_BUCKET_NAME: 'no-such-bucket' })
  t.match(errors, [{ detail: 'there is no bucket no-such-bucket', hint: /S3_BUCKET_NAME/ }])
})

t.test('a clock that is 20 minutes off is named', async t => {
  const variables = variablesFor(await preparedStore(t))
  t.match(await errorsOf(variables, () => new Date(Date.now() + 20 * 60_000)), [
    { detail: 'this machine is 20 minutes ahead', hint: /NTP/ }
  ])
  t.match(await errorsOf(variables, () => new Date(Date.now() - 20 * 60_000)), [
    { detail: 'this machine is 20 minutes behind', hint: /NTP/ }
  ])
})

for (const [what, wrong, code, hint] of [
  [
    'a wrong secret',
    { AWS_SECRET_ACCESS_KEY: 'wrong' },
    'SignatureDoesNotMatch',
    /AWS_SECRET_ACCESS_KEY does not belong/
  ],
  ['an unknown key', { AWS_ACCESS_KEY_ID: 'NOBODY' }, 'InvalidAccessKeyId', /does not know AWS_ACCESS_KEY_ID/]
] as const) {
  t.test(`${what} is named as such, and ends the check`, async t => {
    const { isHealthy, results } = await check({ ...variablesFor(await preparedStore(t)), ...wrong })
    t.notOk(isHealthy)
    t.match(results.at(-1), {
      title: 'the store accepts the credentials',
      outcome: 'failed',
      detail: `a signed request was answered 403 (${code})`,
      hint
    })
    t.same(
      results.slice(0, -1).map(({ title }) => title),
      [
        'credentials are configured',
        'the store answers at the address that uploaders use',
        'the clock of this machine agrees with the store’s'
      ],
      'nothing is said of the bucket, or of permissions'
    )
  })
}

t.test('a bucket whose CORS rules forget an origin is named, with the command that helps', async t => {
  const store = await preparedStore(t)
  const errors = await errorsOf({ ...variablesFor(store), CORS_ORIGINS: `${ORIGIN},https://forgotten.example` })
  t.match(errors, [
    { title: /https:\/\/forgotten\.example/, detail: /do not allow this origin/, hint: /fastify-upload-url setup/ }
  ])
})

for (const [what, rule, detail] of [
  ['the ETag', { AllowedMethods: ['PUT'], AllowedHeaders: ['*'] }, /do not expose ETag/],
  [
    'a signed header',
    { AllowedMethods: ['PUT'], AllowedHeaders: ['content-type', 'x-amz-*'], ExposeHeaders: ['ETag'] },
    /if-none-match|do not allow this origin/
  ],
  [
    'PUT',
    { AllowedMethods: ['GET'], AllowedHeaders: ['*'], ExposeHeaders: ['ETag'] },
    /do not allow this origin|do not allow PUT/
  ]
] as const) {
  t.test(`a bucket whose CORS rules forget ${what} is named`, async t => {
    const store = await preparedStore(t)
    const CORSRules = [
      {
        ...rule,
        AllowedMethods: [...rule.AllowedMethods],
        AllowedHeaders: [...rule.AllowedHeaders],
        ExposeHeaders: 'ExposeHeaders' in rule ? [...rule.ExposeHeaders] : [],
        AllowedOrigins: [ORIGIN]
      }
    ]
    await store.client.send(new PutBucketCorsCommand({ Bucket: store.bucket, CORSConfiguration: { CORSRules } }))
    t.match(await errorsOf(variablesFor(store)), [{ detail }])
  })
}

t.test('a bucket that any page may upload to is warned of', async t => {
  const store = await preparedStore(t)
  const CORSRules = [{ AllowedOrigins: ['*'], AllowedMethods: ['PUT'], AllowedHeaders: ['*'], ExposeHeaders: ['ETag'] }]
  await store.client.send(new PutBucketCorsCommand({ Bucket: store.bucket, CORSConfiguration: { CORSRules } }))
  const { results } = await check(variablesFor(store))
  t.match(
    results.find(({ title }) => title === 'pages of other origins may not'),
    { outcome: 'warning' }
  )
})

t.test('a missing lifecycle rule is named, with the command that helps', async t => {
  const store = await preparedStore(t)
  const Rules = [
    {
      ID: 'elsewhere',
      Status: 'Enabled' as const,
      Filter: { Prefix: 'elsewhere/' },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }
    }
  ]
  await store.client.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket: store.bucket, LifecycleConfiguration: { Rules } })
  )
  t.match(await errorsOf(variablesFor(store)), [
    { title: /never completed are aborted/, hint: /fastify-upload-url setup/ }
  ])
})

/** RGW 16.2 drops the tags of uploads in parts. */
const TAGGED = 'uploads in parts are tagged, so that they expire'
const ASKED_FOR = { LIST_UPLOADS: 'true', DELETE_UPLOADS: 'true', RESULTS: 'true', UNCLAIMED_EXPIRE_AFTER_DAYS: '7' }

for (const by of ['tag', 'prefix'] as const) {
  t.test(`what is asked for besides is tried, where claims go by ${by}, and nothing stays behind`, async t => {
    const store = await startStore(t)
    const variables = { ...variablesFor(store), ...ASKED_FOR, UNCLAIMED_BY: by }
    await setUpBucket({ ...settingsFor(variables), client: store.client, createBucket: false }, () => {})
    const { results } = await check(variables)
    const dropped = [{ title: TAGGED, detail: /drops the tags/, hint: /UNCLAIMED_BY to prefix/ }]
    t.match(results.filter(({ outcome }) => outcome === 'failed'), isRgw && by === 'tag' ? dropped : [])
    t.equal(results.filter(({ outcome }) => outcome === 'failed').length, isRgw && by === 'tag' ? 1 : 0)
    const titles = results.map(({ title }) => title)
    t.same(titles.slice(by === 'tag' ? -6 : -5), [
      'owners can list their uploads',
      'a result is listed with its upload',
      'an upload can be claimed',
      'uploads expire that are not claimed',
      ...(by === 'tag' ? [TAGGED] : []),
      'owners can delete their uploads'
    ])
    t.notOk(titles.includes('the key must not delete'))
    const { Contents = [] } = await store.client.send(new ListObjectsV2Command({ Bucket: store.bucket }))
    t.notOk(Contents.some(({ Key }) => Key!.includes('uploads/')))
  })
}

t.test('a rule that lets uploads expire on another day, or none, is named with the command that helps', async t => {
  const store = await preparedStore(t)
  const variables = { ...variablesFor(store), UNCLAIMED_EXPIRE_AFTER_DAYS: '7' }
  const problem = [{ title: 'uploads expire that are not claimed', hint: /fastify-upload-url setup/ }]
  const errorsOfRule = async () => (await errorsOf(variables)).filter(({ title }) => title !== TAGGED)
  t.match(await errorsOfRule(), problem)
  const later = settingsFor({ ...variables, UNCLAIMED_EXPIRE_AFTER_DAYS: '8' })
  await setUpBucket({ ...later, client: store.client, createBucket: false }, () => {})
  t.match(await errorsOfRule(), problem)
})

if (isRgw) {
  t.test('a key that may only read is named, with the rights it needs', async t => {
    const store = await preparedStore(t)
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Deny', Principal: '*', Action: ['s3:PutObject'], Resource: [`arn:aws:s3:::${store.bucket}/*`] }
      ]
    })
    await store.client.send(new PutBucketPolicyCommand({ Bucket: store.bucket, Policy }))
    t.match(await errorsOf(variablesFor(store)), [
      { detail: 'PUT was answered 403 (AccessDenied)', hint: /s3:PutObject/ }
    ])
  })

  t.test('a key with the rights it needs and no others is not warned of', async t => {
    const store = await preparedStore(t)
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Deny', Principal: '*', Action: ['s3:ListBucket'], Resource: [`arn:aws:s3:::${store.bucket}`] },
        { Effect: 'Deny', Principal: '*', Action: ['s3:DeleteObject'], Resource: [`arn:aws:s3:::${store.bucket}/*`] },
        {
          Effect: 'Deny',
          Principal: '*',
          Action: ['s3:PutObject'],
          NotResource: [`arn:aws:s3:::${store.bucket}/uploads/*`]
        }
      ]
    })
    await store.client.send(new PutBucketPolicyCommand({ Bucket: store.bucket, Policy }))
    const { results } = await check(variablesFor(store))
    await store.client.send(new DeleteBucketPolicyCommand({ Bucket: store.bucket }))
    t.same(
      results.filter(({ outcome }) => outcome !== 'ok'),
      []
    )
  })

  t.test('a key that may not list uploads in progress passes, and is told what needs it', async t => {
    const store = await preparedStore(t)
    const Resource = [`arn:aws:s3:::${store.bucket}`]
    const Statement = [{ Effect: 'Deny', Principal: '*', Action: ['s3:ListBucketMultipartUploads'], Resource }]
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement })
    await store.client.send(new PutBucketPolicyCommand({ Bucket: store.bucket, Policy }))
    const { isHealthy, results } = await check(variablesFor(store))
    await store.client.send(new DeleteBucketPolicyCommand({ Bucket: store.bucket }))
    t.ok(isHealthy)
    t.match(
      results.find(({ title }) => title.startsWith('uploads in progress can be listed')),
      { outcome: 'ok', detail: /not with this key: salvage and listUploads need s3:ListBucketMultipartUploads/ }
    )
  })
  /** Denies something to everybody, whatever their key allows. */
  async function deny ({ client, bucket }: Store, Action: string): Promise<void> {
    const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]
    const Policy = JSON.stringify({
      Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: [Action], Resource }]
    })
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }))
  }

  for (const [permission, by, title] of [
    ['s3:PutObject', 'tag', 'a file can be uploaded by URL'],
    ['s3:GetObject', 'tag', 'an upload can be read back'],
    ['s3:ListMultipartUploadParts', 'tag', 'a file can be uploaded in parts'],
    ['s3:AbortMultipartUpload', 'tag', 'a multipart upload can be aborted'],
    ['s3:GetObjectTagging', 'tag', 'an upload can be claimed'],
    ['s3:PutObjectTagging', 'tag', 'an upload can be claimed'],
    ['s3:ListBucket', 'prefix', 'owners can list their uploads'],
    ['s3:ListBucketMultipartUploads', 'prefix', 'owners can list their uploads'],
    ['s3:DeleteObject', 'prefix', 'owners can delete their uploads']
  ] as const) {
    t.test(`a check without ${permission} names it, and says to allow it`, async t => {
      const store = await startStore(t)
      const variables = { ...variablesFor(store), ...ASKED_FOR, UNCLAIMED_BY: by }
      await setUpBucket({ ...settingsFor(variables), client: store.client, createBucket: false }, () => {})
      await deny(store, permission)
      const errors = await errorsOf(variables)
      await store.client.send(new DeleteBucketPolicyCommand({ Bucket: store.bucket }))
      const error = errors.find(error => error.title === title)
      t.match(error?.hint, new RegExp(`^Allow this key .*${permission}`), JSON.stringify(errors))
    })
  }

  for (const permission of ['s3:GetBucketPolicy', 's3:PutBucketPolicy']) {
    t.test(`putting the policy without ${permission} names it, and says to use another key`, async t => {
      const store = await startStore(t)
      await deny(store, permission)
      const options = { ...settingsFor(variablesFor(store)), ...store }
      const error = await putGuardRails(options, () => {}).catch(error => error)
      await store.client.send(new DeleteBucketPolicyCommand({ Bucket: store.bucket }))
      t.match(error, { message: `this key lacks ${permission}`, hint: `Use a key that has ${permission} on the bucket.` })
    })
  }

  for (const permission of [
    's3:GetBucketCORS',
    's3:PutBucketCORS',
    's3:GetLifecycleConfiguration',
    's3:PutLifecycleConfiguration'
  ]) {
    t.test(`setting up without ${permission} names it, and says to use another key`, async t => {
      const store = await startStore(t)
      const options = { ...settingsFor(variablesFor(store)), client: store.client, createBucket: false }
      await deny(store, permission)
      const error = await setUpBucket(options, () => {}).catch(error => error)
      await store.client.send(new DeleteBucketPolicyCommand({ Bucket: store.bucket }))
      t.match(error, { message: `this key lacks ${permission}`, hint: `Use a key that has ${permission} on the bucket.` })
    })
  }
} else {
  t.test('a wrong region is named', async t => {
    const errors = await errorsOf({ ...variablesFor(await preparedStore(t)), AWS_REGION: 'eu-central-1' })
    t.match(errors, [{ detail: /not in eu-central-1/, hint: /AWS_REGION/ }])
  })
}

async function run (
  variables: Record<string, string>,
  ...words: string[]
): Promise<{ code: number | null; output: string }> {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [...RUN_SOURCE, 'plugins/upload-url/bucket/cli.ts', ...words], {
    env: { PATH, NODE_NO_WARNINGS: '1', ...variables }
  })
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output: (await output).join('') }
}

for (const [settings, isRemarked] of [
  [{}, true],
  [{ RESULTS: 'true' }, false],
  [{ RESULTS: 'true', UNCLAIMED_EXPIRE_AFTER_DAYS: '7', UNCLAIMED_BY: 'prefix' }, true]
] as const) {
  const name = JSON.stringify(settings)
  t.test(`unconditional writes are ${isRemarked ? '' : 'not '}remarked on with ${name}, as setup treats them`, async t => {
    const { results } = await check({ ...variablesFor(await preparedStore(t)), ...settings })
    const remark = results.find(({ title }) => title.startsWith('the bucket itself denies'))
    t.equal(remark?.outcome, 'ok')
    t.equal(/unconditional writes/.test(remark?.detail ?? ''), isRemarked)
    t.match(remark?.detail, /old signatures.*"fastify-upload-url setup --enforce"/)
  })
}

t.test('the executable prints the policy that it would put, and puts nothing unasked', async t => {
  const variables = variablesFor(await startStore(t))
  const { output } = await run(variables, 'setup')
  t.match(output, /"setup --enforce" puts this policy:\n\n\{[^]*FastifyUploadUrlSignatureAge[^]*\}\n/)
  if (!isRgw) {
    t.match(await run(variables, 'setup', '--enforce'), { code: 1, output: /The policy of the bucket:[^]*NotImplemented/ })
  }
  t.match(await run(variables, 'setup', '--undo', '--enforce'), { code: 2, output: /^Usage/ })
})

t.test('the executable sets a bucket up and checks it, with a line for each check', async t => {
  const store = await startStore(t)
  const variables = variablesFor(store)
  const setup = await run(variables, 'setup')
  t.match(setup, { code: 0, output: /^ok +allowed pages of https:\/\/app\.example\.com to upload/ })
  const check = await run(variables, 'check')
  t.match(check, { code: 0, output: /^ok +the store accepts the credentials$/m })
  for (const line of check.output.trimEnd().split('\n')) t.match(line, /^(ok|warning| {4})/)
})

t.test('the executable fails with the reason and what to do, and shows no secret', async t => {
  const variables = { ...variablesFor(await preparedStore(t)), AWS_SECRET_ACCESS_KEY: 'hunter2hunter2' }
  const { code, output } = await run(variables, 'check')
  t.equal(code, 1)
  t.match(
    output,
    /^FAILED +the store accepts the credentials.*SignatureDoesNotMatch.*\n +AWS_SECRET_ACCESS_KEY does not belong/m
  )
  t.notMatch(output, /hunter2|X-Amz-Signature/)
})

t.test('the executable says how to use it', async t => {
  t.match(await run({}, '--help'), { code: 0, output: /^Usage:/ })
  t.match(await run({}), { code: 2, output: /^Usage:/ })
  t.match(await run({}, 'destroy'), { code: 2, output: /^Usage:/ })
  t.match(await run({}, '--frobnicate'), { code: 2, output: /^Unknown option.*\n\nUsage:/s })
})

t.test('with nothing set, the executable names what is missing, and shows an example', async t => {
  for (const command of ['check', 'setup']) {
    const { code, output } = await run({}, command)
    t.equal(code, 1)
    t.match(
      output,
      /^Invalid configuration:\n {2}- S3_BUCKET_NAME is not set\n\n.*S3_BUCKET_NAME=recordings AWS_REGION=/s
    )
    t.notMatch(output, /SDK|Node|at file:/)
  }
})

t.test('without a region, the executable names AWS_REGION', async t => {
  const { code, output } = await run({ S3_BUCKET_NAME: 'recordings', HOME: t.testdir() }, 'check')
  t.equal(code, 1)
  t.match(output, /AWS_REGION is not set/)
})

t.test('without credentials, the executable names the variables, and nothing else', async t => {
  const variables = {
    S3_BUCKET_NAME: 'recordings',
    AWS_REGION: 'eu-central-1',
    HOME: t.testdir(),
    AWS_EC2_METADATA_DISABLED: 'true'
  }
  const { code, output } = await run(variables, 'check')
  t.equal(code, 1)
  t.match(output, /^FAILED +credentials are configured: .*\n +Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/)
  t.equal(output.trimEnd().split('\n').length, 2)
})
