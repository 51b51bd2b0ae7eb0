import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ConfigError, DEVELOPMENT_KEY, loadConfig } from '../plugins/config.js'
import { WEBHOOK_SECRET } from './fixtures/webhook-receiver.js'

const PRODUCTION = {
  NODE_ENV: 'production',
  S3_BUCKET_NAME: 'recordings',
  AWS_REGION: 'eu-central-1',
  API_KEYS: 'alice:the-api-key-of-alice'
}
const WEBHOOK = { WEBHOOK_URL: 'https://app.example.com/webhooks', WEBHOOK_SECRET }

function problemsOf (variables: Record<string, string>): readonly string[] {
  try {
    loadConfig(variables)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

t.test('with nothing configured, development gets the embedded store and a development key', async t => {
  t.match(loadConfig({}), {
    isLocal: true,
    usesDevelopmentKey: true,
    HOST: '127.0.0.1',
    PORT: 3000,
    PRESIGNED_URL_EXPIRATION: 900,
    KEY_PREFIX: 'uploads',
    apiKeys: [{ owner: 'developer' }]
  })
})

t.test('the variables of the original service mean what they meant', async t => {
  const config = loadConfig({
    ...PRODUCTION,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    PRESIGNED_URL_EXPIRATION: '60'
  })
  t.match(config, {
    isLocal: false,
    S3_BUCKET_NAME: 'recordings',
    AWS_REGION: 'eu-central-1',
    PRESIGNED_URL_EXPIRATION: 60
  })
})

const WRONG = {
  PORT: ['abc', '-1', '65536', '30.5'],
  NODE_ENV: ['Production', 'prod', 'staging', 'dev', 'production '],
  LOG_LEVEL: ['loud'],
  TRUST_PROXY: ['maybe', '10.0.0.300', '10.0.0.0/33', ','],
  S3_BUCKET_NAME: [
    'ab',
    '../x',
    'a/b',
    'Recordings',
    'rec_ordings',
    'a..b',
    '-recordings',
    'recordings-',
    '192.168.5.4',
    'a'.repeat(64),
    'arn:aws:s3:eu-central-1:1:accesspoint/x'
  ],
  AWS_REGION: ['EU Central'],
  S3_ENDPOINT: [
    's3.example.com',
    'ftp://s3.example.com',
    'http://x:y',
    'http://x:99999',
    'https://',
    'https://s3.example.com?x=1',
    'https://s3.example.com#x',
    'https://user@s3.example.com',
    'https://user:hunter2@s3.example.com'
  ],
  S3_PUBLIC_ENDPOINT: ['localhost:9000', 'http://x:y', 'https://user:hunter2@s3.example.com'],
  S3_FORCE_PATH_STYLE: ['yes'],
  PRESIGNED_URL_EXPIRATION: ['0', '604801', '15m', '-5', '1.5'],
  KEY_PREFIX: ['/uploads', 'uploads/', 'a b', 'a/..', '..', 'a/./b'],
  MAX_UPLOAD_BYTES: ['25MB', '0'],
  MAX_DURATION_SECONDS: ['1h', '0', '1.5'],
  ALLOWED_FORMATS: ['mp5', 'mp3,exe', ','],
  API_KEYS: [
    'alice',
    'alice:',
    ':an-api-key-of-nobody',
    'alice:two words of a key',
    ',',
    'alice:a',
    'alice:fifteen-letters',
    'alice:one-and-the-same-key,bob:one-and-the-same-key'
  ],
  API_KEYS_FILE: ['no-such-file'],
  CORS_ORIGINS: ['app.example.com', 'https://app.example.com/path', '*', 'https://*.example.com'],
  RATE_LIMIT_MAX: ['many', '-1', '1.5'],
  RATE_LIMIT_MAX_PER_ADDRESS: ['-1'],
  REDIS_URL: ['redis:6379', 'http://redis:6379'],
  RATE_LIMIT_WITHOUT_REDIS: ['ajar'],
  METRICS_KEY: ['too-short', 'sixteen letters or more'],
  UPLOAD_EVENTS_QUEUE_URL: [
    'arn:aws:sqs:eu-central-1:123456789012:uploads',
    'sqs://uploads',
    'https://sqs.eu-central-1.amazonaws.com',
    'https://user:hunter2@sqs.example.com/1/uploads'
  ],
  WEBHOOK_URL: [
    'app.example.com',
    'http://app.example.com/webhooks',
    'ftp://app.example.com',
    'https://user:hunter2@app.example.com',
    'https://'
  ],
  WEBHOOK_SECRET: [
    ',',
    'whsec_',
    'whsec_c2hvcnQ=',
    'not base64 at all, but long enough',
    `${WEBHOOK_SECRET},whsec_c2hvcnQ=`,
    `whsec_${'A'.repeat(88)}`
  ],
  MAX_EVENT_LOOP_DELAY: ['-1', '1s'],
  DRAIN_SECONDS: ['-1', '601', '5s']
}

for (const [name, values] of Object.entries(WRONG)) {
  for (const value of values) {
    t.test(`${name}=${value} is named, with what to write instead`, async t => {
      const problems = problemsOf({ ...PRODUCTION, ...WEBHOOK, [name]: value })
      t.equal(problems.length, 1)
      t.match(problems[0], new RegExp(`^${name} must be [a-z]`))
    })
  }
}

for (const variables of [
  { S3_BUCKET_NAME: 'recordings' },
  { HOST: '0.0.0.0' },
  { HOST: '::' },
  { HOST: 'upload.example.com' }
]) {
  t.test(`without NODE_ENV, ${Object.entries(variables).join().replace(',', '=')} counts as production`, async t => {
    const config = loadConfig({ ...PRODUCTION, NODE_ENV: '', ...variables })
    t.match(config, { NODE_ENV: 'production', isLocal: false, usesDevelopmentKey: false, drainSeconds: 5 })
    t.equal(config.uppyTokenSecret, undefined)
    t.match(problemsOf(variables), [/is required/], 'nothing is made up for it')
  })
}

for (const HOST of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) {
  t.test(`without a bucket, HOST=${HOST} is plainly development`, async t => {
    t.match(loadConfig({ HOST }), { NODE_ENV: 'development', isLocal: true, usesDevelopmentKey: true })
  })
}

t.test('development can be asked for, with a bucket and at any address', async t => {
  const config = loadConfig({ ...PRODUCTION, NODE_ENV: 'development', HOST: '0.0.0.0' })
  t.match(config, { NODE_ENV: 'development', usesDevelopmentKey: false })
})

t.test('the development key opens nothing that others can reach', async t => {
  t.match(problemsOf({ NODE_ENV: 'development', HOST: '0.0.0.0' }), [/^API_KEYS or API_KEYS_FILE is required/])
  const API_KEYS = `alice:${DEVELOPMENT_KEY}`
  const refused = [/must not contain the development key/]
  t.match(problemsOf({ ...PRODUCTION, API_KEYS }), refused)
  t.match(problemsOf({ NODE_ENV: 'development', HOST: '0.0.0.0', API_KEYS }), refused)
  t.match(problemsOf({ NODE_ENV: 'test', HOST: '192.0.2.1', API_KEYS }), refused)
  t.same(problemsOf({ API_KEYS }), [])
})

t.test('a bucket may be named by an access point ARN, or as a directory bucket', async t => {
  for (const name of [
    'arn:aws:s3:eu-central-1:123456789012:accesspoint/recordings',
    'arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap',
    'arn:aws-cn:s3-outposts:cn-north-1:123456789012:outpost/op-01ac5d28a6a232904/accesspoint/recordings',
    'recordings--euc1-az1--x-s3',
    'rec.ord.ings',
    'abc'
  ]) { t.equal(loadConfig({ ...PRODUCTION, S3_BUCKET_NAME: name }).bucket, name) }
})

for (const [text, endpoint] of Object.entries({
  'https://s3.example.com/': 'https://s3.example.com',
  'https://s3.example.com/storage/v1/s3/': 'https://s3.example.com/storage/v1/s3',
  'HTTP://[::1]:9000': 'http://[::1]:9000'
})) {
  t.test(`S3_ENDPOINT=${text} means ${endpoint}`, async t => {
    const config = loadConfig({ ...PRODUCTION, S3_ENDPOINT: text, S3_PUBLIC_ENDPOINT: text })
    t.equal(config.client.endpoint, endpoint)
    t.equal(config.publicEndpoint, endpoint)
  })
}

t.test('a proxy setting that trusts every client gets a warning, others none', async t => {
  const warningsOf = (TRUST_PROXY: string) => loadConfig({ ...PRODUCTION, TRUST_PROXY }).warnings
  for (const value of ['true', '10.0.0.1,0.0.0.0/0', '::/0']) {
    t.match(warningsOf(value), [/^TRUST_PROXY .*RATE_LIMIT_MAX_PER_ADDRESS/], value)
  }
  for (const value of ['', 'false', '1', '10.0.0.0/8']) t.same(warningsOf(value), [], value)
})

t.test('production needs a bucket and API keys, and both are named at once', async t => {
  t.match(problemsOf({ NODE_ENV: 'production', AWS_REGION: 'eu-central-1' }), [
    /^S3_BUCKET_NAME is required/,
    /^API_KEYS or API_KEYS_FILE is required/
  ])
})

t.test('a bucket without API keys is refused in development too', async t => {
  t.match(problemsOf({ S3_BUCKET_NAME: 'recordings' }), [/^API_KEYS/])
})

t.test('every variable that is wrong is named at once', async t => {
  t.match(problemsOf({ ...PRODUCTION, PORT: 'abc', API_KEYS: 'x', S3_ENDPOINT: 'nowhere' }), [
    /^PORT/,
    /^S3_ENDPOINT/,
    /^API_KEYS/
  ])
})

t.test('half of a pair of credentials is refused', async t => {
  t.match(problemsOf({ ...PRODUCTION, AWS_ACCESS_KEY_ID: 'id' }), [
    /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together/
  ])
})

t.test('half of a webhook is refused', async t => {
  for (const [name, value] of Object.entries(WEBHOOK)) {
    t.match(problemsOf({ ...PRODUCTION, [name]: value }), [/WEBHOOK_URL and WEBHOOK_SECRET belong together/])
  }
})

t.test('a queue of events is refused where nobody is told of what it holds', async t => {
  const UPLOAD_EVENTS_QUEUE_URL = 'https://sqs.eu-central-1.amazonaws.com/123456789012/uploads'
  t.match(problemsOf({ ...PRODUCTION, UPLOAD_EVENTS_QUEUE_URL }), [/^UPLOAD_EVENTS_QUEUE_URL needs WEBHOOK_URL/])
  t.same(problemsOf({ ...PRODUCTION, ...WEBHOOK, UPLOAD_EVENTS_QUEUE_URL }), [])
})

t.test('a webhook goes to http only outside production, and may be signed by several secrets', async t => {
  const WEBHOOK_URL = 'http://127.0.0.1:4000/webhooks'
  const config = loadConfig({
    WEBHOOK_URL,
    WEBHOOK_SECRET: `${WEBHOOK_SECRET}, ${Buffer.alloc(24).toString('base64')}`
  })
  t.strictSame(config.webhook, { url: WEBHOOK_URL, secrets: [WEBHOOK_SECRET, 'A'.repeat(32)] })
  t.equal(loadConfig({}).webhook, undefined)
})

t.test('a message never holds what was found in the environment', async t => {
  const secret = 'hunter2'
  for (const name of [...Object.keys(WRONG), 'AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID']) {
    const problems = problemsOf({ NODE_ENV: 'production', PORT: 'abc', [name]: `${secret} ${secret}` })
    t.not(problems.length, 0)
    t.notMatch(problems.join('\n'), secret, name)
  }
})

t.test('an empty variable counts as unset', async t => {
  t.match(loadConfig({ ...PRODUCTION, PORT: '', S3_ENDPOINT: '' }), { PORT: 3000 })
})

t.test('keys come from a file too, one owner:key a line, with comments', async t => {
  const file = join(t.testdir(), 'keys')
  writeFileSync(
    file,
    '# rotated in May\nalice:the-first-api-key\nalice:the-second-api-key\r\n\nbob:the-third-api-key\n'
  )
  const { apiKeys } = loadConfig({ ...PRODUCTION, API_KEYS: 'carol:the-fourth-api-key', API_KEYS_FILE: file })
  t.strictSame(
    apiKeys.map(key => key.owner),
    ['carol', 'alice', 'alice', 'bob']
  )
})

t.test('a file without keys is refused', async t => {
  const file = join(t.testdir({ keys: '# none yet\n' }), 'keys')
  t.match(problemsOf({ ...PRODUCTION, API_KEYS_FILE: file }), [/^API_KEYS_FILE/])
})

t.test('the configuration keeps no API key in clear', async t => {
  const config = loadConfig(PRODUCTION)
  t.notMatch(JSON.stringify(config), 'the-api-key-of-alice')
  t.notOk(JSON.stringify(loadConfig({})).includes(DEVELOPMENT_KEY))
})

t.test('the configuration keeps no metrics key in clear', async t => {
  const key = 'a-key-for-prometheus'
  t.notMatch(JSON.stringify(loadConfig({ ...PRODUCTION, METRICS_KEY: key })), key)
})

t.test('production leaves balancers some seconds to notice the end, development ends at once', async t => {
  t.match(loadConfig(PRODUCTION), { drainSeconds: 5 })
  t.match(loadConfig({}), { drainSeconds: 0 })
  t.match(loadConfig({ ...PRODUCTION, DRAIN_SECONDS: '0' }), { drainSeconds: 0 })
})

t.test('lists are read', async t => {
  const config = loadConfig({
    ...PRODUCTION,
    ALLOWED_FORMATS: 'MP3, wav',
    CORS_ORIGINS: 'https://a.example, http://localhost:5173'
  })
  t.strictSame(config.allowedFormats, ['mp3', 'wav'])
  t.strictSame(config.corsOrigins, ['https://a.example', 'http://localhost:5173'])
})
