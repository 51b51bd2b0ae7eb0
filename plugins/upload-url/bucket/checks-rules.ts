import {
  DeleteObjectCommand, GetBucketLifecycleConfigurationCommand, ListMultipartUploadsCommand, ListObjectsV2Command,
  PutObjectCommand, S3ServiceException, type LifecycleRule
} from '@aws-sdk/client-s3'
import { CheckError, CheckWarning, PERMISSIONS } from './check-error.js'
import { CHECK_OWNER, type BucketCheckContext, type Check } from './context.js'
import { abortsIncompleteUploads, SIGNED_HEADERS, uploadRoot } from './rules.js'
import { orUndefined } from './setup.js'

const RUN_SETUP = 'Run "fastify-upload-url setup" with a key that may configure the bucket.'
const RESTRICT_KEY = `Give the service a key of its own, with ${PERMISSIONS} and nothing else.`
const OTHER_ORIGIN = 'https://nobody.invalid'

/** Whether browsers may upload from the configured origins, and from no others. */
export function corsChecks (corsOrigins: readonly string[]): Check[] {
  return [
    ...corsOrigins.map(origin => ({
      title: `pages of ${origin} may upload, and read the ETag`,
      run: (context: BucketCheckContext) => checkOrigin(context, origin)
    })),
    { title: 'pages of other origins may not', run: checkOtherOrigin }
  ]
}

/** What a bucket and a key should allow, and should not. */
export const ruleChecks = ({ deleteUploads = false }: BucketCheckContext): Check[] => [
  { title: 'multipart uploads that are never completed are aborted', run: checkLifecycle },
  { title: 'uploads in progress can be listed, where that is wanted', run: checkListUploads },
  { title: 'the key must not list the bucket', run: checkList },
  { title: 'the key must not write outside of the prefix', run: checkPrefix },
  ...deleteUploads ? [] : [{ title: 'the key must not delete', run: checkDelete }]
]

async function checkOrigin (context: BucketCheckContext, origin: string): Promise<void> {
  const headers = await preflight(context, origin)
  const list = (name: string) => (headers.get(name) ?? '').toLowerCase().split(',').map(item => item.trim())
  const assert = (isAllowed: boolean, problem: string) => {
    if (!isAllowed) throw new CheckError(`the CORS rules of the bucket do not ${problem}`, RUN_SETUP)
  }
  assert([origin, '*'].includes(headers.get('access-control-allow-origin') ?? ''), 'allow this origin')
  assert(list('access-control-allow-methods').includes('put'), 'allow PUT')
  const allowed = list('access-control-allow-headers')
  const missing = requestedHeaders().find(name => !allowed.includes('*') && !allowed.includes(name))
  assert(missing === undefined, `allow the header ${missing}`)
  assert(list('access-control-expose-headers').includes('etag'), 'expose ETag, which multipart uploads need')
}

async function checkOtherOrigin (context: BucketCheckContext): Promise<void> {
  if ((await preflight(context, OTHER_ORIGIN)).has('access-control-allow-origin')) {
    throw new CheckWarning(
      'the CORS rules of the bucket allow any page to upload that gets hold of a URL',
      'Name your origins in CORS_ORIGINS, run "fastify-upload-url setup", and remove the rule that allows *.'
    )
  }
}

async function preflight ({ uploads }: BucketCheckContext, origin: string): Promise<Headers> {
  const { url } = await uploads.createUploadUrl({}, { owner: CHECK_OWNER })
  const { headers } = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': requestedHeaders().join(',')
    }
  })
  return headers
}

function requestedHeaders (): string[] {
  return SIGNED_HEADERS.filter(name => !name.includes('encryption')).map(name => name.replace('*', 'filename'))
}

async function checkLifecycle (context: BucketCheckContext): Promise<string | undefined> {
  const root = uploadRoot(context.keyPrefix, context.unclaimed)
  const problem = `no lifecycle rule does so below ${root}: their parts are stored, and billed`
  return await checkLifecycleRule(context, rule => abortsIncompleteUploads(rule, root), problem)
}

/**
 * Looks for a lifecycle rule of the bucket.
 *
 * @returns a detail where the rules must not be read
 * @throws CheckError with the problem where there is no such rule
 */
export async function checkLifecycleRule (
  { client, bucket }: BucketCheckContext, isRight: (rule: LifecycleRule) => boolean, problem: string
): Promise<string | undefined> {
  const request = client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }))
  try {
    const { Rules = [] } = await orUndefined(request, ['NoSuchLifecycleConfiguration']) ?? {}
    if (!Rules.some(isRight)) throw new CheckError(problem, RUN_SETUP)
  } catch (error) {
    if (isAccessDenied(error)) return 'this key must not read the rules: make sure that "setup" was run'
    throw error
  }
}

// Whether it should is for the host to say.
async function checkListUploads ({ client, bucket, keyPrefix }: BucketCheckContext): Promise<string | undefined> {
  try {
    await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: `${keyPrefix}/`, MaxUploads: 1 }))
  } catch (error) {
    if (isAccessDenied(error)) {
      return 'not with this key: salvage and listUploads need s3:ListBucketMultipartUploads'
    }
    throw error
  }
}

async function checkList ({ client, bucket }: BucketCheckContext): Promise<void> {
  await assertDenied(client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 })))
}

async function checkPrefix ({ client, bucket, keyOutsidePrefix, createdKeys }: BucketCheckContext): Promise<void> {
  createdKeys.add(keyOutsidePrefix)
  await assertDenied(client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOutsidePrefix, Body: 'x' })))
}

// Last, since it deletes what the others created.
async function checkDelete ({ client, bucket, createdKeys }: BucketCheckContext): Promise<string> {
  const remove = (key: string) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
  const answers = await Promise.allSettled([...createdKeys].map(remove))
  const failure = answers.find(answer => answer.status === 'rejected')
  await assertDenied(failure === undefined ? Promise.resolve() : Promise.reject(failure.reason))
  return `${createdKeys.size} small objects of ${CHECK_OWNER} stay in the bucket`
}

// Any other refusal, such as that of a signature, says nothing about permissions.
async function assertDenied (request: Promise<unknown>): Promise<void> {
  try {
    await request
  } catch (error) {
    if (isAccessDenied(error)) return
    throw error
  }
  throw new CheckWarning('it may, and so could anyone who steals it', RESTRICT_KEY)
}

function isAccessDenied (error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'AccessDenied'
}
