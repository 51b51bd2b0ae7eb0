#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { S3Client } from '@aws-sdk/client-s3'
import type { Config } from '../plugins/config.js'
import { checkBucket, openSite, setUpBucket, type Result, type SiteOptions } from 'fastify-upload-url/bucket'
import { giveUp, readEnvironment } from './environment.js'
import { storeClient } from './store-client.js'

const USAGE = `Usage: fastify-upload-url <command>

  start                     serves upload URLs
  check                     tries everything the service needs of its bucket, and says what to do where it fails
  setup [--create-bucket]   puts CORS for CORS_ORIGINS, and the rule that aborts forgotten uploads, on the bucket

All are configured by the same environment variables, or a .env file: see README.md.
`

const MARKS = { ok: 'ok      ', warning: 'warning ', failed: 'FAILED  ', skipped: 'skipped ' } as const

async function start (): Promise<void> {
  await import('./server.js')
}

async function check (): Promise<void> {
  const config = readEnvironment()
  const isWell = await checkBucket(await openSite(siteOptions(config)), result => print(describe(result)))
  process.exitCode = isWell ? 0 : 1
}

async function setup (createBucket: boolean): Promise<void> {
  const config = readEnvironment()
  await setUpBucket({
    client: new S3Client(storeClient(config)),
    bucket: bucketOf(config),
    prefix: config.KEY_PREFIX,
    origins: config.corsOrigins,
    createBucket
  }, step => print(`ok      ${step}`))
}

function siteOptions (config: Config): SiteOptions {
  return { bucket: bucketOf(config), client: storeClient(config), keyPrefix: config.KEY_PREFIX, origins: config.corsOrigins, publicEndpoint: config.S3_PUBLIC_ENDPOINT }
}

function bucketOf ({ S3_BUCKET_NAME: bucket }: Config): string {
  if (bucket === undefined) throw new Error('S3_BUCKET_NAME names no bucket; the embedded store needs neither')
  return bucket
}

function describe ({ title, outcome, detail, remedy }: Result): string {
  return `${MARKS[outcome]}${title}${detail === undefined ? '' : `: ${detail}`}${remedy === undefined ? '' : `\n        ${remedy}`}`
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}

try {
  const { positionals: [command, ...rest], values } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, 'create-bucket': { type: 'boolean', default: false } }
  })
  if (values.help === true) {
    print(USAGE)
  } else if (rest.length === 0 && command === 'start') {
    await start()
  } else if (rest.length === 0 && command === 'check') {
    await check()
  } else if (rest.length === 0 && command === 'setup') {
    await setup(values['create-bucket'])
  } else {
    process.stderr.write(USAGE)
    process.exitCode = 2
  }
} catch (error) {
  giveUp(error, 'That did not work')
}
