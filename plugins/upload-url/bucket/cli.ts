#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { S3Client } from '@aws-sdk/client-s3'
import { toCheckError } from './check-error.js'
import { checkBucket, type CheckResult } from './check.js'
import { createCheckContext } from './context.js'
import {
  BucketEnvironmentSchema, ConfigError, Environment, loadEnvFile, readBucketSettings, type BucketEnvironment,
  type BucketSettings
} from './environment.js'
import { parseEventDestination } from './event-destination.js'
import {
  formatPolicy, guardRails, putGuardRails, removeGuardRails, type GuardRailsOptions
} from './guard-rails.js'
import { setUpEvents } from './setup-events.js'
import { setUpBucket } from './setup.js'

const USAGE = `Usage: fastify-upload-url <command>

  check [--events <url>]    tries everything that uploads need of the bucket, and says what to do where it fails; with
                            --events, also waits for the event of an upload: in an SQS queue, or at a URL of this
                            machine that the store posts events to, where it listens in place of the server
  setup [--create-bucket] [--events <arn|url>] [--enforce]
                            sets the CORS rule for CORS_ORIGINS, and the rules that abort incomplete uploads and let
                            unclaimed ones expire; with --events, sends an event for each new object to an SQS queue,
                            an SNS topic or an event bus (by ARN), or from Ceph RGW to the URL of a server; with
                            --enforce, puts the policy on the bucket that it prints otherwise
  setup --undo              takes that policy off again

All read S3_BUCKET_NAME, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, S3_ENDPOINT, S3_PUBLIC_ENDPOINT,
S3_FORCE_PATH_STYLE, KEY_PREFIX, CORS_ORIGINS, PRESIGNED_URL_EXPIRATION, UNCLAIMED_EXPIRE_AFTER_DAYS, UNCLAIMED_BY,
LIST_UPLOADS, DELETE_UPLOADS and RESULTS from the environment, or from a .env file.
`

const EXAMPLE = `
S3_BUCKET_NAME names the bucket, and the rest says how to reach it. Set them in the environment or a .env file, as in:

  S3_BUCKET_NAME=recordings AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... \\
    npx fastify-upload-url check

Another store than AWS needs S3_ENDPOINT too, and most need S3_FORCE_PATH_STYLE=true.
`

const ENFORCE = 'The bucket itself can deny old signatures, unconditional writes and plain HTTP. ' +
  '"setup --enforce" puts this policy:'

const LABELS = { ok: 'ok      ', warning: 'warning ', failed: 'FAILED  ' } as const

// Said to whoever develops with the SDK, not to whoever runs this command.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

async function check (events: string | undefined): Promise<void> {
  if (events !== undefined && !/^https?:\/\/[^\s]+$/.test(events)) {
    throw new ConfigError(['--events must be the URL of an SQS queue, or one of this machine that the store posts to'])
  }
  const context = await createCheckContext(readSettings())
  const isHealthy = await checkBucket(context, result => print(format(result)), events)
  await context.close()
  process.exitCode = isHealthy ? 0 : 1
}

async function setup (createBucket: boolean, events: string | undefined, enforce: boolean): Promise<void> {
  const destination = events === undefined ? undefined : parseEventDestination(events)
  await withClient(async settings => {
    await setUpBucket({ ...settings, createBucket }, reportStep)
    if (destination !== undefined) {
      const remainder = await setUpEvents({ ...settings, destination }, reportStep)
      if (remainder !== undefined) print(`\n${remainder}`)
    }
    const { statements } = guardRails(settings)
    print(`\n${enforce ? 'The policy of the bucket:' : ENFORCE}\n\n${formatPolicy(statements)}\n`)
    if (enforce) await putGuardRails(settings, reportStep)
  })
}

async function undo (): Promise<void> {
  await withClient(settings => removeGuardRails(settings, reportStep))
}

async function withClient (
  run: (settings: GuardRailsOptions & Omit<BucketSettings, 'client' | 'bucket'>) => Promise<void>
): Promise<void> {
  const { client: config, ...settings } = readSettings()
  const client = new S3Client(config)
  await run({ ...settings, client, endpoint: config.endpoint as string | undefined, region: config.region as string })
  client.destroy()
}

function reportStep (step: string): void {
  print(`${LABELS.ok}${step}`)
}

function readSettings (): BucketSettings & { readonly bucket: string } {
  loadEnvFile()
  const environment = new Environment<BucketEnvironment>(BucketEnvironmentSchema, process.env)
  const { bucket, ...settings } = readBucketSettings(environment)
  if (!environment.isSet('S3_BUCKET_NAME')) environment.problems.unshift('S3_BUCKET_NAME is not set')
  environment.assertValid()
  return { ...settings, bucket: bucket! }
}

function format ({ title, outcome, detail, hint }: CheckResult): string {
  const line = LABELS[outcome] + title + (detail === undefined ? '' : `: ${detail}`)
  return hint === undefined ? line : `${line}\n        ${hint}`
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}

function exitWithError (error: unknown): void {
  process.exitCode = 1
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n${error.problems.includes('S3_BUCKET_NAME is not set') ? EXAMPLE : ''}`)
    return
  }
  if (String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')) {
    process.exitCode = 2
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`)
    return
  }
  const { message, hint } = toCheckError(error)
  process.stderr.write(`Command failed: ${message}\n${hint}\n`)
}

async function main (): Promise<void> {
  const { positionals: [command, ...surplus], values } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      'create-bucket': { type: 'boolean', default: false },
      events: { type: 'string' },
      enforce: { type: 'boolean', default: false },
      undo: { type: 'boolean', default: false }
    }
  })
  if (values.help) return print(USAGE)
  if (surplus.length === 0 && command === 'check') return await check(values.events)
  const { 'create-bucket': createBucket, events, enforce } = values
  if (surplus.length === 0 && command === 'setup' && !values.undo) return await setup(createBucket, events, enforce)
  if (surplus.length === 0 && command === 'setup' && !(createBucket || events || enforce)) return await undo()
  process.stderr.write(USAGE)
  process.exitCode = 2
}

await main().catch(exitWithError)
