import t from 'tap'
import { readStoreEvents } from '../../../plugins/upload-url/events/index.js'

const BUCKET = 'recordings'
const KEYS = ['plain.mp3', 'a space.mp3', 'a+plus.mp3', '100%.mp3', '%41.mp3', '録音.mp3', 'owner=3D/x.mp3']

const form = (key: string) => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/')
const queryEscape = (key: string) => encodeURIComponent(key).replaceAll('%20', '+')
const json = (value: unknown) => JSON.stringify(value)

/** An event record as Amazon S3 documents it (user guide, "Event message structure"). */
const s3 = (key: string, eventName = 'ObjectCreated:Put') => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'us-west-2',
      eventTime: '1970-01-01T00:00:00.000Z',
      eventName,
      userIdentity: { principalId: 'AIDAJDPLRKLG7UEXAMPLE' },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'testConfigRule',
        bucket: { name: BUCKET, ownerIdentity: { principalId: 'A3NL1KOZZKExample' }, arn: `arn:aws:s3:::${BUCKET}` },
        object: {
          key: form(key),
          size: 1024,
          eTag: 'd41d8cd98f00b204e9800998ecf8427e',
          sequencer: '0055AED6DCD90281E5'
        }
      }
    }
  ]
})

const sns = (message: unknown) => ({
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: 'arn:aws:sns:us-west-2:123456789012:uploads',
  Subject: 'Amazon S3 Notification',
  Message: json(message),
  Timestamp: '2012-05-02T00:54:06.655Z',
  SignatureVersion: '1'
})

/** Each source by what documents its message, and how it writes keys. */
const SOURCES: Readonly<Record<string, (key: string) => unknown>> = {
  'Amazon S3, event records (S3 user guide)': key => s3(key),
  'the same through SNS (SNS developer guide, "HTTP/HTTPS notification JSON format")': key => sns(s3(key)),
  'the same in a message of SQS (SQS API, Message)': key => ({
    MessageId: '1',
    ReceiptHandle: 'x',
    Body: json(s3(key))
  }),
  'SNS in SQS': key => ({ MessageId: '1', Body: json(sns(s3(key))) }),
  'SNS in SQS in the event of a function (Lambda developer guide, "Using Lambda with Amazon SQS")': key => ({
    Records: [{ messageId: '1', receiptHandle: 'x', body: json(sns(s3(key))), eventSource: 'aws:sqs' }]
  }),
  'SNS in the event of a function (Lambda developer guide, "Invoking Lambda functions with SNS")': key => ({
    Records: [{ EventVersion: '1.0', EventSource: 'aws:sns', Sns: sns(s3(key)) }]
  }),
  'a body that is still JSON': key => json(s3(key)),
  'EventBridge (S3 user guide, "EventBridge event message structure")': key => ({
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '111122223333',
    region: 'ca-central-1',
    resources: [`arn:aws:s3:::${BUCKET}`],
    detail: {
      version: '0',
      bucket: { name: BUCKET },
      object: { key, size: 5, etag: 'b1946ac92492d2347c6235b4d2611184', sequencer: '00617F08299329D189' },
      reason: 'CompleteMultipartUpload'
    }
  }),
  'Cloudflare R2 (R2, "Event notifications", message format)': key => ({
    account: '3f4b7e3dcab231cbfdaa90a6a28bd548',
    action: 'CopyObject',
    bucket: BUCKET,
    object: { key, size: 65536, eTag: 'c846ff7a18f28c2e262116d6e8719ef0' },
    eventTime: '2024-05-24T19:36:44.379Z'
  }),
  'MinIO (bucket notification guide; keys as url.QueryEscape writes them)': key => ({
    EventName: 's3:ObjectCreated:Put',
    Key: `${BUCKET}/${key}`,
    Records: [
      {
        eventSource: 'minio:s3',
        eventName: 's3:ObjectCreated:Put',
        s3: {
          bucket: { name: BUCKET },
          object: { key: queryEscape(key), size: 488, eTag: 'f22d66a7d0dbbc4a7cf1122eeeb1a106' }
        }
      }
    ]
  }),
  'Ceph RGW ("Bucket Notifications", event record; sizes as text)': key => ({
    Records: [
      {
        eventSource: 'ceph:s3',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: BUCKET }, object: { key, size: '1024', eTag: '', versionId: '' } }
      }
    ]
  }),
  'SeaweedFS (weed/notification/webhook)': key => ({
    key: `/buckets/${BUCKET}/${key}`,
    event_type: 'create',
    message: { new_entry: { name: key } }
  })
}

for (const [source, message] of Object.entries(SOURCES)) {
  for (const key of KEYS) {
    t.test(`${source}: ${key}`, async t => {
      t.same(readStoreEvents(message(key)), [{ bucket: BUCKET, key }])
    })
  }
}

for (const name of ['Put', 'Post', 'Copy', 'CompleteMultipartUpload']) {
  for (const prefix of ['', 's3:']) {
    t.test(`${prefix}ObjectCreated:${name} tells of an upload`, async t => {
      t.equal(readStoreEvents(s3('x', `${prefix}ObjectCreated:${name}`)).length, 1)
    })
  }
}

t.test('a batch tells of all its uploads, whatever else is in it', async t => {
  const batch = {
    Messages: [
      { Body: json(s3('a')) },
      { Body: 'not JSON' },
      { Body: json(s3('b', 'ObjectRemoved:Delete')) },
      { Body: json(sns(s3('c'))) }
    ]
  }
  t.same(
    readStoreEvents(batch).map(({ key }) => key),
    ['a', 'c']
  )
  t.same(
    readStoreEvents([s3('a'), s3('b')]).map(({ key }) => key),
    ['a', 'b']
  )
})

const SILENT: Readonly<Record<string, unknown>> = {
  'the test event of S3': {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: '2014-10-13T15:57:02.089Z',
    Bucket: BUCKET,
    RequestId: '5582815E1AEA5ADF'
  },
  'the same in SNS': sns({ Service: 'Amazon S3', Event: 's3:TestEvent' }),
  'a deletion': s3('x', 'ObjectRemoved:Delete'),
  'a deletion of EventBridge': {
    source: 'aws.s3',
    'detail-type': 'Object Deleted',
    detail: { bucket: { name: BUCKET }, object: { key: 'x' } }
  },
  'an event of another service': {
    source: 'aws.ec2',
    'detail-type': 'Object Created',
    detail: { bucket: { name: BUCKET }, object: { key: 'x' } }
  },
  'a deletion of R2': { action: 'DeleteObject', bucket: BUCKET, object: { key: 'x' } },
  'a deletion of SeaweedFS': { key: `/buckets/${BUCKET}/x`, event_type: 'delete' },
  'a subscription of SNS': {
    Type: 'SubscriptionConfirmation',
    Token: 'x',
    SubscribeURL: 'https://sns.example/',
    Message: json(s3('x'))
  },
  'a key that is not a key': s3('x', 'ObjectCreated:Put').Records.map(record => ({
    ...record,
    s3: { bucket: { name: BUCKET }, object: { key: '%E0%A4%A' } }
  })),
  nothing: undefined,
  null: null,
  'a number': 7,
  text: 'hello',
  'a list of nothing': [[[[]]]],
  'lists without end': JSON.parse('['.repeat(500) + ']'.repeat(500)),
  'an object of the wrong types': {
    Records: [{ eventName: [], s3: { bucket: 1, object: [] } }, { eventName: 'ObjectCreated:Put', s3: 5 }, null]
  }
}

for (const [what, message] of Object.entries(SILENT)) {
  t.test(`${what} tells of no upload, and is no error`, async t => {
    t.same(readStoreEvents(message), [])
  })
}
