import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import t from 'tap'
import { loadConfig } from '../../plugins/config.js'
import { readCompose, type Compose } from '../fixtures/compose.js'

const VARIABLES = {
  API_KEYS: 'alice:the-api-key-of-alice',
  S3_ACCESS_KEY: 'uploads',
  S3_SECRET_KEY: 'a-secret-of-the-store'
}
const REPLICAS = ['service-1', 'service-2']

function servicesOf ({ services }: Compose) {
  return Object.entries(services)
}

t.test('docker-compose.yml is what the Compose Specification says it should be', async t => {
  // The schema of github.com/compose-spec/compose-spec, as of June 2026.
  const { $schema, ...schema } = JSON.parse(await readFile('test/fixtures/compose-spec.json', 'utf8'))
  const isValid = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema)
  const compose = await readCompose(VARIABLES)
  t.ok(isValid(compose), JSON.stringify(isValid.errors))
  t.notOk(isValid({ ...compose, services: { s3: { image: 8333 } } }), 'the schema refuses what is wrong')
})

for (const name of Object.keys(VARIABLES)) {
  t.test(`without ${name}, nothing starts`, async t => {
    await t.rejects(readCompose({ ...VARIABLES, [name]: '' }), new RegExp(name))
  })
}

t.test('the replicas are configured as the service understands it', async t => {
  const { services } = await readCompose(VARIABLES)
  for (const name of REPLICAS) {
    const config = loadConfig({ NODE_ENV: 'production', ...services[name]!.environment })
    t.match(config, {
      isLocal: false,
      S3_ENDPOINT: 'http://s3:8333',
      S3_PUBLIC_ENDPOINT: 'http://localhost:8333',
      REDIS_URL: 'redis://redis:6379',
      drainSeconds: 5
    })
  }
})

t.test('every image is of a version that was chosen', async t => {
  for (const [name, { image, build }] of servicesOf(await readCompose(VARIABLES))) {
    t.ok(build !== undefined || /:[0-9][\w.-]*$/.test(image), `${name}: ${image}`)
  }
})

t.test('nothing is published to other machines', async t => {
  for (const [name, { ports = [] }] of servicesOf(await readCompose(VARIABLES))) {
    for (const port of ports) t.match(port, /^127\.0\.0\.1:/, name)
  }
})

t.test('replicas have no right they do not need, and time to finish', async t => {
  const { services } = await readCompose(VARIABLES)
  for (const name of REPLICAS) {
    t.match(services[name], {
      read_only: true,
      init: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      stop_grace_period: '40s',
      restart: 'unless-stopped'
    })
    t.notOk('ports' in services[name]!, 'only the proxy is to be reached')
  }
})

t.test('the image is built of what is there, and runs without root', async t => {
  const dockerfile = await readFile('Dockerfile', 'utf8')
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) => sources!.split(' '))
  const ignored = await readFile('.dockerignore', 'utf8')
  for (const source of copied) {
    t.ok(existsSync(source), source)
    t.match(ignored, `!${source}\n`)
  }
  t.match(dockerfile, /^USER node$/m)
  t.match(dockerfile, /^CMD \["node", "dist\/src\/server\.js"\]$/m, 'no shell between the process and its signals')
  t.notMatch(dockerfile, 'ENTRYPOINT')
})

t.test('the bucket is set up by the executable of the plugin', async t => {
  const { bin } = JSON.parse(await readFile('plugins/upload-url/package.json', 'utf8')) as {
    bin: Record<string, string>
  }
  const { services } = await readCompose(VARIABLES)
  const [executable, ...words] = services['setup']!.command!
  t.equal(executable, `node_modules/.bin/${Object.keys(bin)[0]}`)
  t.same(words, ['setup', '--create-bucket'])
  t.equal(bin['fastify-upload-url'], 'dist/bucket/cli.js')
})
