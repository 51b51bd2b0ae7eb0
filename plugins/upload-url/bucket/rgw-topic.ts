import type { S3Client } from '@aws-sdk/client-s3'
import { CheckError } from './check-error.js'
import { signedPost } from './signed-post.js'

const OTHER_STORES = 'Only Ceph RGW can be told over its API to send events to a URL. ' +
  'On AWS, name a queue: --events with the ARN of an SQS queue. ' +
  'On MinIO, set notify_webhook with "mc admin config set", and give --events the ARN that "mc admin info" shows. ' +
  'On Cloudflare R2, run "npx wrangler r2 bucket notification create". ' +
  'On SeaweedFS, set the notification in filer.toml.'

/**
 * Makes a topic of Ceph RGW that sends what happens to a URL, and keeps it until that has been received. A topic of the
 * same name is changed.
 *
 * @see https://docs.ceph.com/en/latest/radosgw/notifications/#create-a-topic
 * @param client of the store; its endpoint serves topics too, by the protocol of SNS
 * @returns the ARN of the topic
 * @throws CheckError where the store makes no topics
 */
export async function createRgwTopic (client: S3Client, name: string, pushEndpoint: string): Promise<string> {
  const endpoint = await client.config.endpoint?.()
  if (endpoint === undefined) throw new CheckError('AWS S3 sends no events to a URL', OTHER_STORES)
  const { protocol, hostname, port, path } = endpoint
  const host = port === undefined ? hostname : `${hostname}:${port}`
  const attributes = Object.entries({ 'push-endpoint': pushEndpoint, persistent: 'true' })
  const body = new URLSearchParams({
    Action: 'CreateTopic',
    Name: name,
    ...Object.fromEntries(attributes.flatMap(([key, value], index) => [
      [`Attributes.entry.${index + 1}.key`, key], [`Attributes.entry.${index + 1}.value`, value]
    ]))
  }).toString()
  const { status, text } = await signedPost(client, {
    url: `${protocol}//${host}${path}`,
    service: 'sns',
    region: await client.config.region(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body
  })
  const arn = /<TopicArn>([^<]+)<\/TopicArn>/.exec(text)?.[1]
  if (status === 200 && arn !== undefined) return arn
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? 'without a topic'
  throw new CheckError(`CreateTopic was answered ${status} (${code})`, OTHER_STORES)
}
