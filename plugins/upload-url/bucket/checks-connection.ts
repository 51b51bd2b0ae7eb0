import {
  GetBucketLocationCommand, HeadBucketCommand, ListObjectsV2Command, S3ServiceException
} from '@aws-sdk/client-s3'
import { CheckError, storeError, toCheckError } from './check-error.js'
import { CHECK_OWNER, type BucketCheckContext, type Check } from './context.js'

const TIMEOUT_MS = 5_000
/** S3 refuses signatures that are 15 minutes off. */
const MAX_SKEW_MS = 5 * 60_000

/** Whether the store is there, and knows us. Nothing else can be tried when it does not. */
export const connection: readonly Check[] = [
  { title: 'credentials are configured', isVital: true, run: findCredentials },
  { title: 'the store answers at the address that uploaders use', isVital: true, run: reachStore },
  { title: 'the clock of this machine agrees with the store’s', isVital: true, run: compareClocks },
  { title: 'the store accepts the credentials', isVital: true, run: verifyCredentials },
  { title: 'the bucket exists in the configured region', isVital: true, run: findBucket }
]

async function findCredentials ({ client }: BucketCheckContext): Promise<void> {
  await client.config.credentials()
}

async function reachStore (context: BucketCheckContext): Promise<string> {
  const origin = await publicOrigin(context)
  await requestHead(origin)
  return origin
}

async function compareClocks (context: BucketCheckContext): Promise<string> {
  const { headers } = await requestHead(await publicOrigin(context))
  const skew = context.now().getTime() - Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(skew)) return 'the store does not send its time'
  if (Math.abs(skew) > MAX_SKEW_MS) {
    const minutes = Math.round(Math.abs(skew) / 60_000)
    throw new CheckError(
      `this machine is ${minutes} minutes ${skew > 0 ? 'ahead' : 'behind'}`,
      'Set the clock of this machine, by NTP: S3 refuses signatures that are 15 minutes off.'
    )
  }
  return `${Math.round(Math.abs(skew) / 1000)} s apart`
}

// With a request whose answer has a body: that of a HEAD would not say why it was refused.
async function verifyCredentials ({ client, bucket }: BucketCheckContext): Promise<void> {
  try {
    await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }))
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error
    const { name, $metadata: { httpStatusCode: status } } = error
    // The permissions the service needs do not include s3:ListBucket.
    const isRefusal = status === 401 || status === 403
    if (isRefusal && name !== 'AccessDenied') throw storeError('a signed request', status, name)
  }
}

async function findBucket ({ client, bucket }: BucketCheckContext): Promise<string> {
  try {
    const { BucketRegion: region } = await client.send(new HeadBucketCommand({ Bucket: bucket }))
    return region === undefined ? bucket : `${bucket}, ${region}`
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
    if (status === 403) return `${bucket}, which this key must not list, as it should be`
    if (status === 404) {
      throw new CheckError(
        `there is no bucket ${bucket}`,
        'Create it, for example with "fastify-upload-url setup --create-bucket", or correct S3_BUCKET_NAME.'
      )
    }
    if (status === 301 || status === 400) throw await explainRegion({ client, bucket })
    throw toCheckError(error)
  }
}

async function explainRegion ({ client, bucket }: Pick<BucketCheckContext, 'client' | 'bucket'>): Promise<CheckError> {
  const region = await client.config.region()
  const explanation = await client.send(new GetBucketLocationCommand({ Bucket: bucket }))
    .then(() => '', (error: Error) => `: ${error.message}`)
  return new CheckError(`the bucket is not in ${region}${explanation}`, 'Set AWS_REGION to the region of the bucket.')
}

async function publicOrigin ({ uploads }: BucketCheckContext): Promise<string> {
  const { url } = await uploads.createUploadUrl({}, { owner: CHECK_OWNER })
  return new URL(url).origin
}

async function requestHead (origin: string): Promise<Response> {
  try {
    return await fetch(origin, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (error) {
    throw new CheckError(
      `${origin} cannot be reached (${toCheckError(error).message})`,
      'Correct S3_ENDPOINT or S3_PUBLIC_ENDPOINT, or allow connections to it.'
    )
  }
}
