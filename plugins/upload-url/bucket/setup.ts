import {
  CreateBucketCommand, GetBucketCorsCommand, GetBucketLifecycleConfigurationCommand, HeadBucketCommand, PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand, S3ServiceException, type S3Client
} from '@aws-sdk/client-s3'
import { corsRule, lifecycleRule, withRule } from './rules.js'

/** What a bucket is prepared for. */
export interface SetupOptions {
  readonly client: S3Client
  readonly bucket: string
  /** First part of every object key. */
  readonly prefix: string
  /** Origins whose pages upload. None: the CORS configuration is left alone. */
  readonly origins: readonly string[]
  /** Whether to make the bucket where there is none. */
  readonly createBucket: boolean
}

/**
 * Prepares a bucket: its CORS and lifecycle rules. Safe to repeat; rules of others stay.
 *
 * @param report is told of each step that is done
 * @throws S3ServiceException when the store refuses
 */
export async function setUpBucket (options: SetupOptions, report: (step: string) => void): Promise<void> {
  const { bucket, origins, prefix, createBucket } = options
  if (createBucket && await makeBucket(options)) report(`made the bucket ${bucket}`)
  if (origins.length > 0) {
    await putCors(options)
    report(`let pages of ${origins.join(', ')} upload, and read the ETag`)
  } else {
    report('left CORS alone, since CORS_ORIGINS names no origin')
  }
  await putLifecycle(options)
  report(`have multipart uploads below ${prefix}/ aborted that are never completed`)
}

async function makeBucket ({ client, bucket }: SetupOptions): Promise<boolean> {
  if (await orNone(client.send(new HeadBucketCommand({ Bucket: bucket })), ['NotFound', 'NoSuchBucket']) !== undefined) return false
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  return true
}

async function putCors ({ client, bucket, origins }: SetupOptions): Promise<void> {
  const current = await orNone(client.send(new GetBucketCorsCommand({ Bucket: bucket })), ['NoSuchCORSConfiguration'])
  const CORSRules = withRule(current?.CORSRules ?? [], corsRule(origins))
  await client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules } }))
}

async function putLifecycle ({ client, bucket, prefix }: SetupOptions): Promise<void> {
  const current = await orNone(client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket })), ['NoSuchLifecycleConfiguration'])
  const Rules = withRule(current?.Rules ?? [], lifecycleRule(prefix))
  await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules } }))
}

/** What the store answers, or undefined where it answers with one of these codes that there is nothing. */
export async function orNone<T> (answer: Promise<T>, codes: readonly string[]): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof S3ServiceException && codes.includes(error.name)) return undefined
    throw error
  }
}
