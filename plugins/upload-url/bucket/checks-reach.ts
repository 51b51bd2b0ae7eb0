import { GetBucketLocationCommand, HeadBucketCommand, ListObjectsV2Command, S3ServiceException } from '@aws-sdk/client-s3'
import type { Check } from './check.js'
import { Fault, isAccessDenied, toFault } from './finding.js'
import { SCRATCH_OWNER, type Site } from './site.js'

const PATIENCE_MS = 5_000
/** S3 refuses signatures that are 15 minutes off. */
const MOST_SKEW_MS = 5 * 60_000

/** Whether the store is there at all. Nothing else can be tried when it is not. */
export const reachability: readonly Check[] = [
  { title: 'the store answers where uploaders will look for it', isVital: true, run: reachStore },
  { title: 'the clock of this machine agrees with the store’s', isVital: true, run: compareClocks },
  { title: 'the bucket is there, in the configured region', isVital: true, run: findBucket }
]

async function reachStore (site: Site): Promise<string> {
  const origin = await publicOrigin(site)
  await ask(origin)
  return origin
}

async function compareClocks (site: Site): Promise<string> {
  const { headers } = await ask(await publicOrigin(site))
  const skew = site.now().getTime() - Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(skew)) return 'the store does not tell its time'
  if (Math.abs(skew) > MOST_SKEW_MS) {
    throw new Fault(`this machine is ${Math.round(Math.abs(skew) / 60_000)} minutes ${skew > 0 ? 'ahead' : 'behind'}`, 'Set the clock of this machine, by NTP: S3 refuses signatures that are 15 minutes off.')
  }
  return `${Math.round(Math.abs(skew) / 1000)} s apart`
}

async function findBucket ({ client, bucket }: Site): Promise<string> {
  try {
    const { BucketRegion: region } = await client.send(new HeadBucketCommand({ Bucket: bucket }))
    return region === undefined ? bucket : `${bucket}, ${region}`
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
    // The rights the service needs do not include looking at the bucket.
    if (status === 403) return await explainRefusal({ client, bucket })
    if (status === 404) throw new Fault(`there is no bucket ${bucket}`, 'Make it, with "fastify-upload-url setup --create-bucket" for one, or correct S3_BUCKET_NAME.')
    if (status === 301 || status === 400) throw await explainRegion({ client, bucket })
    throw toFault(error)
  }
}

// A HEAD has no body to say in whether it is the permission that lacks, or whether the key itself is wrong.
async function explainRefusal ({ client, bucket }: Pick<Site, 'client' | 'bucket'>): Promise<string> {
  try {
    await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }))
  } catch (error) {
    if (!isAccessDenied(error)) throw error
  }
  return `${bucket}, which this key may not look at, as it should be`
}

async function explainRegion ({ client, bucket }: Pick<Site, 'client' | 'bucket'>): Promise<Fault> {
  const region = await client.config.region()
  const explanation = await client.send(new GetBucketLocationCommand({ Bucket: bucket })).then(() => '', (error: Error) => `: ${error.message}`)
  return new Fault(`the bucket is not in ${region}${explanation}`, 'Set AWS_REGION to the region of the bucket.')
}

async function publicOrigin ({ uploads }: Site): Promise<string> {
  const { url } = await uploads.createUploadUrl({}, { owner: SCRATCH_OWNER })
  return new URL(url).origin
}

async function ask (origin: string): Promise<Response> {
  try {
    return await fetch(origin, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) })
  } catch (error) {
    throw new Fault(`${origin} can’t be reached (${toFault(error).message})`, 'Correct S3_ENDPOINT or S3_PUBLIC_ENDPOINT, or open the way there.')
  }
}
