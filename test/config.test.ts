import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ConfigError, DEVELOPMENT_KEY, loadConfig } from '../plugins/config.js'

const PRODUCTION = { NODE_ENV: 'production', S3_BUCKET_NAME: 'recordings', AWS_REGION: 'eu-central-1', API_KEYS: 'alice:a-key-of-alice' }

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
  t.match(loadConfig({}), { isLocal: true, usesDevelopmentKey: true, HOST: '127.0.0.1', PORT: 3000, PRESIGNED_URL_EXPIRATION: 900, KEY_PREFIX: 'uploads', apiKeys: [{ owner: 'developer' }] })
})

t.test('the variables of the original service mean what they meant', async t => {
  const config = loadConfig({ ...PRODUCTION, AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', PRESIGNED_URL_EXPIRATION: '60' })
  t.match(config, { isLocal: false, S3_BUCKET_NAME: 'recordings', AWS_REGION: 'eu-central-1', PRESIGNED_URL_EXPIRATION: 60 })
})

const WRONG = {
  PORT: ['abc', '-1', '65536', '30.5'],
  HOST: [],
  LOG_LEVEL: ['loud'],
  TRUST_PROXY: ['maybe', '10.0.0.300'],
  S3_BUCKET_NAME: ['ab'],
  AWS_REGION: ['EU Central'],
  S3_ENDPOINT: ['s3.example.com', 'ftp://s3.example.com', 'https://s3.example.com/path', 'https://user:hunter2@s3.example.com'],
  S3_PUBLIC_ENDPOINT: ['localhost:9000'],
  S3_FORCE_PATH_STYLE: ['yes'],
  PRESIGNED_URL_EXPIRATION: ['0', '604801', '15m', '-5', '1.5'],
  KEY_PREFIX: ['/uploads', 'uploads/', 'a b'],
  MAX_UPLOAD_BYTES: ['25MB', '0'],
  ALLOWED_FORMATS: ['mp5', 'mp3,exe', ','],
  API_KEYS: ['alice', 'alice:', ':key', 'alice:two words', ',', 'alice:same-key,bob:same-key'],
  API_KEYS_FILE: ['no-such-file'],
  CORS_ORIGINS: ['app.example.com', 'https://app.example.com/path'],
  RATE_LIMIT_MAX: ['many', '-1', '1.5'],
  RATE_LIMIT_MAX_PER_ADDRESS: ['-1'],
  REDIS_URL: ['redis:6379', 'http://redis:6379'],
  RATE_LIMIT_WITHOUT_REDIS: ['ajar'],
  METRICS_KEY: ['too-short', 'sixteen letters or more'],
  DRAIN_SECONDS: ['-1', '601', '5s']
}

for (const [name, values] of Object.entries(WRONG)) {
  for (const value of values) {
    t.test(`${name}=${value} is named, with what to write instead`, async t => {
      const problems = problemsOf({ ...PRODUCTION, [name]: value })
      t.equal(problems.length, 1)
      t.match(problems[0], new RegExp(`^${name} must be [a-z]`))
    })
  }
}

t.test('production needs a bucket and API keys, and both are named at once', async t => {
  t.match(problemsOf({ NODE_ENV: 'production', AWS_REGION: 'eu-central-1' }), [/^S3_BUCKET_NAME is required/, /^API_KEYS or API_KEYS_FILE is required/])
})

t.test('a bucket without API keys is refused in development too', async t => {
  t.match(problemsOf({ S3_BUCKET_NAME: 'recordings' }), [/^API_KEYS/])
})

t.test('every variable that is wrong is named at once', async t => {
  t.match(problemsOf({ ...PRODUCTION, PORT: 'abc', API_KEYS: 'x', S3_ENDPOINT: 'nowhere' }), [/^PORT/, /^S3_ENDPOINT/, /^API_KEYS/])
})

t.test('half of a pair of credentials is refused', async t => {
  t.match(problemsOf({ ...PRODUCTION, AWS_ACCESS_KEY_ID: 'id' }), [/AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together/])
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
  writeFileSync(file, '# rotated in May\nalice:first-key\nalice:second-key\r\n\nbob:third-key\n')
  const { apiKeys } = loadConfig({ ...PRODUCTION, API_KEYS: 'carol:fourth-key', API_KEYS_FILE: file })
  t.strictSame(apiKeys.map(key => key.owner), ['carol', 'alice', 'alice', 'bob'])
})

t.test('a file without keys is refused', async t => {
  const file = join(t.testdir({ keys: '# none yet\n' }), 'keys')
  t.match(problemsOf({ ...PRODUCTION, API_KEYS_FILE: file }), [/^API_KEYS_FILE/])
})

t.test('the configuration keeps no API key in clear', async t => {
  const config = loadConfig(PRODUCTION)
  t.notMatch(JSON.stringify(config), 'a-key-of-alice')
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
  const config = loadConfig({ ...PRODUCTION, ALLOWED_FORMATS: 'MP3, wav', CORS_ORIGINS: 'https://a.example, http://localhost:5173' })
  t.strictSame(config.allowedFormats, ['mp3', 'wav'])
  t.strictSame(config.corsOrigins, ['https://a.example', 'http://localhost:5173'])
})
