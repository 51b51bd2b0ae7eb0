import { access, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import Fastify from 'fastify'
import t from 'tap'
import localS3, { createLocalS3 } from '../../plugins/local-s3/index.js'
import { startLocalStore, temporaryFolder } from '../fixtures/local-store.js'
import { sendRaw } from '../fixtures/send-raw.js'

t.test('the plugin serves S3 from the moment it is registered until the application closes', async t => {
  const app = Fastify()
  await app.register(localS3, { directory: await temporaryFolder(t), buckets: ['first', 'second'] })
  const { endpoint, region, bucket, credentials } = app.localS3
  t.equal(bucket, 'first')
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  await t.resolves(client.send(new HeadBucketCommand({ Bucket: 'second' })))
  await app.close()
  await t.rejects(sendRaw(endpoint), { code: 'ECONNREFUSED' })
})

t.test('it listens on loopback alone, with a secret of its own at every start', async t => {
  const one = await startLocalStore(t, { directory: await temporaryFolder(t) })
  const other = await startLocalStore(t, { directory: await temporaryFolder(t) })
  t.match(one.endpoint, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.equal(one.credentials.accessKeyId, 'local-s3')
  t.not(one.credentials.secretAccessKey, other.credentials.secretAccessKey)
})

const SECRETS = {
  short: 'minioadmin',
  'published by this store': 'local-s3-development-secret',
  'published by AWS': 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
}

for (const [kind, secretAccessKey] of Object.entries(SECRETS)) {
  t.test(`a secret that is ${kind} works on loopback alone`, async t => {
    const directory = join(await temporaryFolder(t), 'store')
    const credentials = { accessKeyId: 'AKID', secretAccessKey }
    for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
      await t.rejects(createLocalS3({ directory, credentials, host }).start(), {
        message: /option host is .*secretAccessKey is short or published/
      })
    }
    await t.rejects(access(directory), 'nothing was created')
    for (const host of ['127.0.0.1', '127.0.0.2', 'localhost']) {
      const store = createLocalS3({ directory, credentials, host })
      await store.start()
      await store.close()
    }
  })
}

t.test('a random secret works on every address', async t => {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t), host: '0.0.0.0' })
  t.match(store.endpoint, /^http:\/\/0\.0\.0\.0:\d+$/)
  await t.resolves(store.client.send(new HeadBucketCommand({ Bucket: store.bucket })))
})

t.test('a host that has no address is an error that names it', async t => {
  await t.rejects(createLocalS3({ directory: await temporaryFolder(t), host: 'no-such-host.invalid' }).start(), {
    message: /can't listen on no-such-host\.invalid:0/
  })
})

t.test('closing drops an upload under way and does not wait for it', async t => {
  const app = Fastify()
  const directory = await temporaryFolder(t)
  await app.register(localS3, { directory })
  const { endpoint, region, bucket, credentials } = app.localS3
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 })
  const never = new ReadableStream({ pull: async () => await new Promise(() => {}) })
  const upload = client.send(new PutObjectCommand({ Bucket: bucket, Key: 'key', Body: never, ContentLength: 1000 }))
  const dropped = t.rejects(upload)
  await new Promise(resolve => setTimeout(resolve, 200))
  await app.close()
  await dropped
})

t.test('a store closes also when its folder has been deleted', async t => {
  const directory = join(await temporaryFolder(t), 'store')
  const store = await startLocalStore(t, { directory })
  await rm(directory, { recursive: true })
  await t.resolves(store.close())
})

t.test('a busy port is an error that names it', async t => {
  const other = createServer().listen(0, '127.0.0.1')
  t.teardown(() => {
    other.close()
  })
  await new Promise(resolve => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const directory = await temporaryFolder(t)
  await t.rejects(createLocalS3({ directory, port }).start(), {
    message: `local-s3: can't listen on 127.0.0.1:${port}: something else listens there already`
  })
})

t.test('a directory that cannot be written is an error that names it', async t => {
  const file = join(await temporaryFolder(t), 'file')
  await writeFile(file, 'no folder')
  await t.rejects(createLocalS3({ directory: file }).start(), {
    message: `local-s3: can't write to directory ${file} (ENOTDIR)`
  })
  await t.rejects(createLocalS3({ directory: join(file, 'below') }).start(), {
    message: /can't write to directory .*below \(ENOTDIR\)/
  })
})

t.test('an option that makes no sense is an error that names it', async t => {
  t.throws(() => createLocalS3({ buckets: [] }), /option buckets/)
  t.throws(() => createLocalS3({ buckets: ['../up'] }), /option buckets contains "\.\.\/up"/)
  t.throws(() => createLocalS3({ port: 70_000 }), /option port/)
  t.throws(() => createLocalS3({ region: 'EU West' }), /option region/)
  t.throws(() => createLocalS3({ idleTimeout: 0 }), /option idleTimeout/)
  t.throws(() => createLocalS3({ headersTimeout: 1.5 }), /option headersTimeout/)
  t.throws(
    () => createLocalS3({ credentials: { accessKeyId: 'a/b', secretAccessKey: 'secret' } }),
    /option credentials\.accessKeyId/
  )
  t.throws(
    () => createLocalS3({ credentials: { accessKeyId: 'a', secretAccessKey: '' } }),
    /option credentials\.secretAccessKey/
  )
})

t.test('an option that makes no sense leaves no folder behind', async t => {
  const directory = join(await temporaryFolder(t), 'store')
  t.throws(() => createLocalS3({ directory, port: -1 }))
  await t.rejects(access(directory))
})
