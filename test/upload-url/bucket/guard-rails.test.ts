import {
  DeleteBucketPolicyCommand, GetBucketPolicyCommand, ListObjectsV2Command, PutBucketPolicyCommand
} from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import {
  guardRails, putGuardRails, removeGuardRails, withStatements, type GuardRailsSettings
} from '../../../plugins/upload-url/bucket/guard-rails.js'
import { createClient } from '../../fixtures/local-store.js'
import { errorBody, scriptedStore } from '../../fixtures/scripted-store.js'
import { startStore, type Store } from '../../fixtures/store.js'

const SETTINGS: GuardRailsSettings = {
  bucket: 'recordings', keyPrefix: 'uploads', unclaimed: undefined, expiresIn: 900, results: false
}
const THEIRS = {
  Sid: 'Theirs',
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::recordings/public/*'
}
const isRgw = process.env['TEST_S3_ENDPOINT'] !== undefined

const namesOf = (settings: GuardRailsSettings) => guardRails(settings).statements.map(({ Sid }) => Sid)

t.test('the policy denies old signatures, unconditional writes below the prefix, and plain HTTP', async t => {
  const below = ['arn:aws:s3:::recordings/uploads/*']
  const deny = { Effect: 'Deny', Principal: '*' }
  t.same(guardRails(SETTINGS), {
    omitted: [],
    statements: [
      {
        ...deny,
        Sid: 'FastifyUploadUrlSignatureAge',
        Action: 's3:*',
        Resource: below,
        Condition: { NumericGreaterThan: { 's3:signatureAge': '900000' } }
      },
      {
        ...deny,
        Sid: 'FastifyUploadUrlConditional',
        Action: 's3:PutObject',
        Resource: below,
        Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } }
      },
      {
        ...deny,
        Sid: 'FastifyUploadUrlHttps',
        Action: 's3:*',
        Resource: ['arn:aws:s3:::recordings', 'arn:aws:s3:::recordings/*'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } }
      }
    ]
  })
})

t.test('what the settings rule out is left out, and said', async t => {
  t.same(namesOf({ ...SETTINGS, results: true }), ['FastifyUploadUrlSignatureAge', 'FastifyUploadUrlHttps'])
  t.match(guardRails({ ...SETTINGS, results: true }).omitted, [/results may be replaced/])
  const plain = { ...SETTINGS, endpoint: 'http://127.0.0.1:9000' }
  t.same(namesOf(plain), ['FastifyUploadUrlSignatureAge', 'FastifyUploadUrlConditional'])
  t.match(guardRails(plain).omitted, [/S3_ENDPOINT is http/])
})

t.test('where a claim copies, uploads are guarded in both places, and copies and results may be unconditional', async t => {
  const settings = { ...SETTINGS, results: true, unclaimed: { expireAfterDays: 7, by: 'prefix' as const } }
  const { statements, omitted } = guardRails(settings)
  t.same(omitted, [])
  const [claimed, unclaimed] = ['arn:aws:s3:::recordings/uploads/*', 'arn:aws:s3:::recordings/unclaimed/uploads/*']
  t.same(statements[0]!['Resource'], [unclaimed, claimed])
  t.same(statements[1]!['Resource'], [unclaimed])
})

for (const [region, partition] of [
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['eu-central-1', 'aws']
] as const) {
  t.test(`in ${region}, resources are those of the partition ${partition}`, async t => {
    const { statements } = guardRails({ ...SETTINGS, region })
    t.same(statements[0]!['Resource'], [`arn:${partition}:s3:::recordings/uploads/*`])
  })
}

t.test('an access point is refused by name, since it has a policy of its own', async t => {
  const bucket = 'arn:aws:s3:eu-central-1:123456789012:accesspoint/uploads'
  t.throws(() => guardRails({ ...SETTINGS, bucket }), { message: /S3_BUCKET_NAME/ })
})

t.test('statements of others stay, whatever the policy looks like, and ours are replaced', async t => {
  const { statements } = guardRails(SETTINGS)
  const { statements: later } = guardRails({ ...SETTINGS, expiresIn: 60 })
  t.same(withStatements(undefined, statements), { Version: '2012-10-17', Statement: statements })
  const policy = { Version: '2008-10-17', Id: 'theirs', Statement: THEIRS }
  const both = withStatements(policy, statements)
  t.same(both, { ...policy, Statement: [THEIRS, ...statements] })
  t.same(withStatements(both, later), { ...policy, Statement: [THEIRS, ...later] })
  t.same(withStatements(both, []), { ...policy, Statement: [THEIRS] })
  t.equal(withStatements({ Version: '2012-10-17', Statement: statements }, []), undefined)
})

function optionsFor ({ client, bucket, endpoint }: Store, settings: Partial<GuardRailsSettings> = {}) {
  return { ...SETTINGS, ...settings, client, bucket, endpoint }
}

/** A store that has this policy on its bucket, answers as S3 does, and records what would change the policy. */
async function storeWithPolicy (t: Test, present: string, onPut: { readonly status: number, readonly body?: string }) {
  const changes: string[] = []
  const { endpoint, region, bucket, credentials } = await scriptedStore(t, (request, response) => {
    request.resume()
    const isPolicy = request.url!.includes('?policy')
    if (isPolicy && request.method === 'GET') return response.end(present)
    if (isPolicy) changes.push(request.method!)
    response.writeHead(isPolicy ? onPut.status : 200).end(isPolicy ? onPut.body : '')
  })
  const client = createClient(endpoint, region, credentials)
  t.teardown(() => { client.destroy() })
  return { changes, options: { ...SETTINGS, client, bucket, endpoint } }
}

for (const [name, present] of [
  ['that is no JSON', '{"Version":'],
  ['that is no object', '[]'],
  ['whose statement is null', '{"Statement":null,"Version":"2012-10-17"}'],
  ['one of whose statements is a string', '{"Statement":["Theirs"]}'],
  ['whose statement is a string', '{"Statement":"Theirs"}']
] as const) {
  t.test(`a policy ${name} is left as it is, with a clear error`, async t => {
    const { changes, options } = await storeWithPolicy(t, present, { status: 204 })
    const problem = { name: 'CheckError', message: /could not be read, and was left as it is/, hint: /get-bucket-policy/ }
    await t.rejects(putGuardRails(options, () => {}), problem)
    await t.rejects(removeGuardRails(options, () => {}), problem)
    t.same(changes, [])
  })
}

t.test('a store that refuses the conditions is quoted, and what to do is said', async t => {
  const body = errorBody('MalformedPolicy', 'invalid condition key s3:if-none-match')
  const { options } = await storeWithPolicy(t, JSON.stringify({ Statement: THEIRS }), { status: 400, body })
  await t.rejects(putGuardRails(options, () => {}), {
    name: 'CheckError',
    message: 'the store refuses the policy: MalformedPolicy: invalid condition key s3:if-none-match',
    hint: /does not know all of the conditions/
  })
})

async function policyOf ({ client, bucket }: Store): Promise<{ Statement: Array<{ Sid: string }> } | undefined> {
  const request = client.send(new GetBucketPolicyCommand({ Bucket: bucket }))
  const { Policy } = await request.catch(error => {
    if (error.name !== 'NoSuchBucketPolicy') throw error
    return {} as { Policy?: string }
  })
  return Policy === undefined ? undefined : JSON.parse(Policy)
}

if (isRgw) {
  t.test('the policy is put beside that of others, repeatedly, and taken off again, without a trace', async t => {
    const store = await startStore(t)
    const { client, bucket } = store
    const theirs = { ...THEIRS, Resource: `arn:aws:s3:::${bucket}/public/*` }
    const before = { Version: '2012-10-17', Statement: [theirs] }
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(before) }))
    const steps: string[] = []
    for (const expiresIn of [900, 60]) {
      await putGuardRails(optionsFor(store, { expiresIn }), step => { steps.push(step) })
      t.same((await policyOf(store))?.Statement.map(({ Sid }) => Sid), [
        'Theirs', 'FastifyUploadUrlSignatureAge', 'FastifyUploadUrlConditional'
      ])
    }
    t.match(steps, [/^put the policy/, /plain HTTP is not denied/, /^put/, /plain HTTP/])
    await removeGuardRails(optionsFor(store), () => {})
    t.same(await policyOf(store), before)
    await client.send(new DeleteBucketPolicyCommand({ Bucket: bucket }))
    await putGuardRails(optionsFor(store), () => {})
    await removeGuardRails(optionsFor(store), () => {})
    t.equal(await policyOf(store), undefined)
    await removeGuardRails(optionsFor(store), () => {})
    t.equal((await client.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount, 0, 'nothing was left behind')
  })

  t.test('a policy under which uploads would fail is taken off again, and that is said', async t => {
    const store = await startStore(t)
    const options = optionsFor(store)
    // As a store takes it that knows the one condition, and not the other.
    options.client.middlewareStack.add(next => async args => {
      const { Policy, ...input } = args.input as { readonly Policy?: string }
      const known = Policy?.replace(/,"Bool":\{"s3:ObjectCreationOperation":"true"\}/, '')
      return await next({ ...args, input: { ...input, ...known !== undefined && { Policy: known } } as never })
    })
    await t.rejects(putGuardRails(options, () => {}), { message: /refuses conditional writes as well.*taken off again/ })
    t.equal(await policyOf(store), undefined)
  })
} else {
  t.test('a store without policies is an error of its own, and nothing is changed', async t => {
    const store = await startStore(t)
    await t.rejects(putGuardRails(optionsFor(store), () => {}), { name: 'NotImplemented' })
  })
}
