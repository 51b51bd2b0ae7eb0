import { ConfigError } from './environment.js'

/** Where a bucket sends its events. */
export type EventDestination =
  | { readonly kind: 'queue' | 'topic', readonly arn: string, readonly account: string, readonly partition: string }
  | { readonly kind: 'eventbridge' }
  | { readonly kind: 'endpoint', readonly url: string }

const ARN = /^arn:([a-z0-9-]+):(sqs|sns|events):([a-z0-9-]*):([a-zA-Z0-9-]*):[^\s]+$/
// Amazon SQS developer guide, "Queue and message identifiers".
const QUEUE_URL = /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?\/(\d{12})\/([\w-]{1,80})$/

/**
 * Reads the destination of events as the command line names it.
 *
 * @param text ARN of an SQS queue, an SNS topic or an event bus; URL of an SQS queue; or the URL of a server
 * @throws ConfigError for anything else
 */
export function parseEventDestination (text: string): EventDestination {
  const [, partition = '', service, , account = ''] = ARN.exec(text) ?? []
  if (service === 'events') return { kind: 'eventbridge' }
  if (service !== undefined) return { kind: service === 'sqs' ? 'queue' : 'topic', arn: text, account, partition }
  const [, region, china, owner = '', name] = QUEUE_URL.exec(text) ?? []
  if (region !== undefined) {
    const queuePartition = china === undefined ? 'aws' : 'aws-cn'
    const arn = `arn:${queuePartition}:sqs:${region}:${owner}:${name}`
    return { kind: 'queue', arn, account: owner, partition: queuePartition }
  }
  if (/^https?:$/.test(protocolOf(text))) return { kind: 'endpoint', url: text }
  throw new ConfigError([
    '--events must be the ARN of an SQS queue, an SNS topic or an event bus, the URL of an SQS queue, or the URL of ' +
    'a server that Ceph RGW sends events to'
  ])
}

function protocolOf (text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : ''
}
