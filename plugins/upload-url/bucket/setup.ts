import {
  CreateBucketCommand, GetBucketCorsCommand, GetBucketLifecycleConfigurationCommand, HeadBucketCommand,
  PutBucketCorsCommand, PutBucketLifecycleConfigurationCommand, S3ServiceException, type S3Client
} from '@aws-sdk/client-s3'
import { needing } from './check-error.js'
import { corsRule, lifecycleRules, uploadRoot, withOneFilter, withRules, type Unclaimed } from './rules.js'

/** Which bucket to prepare, and for what. */
export interface SetupOptions {
  readonly client: S3Client
  readonly bucket: string
  /** First part of every object key. */
  readonly keyPrefix: string
  /** Origins whose pages upload. None: the CORS configuration is left alone. */
  readonly corsOrigins: readonly string[]
  /** The option `unclaimed`. Default: uploads stay. */
  readonly unclaimed?: Unclaimed
  /** Whether to create the bucket where there is none. */
  readonly createBucket: boolean
}

/**
 * Prepares a bucket: its CORS and lifecycle rules. Safe to repeat; rules of others stay.
 *
 * @param report is given a sentence for each step that is done
 * @throws CheckError naming the permission that this key lacks; S3ServiceException when the store refuses otherwise
 */
export async function setUpBucket (options: SetupOptions, report: (step: string) => void): Promise<void> {
  const { bucket, corsOrigins, keyPrefix, unclaimed, createBucket } = options
  if (createBucket && await createMissingBucket(options)) report(`created the bucket ${bucket}`)
  if (corsOrigins.length > 0) {
    await putCors(options)
    report(`allowed pages of ${corsOrigins.join(', ')} to upload, and to read the ETag`)
  } else {
    report('left CORS alone, since CORS_ORIGINS is not set')
  }
  await putLifecycle(options)
  const root = uploadRoot(keyPrefix, unclaimed)
  report(`set multipart uploads below ${root} to be aborted that are never completed`)
  if (unclaimed !== undefined) {
    report(`set uploads below ${root} to expire after ${unclaimed.expireAfterDays} days that are not claimed`)
  }
}

async function createMissingBucket ({ client, bucket }: SetupOptions): Promise<boolean> {
  const request = needing('s3:ListBucket', client.send(new HeadBucketCommand({ Bucket: bucket })))
  const head = await orUndefined(request, ['NotFound', 'NoSuchBucket'])
  if (head !== undefined) return false
  await needing('s3:CreateBucket', client.send(new CreateBucketCommand({ Bucket: bucket })))
  return true
}

async function putCors ({ client, bucket, corsOrigins }: SetupOptions): Promise<void> {
  const request = needing('s3:GetBucketCORS', client.send(new GetBucketCorsCommand({ Bucket: bucket })))
  const { CORSRules = [] } = await orUndefined(request, ['NoSuchCORSConfiguration']) ?? {}
  await needing('s3:PutBucketCORS', client.send(new PutBucketCorsCommand({
    Bucket: bucket,
    CORSConfiguration: { CORSRules: withRules(CORSRules, [corsRule(corsOrigins)]) }
  })))
}

async function putLifecycle ({ client, bucket, keyPrefix, unclaimed }: SetupOptions): Promise<void> {
  const lifecycle = client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }))
  const request = needing('s3:GetLifecycleConfiguration', lifecycle)
  const { Rules = [] } = await orUndefined(request, ['NoSuchLifecycleConfiguration']) ?? {}
  await needing('s3:PutLifecycleConfiguration', client.send(new PutBucketLifecycleConfigurationCommand({
    Bucket: bucket,
    LifecycleConfiguration: { Rules: withRules(Rules.map(withOneFilter), lifecycleRules(keyPrefix, unclaimed)) }
  })))
}

/** What the store answers, or undefined where it answers with one of these error codes. */
export async function orUndefined<T> (answer: Promise<T>, codes: readonly string[]): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof S3ServiceException && codes.includes(error.name)) return undefined
    throw error
  }
}
