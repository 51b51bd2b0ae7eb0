import {
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  type LifecycleRule
} from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import { startLocalStore, temporaryFolder, type LocalStore } from '../fixtures/local-store.js'

const DAY_MS = 86_400_000
const days = (count: number) => new Date(Date.now() + count * DAY_MS)

/** A store with these rules. */
async function storeWith (t: Test, ...rules: Array<Partial<LifecycleRule>>): Promise<LocalStore> {
  const store = await startLocalStore(t, { directory: await temporaryFolder(t) })
  if (rules.length > 0) await putRules(store, ...rules)
  return store
}

async function putRules ({ client, bucket }: LocalStore, ...rules: Array<Partial<LifecycleRule>>): Promise<void> {
  const Rules = rules.map((rule, index) => ({ ID: `rule ${index}`, Status: 'Enabled' as const, ...rule }))
  await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules } }))
}

async function put ({ client, bucket }: LocalStore, Key: string, Tagging?: string, Body = 'sound'): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, Tagging }))
}

async function keys ({ client, bucket }: LocalStore): Promise<string[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
  return Contents.map(({ Key = '' }) => Key)
}

/** The first midnight at which an object is as many days old. */
async function midnightAfter ({ client, bucket }: LocalStore, Key: string, count: number): Promise<Date> {
  const { LastModified } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }))
  return new Date(Math.ceil(LastModified!.getTime() / DAY_MS + count) * DAY_MS)
}

t.test('an object expires at the midnight after its days, and not before', async t => {
  const store = await storeWith(t, { Filter: { Prefix: '' }, Expiration: { Days: 1 } })
  await put(store, 'a')
  const midnight = await midnightAfter(store, 'a', 1)
  await store.runLifecycle(new Date(midnight.getTime() - 1))
  t.same(await keys(store), ['a'])
  await store.runLifecycle(midnight)
  t.same(await keys(store), [])
})

t.test('an object expires at the date of its rule', async t => {
  const date = new Date('2126-02-01T00:00:00Z')
  const store = await storeWith(t, { Filter: { Prefix: '' }, Expiration: { Date: date } })
  await put(store, 'a')
  await store.runLifecycle(new Date(date.getTime() - 1))
  t.same(await keys(store), ['a'])
  await store.runLifecycle(date)
  t.same(await keys(store), [])
})

const tag = (Key: string, Value: string) => ({ Key, Value })
const OBJECTS = [['a/1', 'x=1'], ['a/2', 'x=1&y=2'], ['a/3', undefined], ['b/1', 'x=1'], ['b/2', 'x=2']] as const
for (const [what, Filter, left] of [
  ['a prefix', { Prefix: 'a/' }, ['b/1', 'b/2', 'large']],
  ['a tag', { Tag: tag('x', '1') }, ['a/3', 'b/2', 'large']],
  ['tags', { And: { Tags: [tag('x', '1'), tag('y', '2')] } }, ['a/1', 'a/3', 'b/1', 'b/2', 'large']],
  ['a prefix and a tag', { And: { Prefix: 'a/', Tags: [tag('x', '1')] } }, ['a/3', 'b/1', 'b/2', 'large']],
  ['a size over', { ObjectSizeGreaterThan: 5 }, ['a/1', 'a/2', 'a/3', 'b/1', 'b/2']],
  ['a size under', { ObjectSizeLessThan: 6 }, ['large']],
  ['nothing', {}, []]
] as const) {
  t.test(`a rule with a filter by ${what} lets go what matches, and nothing else`, async t => {
    const filter = Filter as NonNullable<LifecycleRule['Filter']>
    const store = await storeWith(t, { Filter: filter, Expiration: { Days: 1 } })
    for (const [key, tagging] of OBJECTS) await put(store, key, tagging)
    await put(store, 'large', undefined, 'large sound')
    await store.runLifecycle(days(2))
    t.same(await keys(store), left)
  })
}

t.test('a rule that is switched off, or does something else, lets nothing go', async t => {
  const store = await storeWith(
    t,
    { Status: 'Disabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } },
    { Filter: { Prefix: '' }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
    { Filter: { Prefix: '' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }
  )
  await put(store, 'a')
  await store.runLifecycle(days(1000))
  t.same(await keys(store), ['a'])
})

t.test('multipart uploads are aborted once their days have passed', async t => {
  const store = await storeWith(t, {
    Filter: { Prefix: 'uploads/' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 }
  })
  const { client, bucket: Bucket } = store
  for (const Key of ['uploads/a', 'elsewhere']) await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))
  const inProgress = async () => {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }))
    return Uploads.map(({ Key }) => Key)
  }
  await store.runLifecycle(days(2))
  t.same(await inProgress(), ['elsewhere', 'uploads/a'])
  await store.runLifecycle(days(4))
  t.same(await inProgress(), ['elsewhere'])
})

t.test('HEAD tells when an object goes, by the first rule that lets it go', async t => {
  const store = await storeWith(
    t,
    { Filter: { Prefix: 'a/' }, Expiration: { Days: 9 } },
    { ID: 'tägged', Filter: { Tag: tag('x', '1') }, Expiration: { Days: 1 } }
  )
  const expiration = async (Key: string, Tagging?: string) => {
    await put(store, Key, Tagging)
    return (await store.client.send(new HeadObjectCommand({ Bucket: store.bucket, Key }))).Expiration
  }
  const dateOf = async (Key: string, count: number) => (await midnightAfter(store, Key, count)).toUTCString()
  t.equal(await expiration('a/1'), `expiry-date="${await dateOf('a/1', 9)}", rule-id="rule%200"`)
  t.equal(await expiration('a/2', 'x=1'), `expiry-date="${await dateOf('a/2', 1)}", rule-id="t%C3%A4gged"`)
  t.equal(await expiration('b'), undefined)
})

t.test('the rules are applied when the store starts', async t => {
  const directory = await temporaryFolder(t)
  const first = await startLocalStore(t, { directory })
  await putRules(first, { Filter: { Prefix: 'a' }, Expiration: { Days: 1 } })
  await put(first, 'a')
  await put(first, 'b')
  await first.close()
  let later = 2
  const second = await startLocalStore(t, { directory, now: () => days(later) })
  later = 0
  t.same(await keys(second), ['b'])
})

for (const [what, rule, name] of [
  ['zero days', { Filter: { Prefix: '' }, Expiration: { Days: 0 } }, 'InvalidArgument'],
  ['half a day', { Filter: { Prefix: '' }, Expiration: { Days: 0.5 } }, 'InvalidArgument'],
  ['no date', { Filter: { Prefix: '' }, Expiration: { Date: new Date('2026-01-01T12:00:00Z') } }, 'InvalidArgument'],
  ['no filter', { Expiration: { Days: 1 } }, 'MalformedXML'],
  ['no status', { Status: 'On' as 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }, 'MalformedXML']
] as const) {
  t.test(`a lifecycle rule with ${what} is refused`, async t => {
    const store = await storeWith(t)
    await t.rejects(putRules(store, rule), { name })
  })
}
