/** That something was uploaded, as a store says it. */
export interface StoreEvent {
  readonly bucket: string
  readonly key: string
}

type Value = Readonly<Record<string, unknown>>

/** Levels of lists, objects and JSON: an event of S3 in SNS in SQS in the event of a function has nine. */
const MAX_DEPTH = 12

/**
 * The uploads that a message of a store tells of, whichever way it came. What else a store tells, such as deletions and
 * test events, tells of none.
 *
 * @param body a message, parsed or as JSON: event records of S3, MinIO or Ceph RGW; an event of EventBridge; a message
 * of R2; one of the webhook of SeaweedFS; any of them in a message of SNS or SQS, or in a list
 */
export function readStoreEvents (body: unknown): StoreEvent[] {
  return readMessage(body, MAX_DEPTH)
}

function readMessage (message: unknown, depth: number): StoreEvent[] {
  if (depth === 0) return []
  if (typeof message === 'string') return readMessage(parseJson(message), depth - 1)
  if (Array.isArray(message)) return message.flatMap(item => readMessage(item, depth - 1))
  if (!isObject(message)) return []
  const inner = contentOf(message)
  return inner === undefined ? readEvent(message) : readMessage(inner, depth - 1)
}

/** What a message of SNS or SQS holds, or an event of a function with such messages; undefined for another. */
function contentOf (message: Value): unknown {
  const { Type, Message, Body, body, Sns, Messages, Records } = message
  if (Type !== undefined) return Type === 'Notification' ? Message : []
  if (isObject(Sns)) return Sns['Message']
  return Messages ?? Records ?? Body ?? (isObject(message['s3']) ? undefined : body)
}

function readEvent (event: Value): StoreEvent[] {
  if (isObject(event['s3'])) return readRecord(event)
  if (isObject(event['detail'])) return readEventBridge(event)
  if (event['action'] !== undefined) return readR2(event)
  return event['event_type'] !== undefined ? readSeaweedFs(event) : []
}

/** Amazon S3 user guide, "Event message structure"; MinIO and Ceph RGW send the same. */
function readRecord ({ eventSource, eventName, s3 }: Value): StoreEvent[] {
  if (!/^(?:s3:)?ObjectCreated:/.test(String(eventName))) return []
  const { bucket, object } = s3 as Value
  const key = property(object, 'key')
  // Ceph RGW alone writes keys as they are; S3 and MinIO as a form does, with + for a space.
  return toEvents(property(bucket, 'name'), eventSource === 'ceph:s3' ? key : decodeForm(key))
}

/** Amazon S3 user guide, "EventBridge event message structure": the key is written as it is. */
function readEventBridge ({ source, detail, 'detail-type': type }: Value): StoreEvent[] {
  if (source !== 'aws.s3' || type !== 'Object Created') return []
  const { bucket, object } = detail as Value
  return toEvents(property(bucket, 'name'), property(object, 'key'))
}

/** Cloudflare R2, "Event notifications", message format: the key is written as it is. */
function readR2 ({ action, bucket, object }: Value): StoreEvent[] {
  if (!/^(?:PutObject|CopyObject|CompleteMultipartUpload)$/.test(String(action))) return []
  return toEvents(bucket, property(object, 'key'))
}

/** SeaweedFS, notification by webhook: what has changed in its file system, where buckets are folders. */
function readSeaweedFs ({ key, event_type: type }: Value): StoreEvent[] {
  const [, bucket, path] = /^\/buckets\/([^/]+)\/(.+)$/s.exec(String(key)) ?? []
  return ['create', 'update', 'rename'].includes(String(type)) ? toEvents(bucket, path) : []
}

function toEvents (bucket: unknown, key: unknown): StoreEvent[] {
  return typeof bucket === 'string' && typeof key === 'string' ? [{ bucket, key }] : []
}

function property (value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined
}

function isObject (value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function decodeForm (key: unknown): unknown {
  if (typeof key !== 'string') return undefined
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
