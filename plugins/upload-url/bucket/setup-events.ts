import {
  GetBucketNotificationConfigurationCommand, PutBucketNotificationConfigurationCommand, S3ServiceException,
  type NotificationConfiguration, type S3Client
} from '@aws-sdk/client-s3'
import { CheckError } from './check-error.js'
import type { EventDestination } from './event-destination.js'
import { createRgwTopic } from './rgw-topic.js'

/** Which bucket sends its events, and where. */
export interface EventSetup {
  readonly client: S3Client
  readonly bucket: string
  /** First part of every object key. */
  readonly keyPrefix: string
  readonly destination: EventDestination
}

const ID = 'fastify-upload-url'

/**
 * Makes a bucket send an event for every object that is created below the prefix. Safe to repeat: what others have
 * configured stays, and what this configured before is replaced.
 *
 * @param report is given a sentence for each step that is done
 * @returns what is left to be done by hand, as a text to print
 * @throws CheckError where the store refuses, with what to do about it
 */
export async function setUpEvents (setup: EventSetup, report: (step: string) => void): Promise<string | undefined> {
  const { client, bucket, keyPrefix } = setup
  const destination = await reachable(setup, report)
  const remainder = remainderFor(destination, bucket, keyPrefix)
  try {
    const current = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket }))
    const NotificationConfiguration = withDestination(current, destination, keyPrefix)
    await client.send(new PutBucketNotificationConfigurationCommand({ Bucket: bucket, NotificationConfiguration }))
  } catch (error) {
    throw explain(error, remainder)
  }
  const name = destination.kind === 'eventbridge' ? 'EventBridge, and of the whole bucket' : destination.arn
  report(`set the events of new objects ${keyPrefix === '' ? '' : `below ${keyPrefix}/ `}to be sent to ${name}`)
  return remainder
}

type Reachable = Exclude<EventDestination, { kind: 'endpoint' }>

// A store sends to queues, topics and EventBridge. To a URL it sends by way of a topic.
async function reachable (
  { client, bucket, destination }: EventSetup, report: (step: string) => void
): Promise<Reachable> {
  if (destination.kind !== 'endpoint') return destination
  const arn = await createRgwTopic(client, `${ID}-${bucket}`, destination.url)
  // The URL may contain a secret.
  report(`created the topic ${arn}, which sends events to ${new URL(destination.url).host} until they are received`)
  return { kind: 'topic', arn, account: '', partition: '' }
}

/** A configuration in which this destination takes the place of the one that we set before; the others stay. */
function withDestination (
  current: NotificationConfiguration, destination: Reachable, keyPrefix: string
): NotificationConfiguration {
  const others = <T extends { Id?: string | undefined }>(rules: readonly T[] = []) =>
    rules.filter(({ Id }) => Id !== ID)
  const rule = {
    Id: ID,
    Events: ['s3:ObjectCreated:*' as const],
    ...keyPrefix !== '' && { Filter: { Key: { FilterRules: [{ Name: 'prefix' as const, Value: `${keyPrefix}/` }] } } }
  }
  const { kind } = destination
  return {
    QueueConfigurations: [
      ...others(current.QueueConfigurations), ...kind === 'queue' ? [{ ...rule, QueueArn: destination.arn }] : []
    ],
    TopicConfigurations: [
      ...others(current.TopicConfigurations), ...kind === 'topic' ? [{ ...rule, TopicArn: destination.arn }] : []
    ],
    LambdaFunctionConfigurations: current.LambdaFunctionConfigurations,
    EventBridgeConfiguration: kind === 'eventbridge' ? {} : current.EventBridgeConfiguration
  }
}

function remainderFor (destination: Reachable, bucket: string, keyPrefix: string): string | undefined {
  if (destination.kind === 'eventbridge') {
    const pattern = {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [bucket] }, object: { key: [{ prefix: keyPrefix === '' ? '' : `${keyPrefix}/` }] } }
    }
    return `Add a rule to the default event bus, with a target and this pattern:\n${json(pattern)}`
  }
  const { kind, arn, account, partition } = destination
  // Other stores than AWS have no account there, and ask for no policy.
  if (!/^\d{12}$/.test(account)) return undefined
  const policy = statement({
    Principal: { Service: 's3.amazonaws.com' },
    Action: kind === 'queue' ? 'sqs:SendMessage' : 'sns:Publish',
    Resource: arn,
    Condition: {
      ArnEquals: { 'aws:SourceArn': `arn:${partition}:s3:::${bucket}` },
      StringEquals: { 'aws:SourceAccount': account }
    }
  })
  const access = `The policy of the ${kind} must allow S3 to send to it. Where the bucket is of another account than ` +
    `the ${kind}, put that into aws:SourceAccount:\n${json(policy)}`
  if (kind === 'topic') return `${access}\nSubscribe the SQS queue to the topic that the server takes events from.`
  const consumer = statement({
    Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'], Resource: arn
  })
  return `${access}\nThe credentials of the server need, for the queue:\n${json(consumer)}`
}

function statement (content: object) {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...content }] }
}

function json (value: object): string {
  return JSON.stringify(value, undefined, 2)
}

// By the error codes of the S3 API.
function explain (error: unknown, remainder = ''): unknown {
  if (!(error instanceof S3ServiceException)) return error
  const { name, message } = error
  const answer = `the configuration of events was answered ${name}: ${message}`
  if (name === 'InvalidArgument' && /overlap/i.test(message)) {
    return new CheckError(answer, 'Events of new objects are configured for the same keys already: remove that, or ' +
      'send both by way of one SNS topic or EventBridge.')
  }
  if (name === 'InvalidArgument') {
    return new CheckError(answer, `S3 tries whether it may send there, in the region of the bucket. ${remainder}`)
  }
  if (name === 'AccessDenied') {
    return new CheckError(
      answer, 'Allow this key s3:GetBucketNotification and s3:PutBucketNotification on the bucket.'
    )
  }
  return error
}
