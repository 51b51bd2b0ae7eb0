import { GetObjectTaggingCommand } from '@aws-sdk/client-s3'
import { assertStatus, CheckError } from './check-error.js'
import { checkLifecycleRule } from './checks-rules.js'
import { putFile } from './checks-uploads.js'
import { CHECK_OWNER, type BucketCheckContext, type Check } from './context.js'
import { expiresUnclaimed } from './rules.js'
import { UNCLAIMED_TAG } from '../unclaimed-tag.js'

const ONE_BYTE = { partNumber: 1, size: 1 }
const AS_CHECK = { owner: CHECK_OWNER }

/** What takes more of the bucket and of the key, where it is asked for. */
export const featureChecks = ({ listUploads, deleteUploads, results, unclaimed }: BucketCheckContext): Check[] => [
  ...listUploads ? [{ title: 'owners can list their uploads', run: checkLists }] : [],
  ...results ? [{ title: 'a result is listed with its upload', run: checkResults }] : [],
  ...unclaimed === undefined
    ? []
    : [
        { title: 'an upload can be claimed', run: checkClaim },
        { title: 'uploads expire that are not claimed', run: checkExpiry }
      ],
  ...unclaimed?.by === 'tag' ? [{ title: 'uploads in parts are tagged, so that they expire', run: checkTags }] : [],
  // Last, since it deletes what the others created.
  ...deleteUploads ? [{ title: 'owners can delete their uploads', run: checkDeletion }] : []
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
