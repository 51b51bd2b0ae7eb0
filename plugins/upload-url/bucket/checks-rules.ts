import { DeleteObjectCommand, GetBucketLifecycleConfigurationCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import type { Check } from './check.js'
import { Excess, Fault, isAccessDenied } from './finding.js'
import { abortsIncompleteUploads, SIGNED_HEADERS } from './rules.js'
import { orNone } from './setup.js'
import { SCRATCH_OWNER, type Site } from './site.js'

const SETUP = 'Run "fastify-upload-url setup" with a key that may configure the bucket.'
const NARROWER = 'Give the service a key of its own, with s3:PutObject, s3:GetObject, s3:AbortMultipartUpload and s3:ListMultipartUploadParts on the prefix and nothing else.'
const NOBODY = 'https://nobody.invalid'

/** Whether browsers may upload from where they should, and from nowhere else. @param origins as configured */
export function cors (origins: readonly string[]): Check[] {
  return [
    ...origins.map(origin => ({ title: `pages of ${origin} may upload, and read the ETag`, run: (site: Site) => allowOrigin(site, origin) })),
    { title: 'pages of other origins may not', run: refuseOthers }
  ]
}

/** What a bucket and a key should have, and should not. */
export const rules: readonly Check[] = [
  { title: 'uploads in parts that are never completed are aborted', run: abortIncomplete },
  { title: 'the key may not list the bucket', run: refuseList },
  { title: 'the key may not write outside of the prefix', run: refuseStrangeKey },
  { title: 'the key may not delete', run: refuseDelete }
]

async function allowOrigin (site: Site, origin: string): Promise<void> {
  const headers = await preflight(site, origin)
  const list = (name: string) => (headers.get(name) ?? '').toLowerCase().split(',').map(item => item.trim())
  const allowed = headers.get('access-control-allow-origin')
  if (allowed !== origin && allowed !== '*') throw new Fault('the bucket’s CORS rules do not let them', SETUP)
  if (!list('access-control-allow-methods').includes('put')) throw new Fault('the bucket’s CORS rules do not allow PUT', SETUP)
  const missing = askedHeaders().filter(name => !['*', name].some(allowed => list('access-control-allow-headers').includes(allowed)))
  if (missing.length > 0) throw new Fault(`the bucket’s CORS rules do not allow the header ${missing[0]}`, SETUP)
  if (!list('access-control-expose-headers').includes('etag')) throw new Fault('the bucket’s CORS rules do not expose ETag, which uploads in parts need', SETUP)
}

async function refuseOthers (site: Site): Promise<void> {
  if ((await preflight(site, NOBODY)).has('access-control-allow-origin')) {
    throw new Excess('the bucket’s CORS rules let any page upload that gets hold of a URL', 'Name your origins in CORS_ORIGINS, run "fastify-upload-url setup", and remove the rule that allows *.')
  }
}

async function preflight ({ uploads }: Site, origin: string): Promise<Headers> {
  const { url } = await uploads.createUploadUrl({}, { owner: SCRATCH_OWNER })
  const { headers } = await fetch(url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': askedHeaders().join(',') }
  })
  return headers
}

function askedHeaders (): string[] {
  return SIGNED_HEADERS.filter(name => !name.includes('encryption')).map(name => name.replace('*', 'filename'))
}

async function abortIncomplete ({ client, bucket, prefix }: Site): Promise<string | undefined> {
  let configuration
  try {
    configuration = await orNone(client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket })), ['NoSuchLifecycleConfiguration'])
  } catch (error) {
    if (isAccessDenied(error)) return 'this key may not see the rules: make sure that "setup" was run'
    throw error
  }
  if (configuration?.Rules?.some(rule => abortsIncompleteUploads(rule, prefix)) !== true) {
    throw new Fault(`no lifecycle rule does so below ${prefix}/: their parts cost money for ever`, SETUP)
  }
}

async function refuseList ({ client, bucket }: Site): Promise<void> {
  await shouldBeRefused(client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 })))
}

async function refuseStrangeKey ({ client, bucket, strangeKey, made }: Site): Promise<void> {
  made.add(strangeKey)
  await shouldBeRefused(client.send(new PutObjectCommand({ Bucket: bucket, Key: strangeKey, Body: 'x' })))
}

// Last, since it takes away what the others made.
async function refuseDelete ({ client, bucket, made }: Site): Promise<string | undefined> {
  const answers = await Promise.allSettled([...made].map(key => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))))
  const failure = answers.find(({ status }) => status === 'rejected')
  if (failure === undefined) throw new Excess('it may, and so could whoever steals it', NARROWER)
  await shouldBeRefused(Promise.reject((failure as PromiseRejectedResult).reason))
  return `${made.size} small objects of ${SCRATCH_OWNER} stay behind`
}

async function shouldBeRefused (answer: Promise<unknown>): Promise<void> {
  try {
    await answer
  } catch (error) {
    if (isAccessDenied(error)) return
    throw error
  }
  throw new Excess('it may, and so could whoever steals it', NARROWER)
}
