import { GetObjectTaggingCommand } from '@aws-sdk/client-s3'
import { assertStatus, CheckError } from './check-error.js'
import { checkLifecycleRule } from './checks-rules.js'
import { putFile } from './checks-uploads.js'
import { CHECK_OWNER, type BucketCheckContext, type Check } from './context.js'
import { expiresUnclaimed } from './rules.js'
import { UNCLAIMED_TAG } from '../unclaimed-tag.js'

const ONE_BYTE = { partNumber: 1, size: 1 }
const AS_CHECK = { owner: CHECK_OWNER }

const LISTS: Check = {
  title: 'owners can list their uploads',
  permissions: 's3:ListBucket and s3:ListBucketMultipartUploads on the bucket',
  run: checkLists
}
const RESULTS: Check = {
  title: 'a result is listed with its upload', permissions: 's3:ListBucket on the bucket', run: checkResults
}
const CLAIM: Check = {
  title: 'an upload can be claimed',
  permissions: 's3:GetObjectTagging and s3:PutObjectTagging on the prefix; where claims go by prefix, ' +
    's3:GetObject and s3:PutObject on both',
  run: checkClaim
}
const EXPIRY: Check = { title: 'uploads expire that are not claimed', run: checkExpiry }
const TAGS: Check = {
  title: 'uploads in parts are tagged, so that they expire',
  permissions: 's3:GetObjectTagging and s3:PutObjectTagging on the prefix',
  run: checkTags
}
const DELETION: Check = {
  title: 'owners can delete their uploads',
  permissions: 's3:DeleteObject on the prefix, and s3:ListBucket and s3:ListBucketMultipartUploads on the bucket',
  run: checkDeletion
}

/** What takes more of the bucket and of the key, where it is asked for. */
export const featureChecks = ({ listUploads, deleteUploads, results, unclaimed }: BucketCheckContext): Check[] => [
  ...listUploads ? [LISTS] : [],
  ...results ? [RESULTS] : [],
  ...unclaimed === undefined ? [] : [CLAIM, EXPIRY],
  ...unclaimed?.by === 'tag' ? [TAGS] : [],
  // Last, since it deletes what the others created.
  ...deleteUploads ? [DELETION] : []
]

async function checkLists ({ uploads }: BucketCheckContext): Promise<void> {
  await uploads.listUploads({ limit: 1 }, AS_CHECK)
  await uploads.listMultipartUploads({ limit: 1 }, AS_CHECK)
}

async function checkResults (context: BucketCheckContext): Promise<void> {
  await context.uploads.getUploadStatus({ key: await putFile(context) }, AS_CHECK)
}

async function checkClaim (context: BucketCheckContext): Promise<void> {
  await context.uploads.claimUpload({ key: await putFile(context) }, AS_CHECK)
}

async function checkExpiry (context: BucketCheckContext): Promise<string | undefined> {
  const { keyPrefix, unclaimed } = context
  const isRight = expiresUnclaimed(keyPrefix, unclaimed!)
  return await checkLifecycleRule(context, isRight, 'no lifecycle rule does so: they are stored, and billed')
}

async function checkTags ({ client, bucket, uploads, createdKeys }: BucketCheckContext): Promise<void> {
  const { key, uploadId } = await uploads.createMultipartUpload({ filename: 'check.wav' }, AS_CHECK)
  createdKeys.add(key)
  const { parts: [part] } = await uploads.createPartUrls({ key, uploadId, parts: [ONE_BYTE] }, AS_CHECK)
  await assertStatus('PUT', await fetch(part!.url, { method: 'PUT', headers: part!.headers, body: 'x' }), 200)
  await uploads.completeMultipartUpload({ key, uploadId }, AS_CHECK)
  const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }))
  const [name, value] = UNCLAIMED_TAG
  if (TagSet.some(({ Key, Value }) => Key === name && Value === value)) return
  throw new CheckError('the store drops the tags of an upload in parts', 'Set UNCLAIMED_BY to prefix.')
}

async function checkDeletion ({ uploads, createdKeys, keyOutsidePrefix }: BucketCheckContext): Promise<void> {
  for (const key of createdKeys) {
    if (key !== keyOutsidePrefix) await uploads.deleteUpload({ key }, AS_CHECK)
  }
}
