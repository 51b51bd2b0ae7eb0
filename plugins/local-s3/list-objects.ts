import { S3Error } from './errors.js'
import { compareKeys, listObjects } from './objects.js'
import type { ListedObject } from './objects.js'
import type { Operation } from './operation.js'
import { xmlReply } from './reply.js'
import { encodePath, integerParameter, parameter } from './s3-request.js'
import type { S3Request } from './s3-request.js'

/** Maximum of entries in a page of any listing. */
export const MAX_PAGE_SIZE = 1000

/** An entry of a listing: an item, or all items whose keys are the same up to a delimiter. */
type Entry<Item> = { readonly key: string, readonly item: Item } | { readonly key: string, readonly item?: never }

/** ListObjectsV2. */
export const listObjectsV2: Operation = async ({ request, storage }) => {
  if (parameter(request, 'list-type') !== '2') {
    throw new S3Error('InvalidArgument', 'local-s3 lists with list-type=2 only', { ArgumentName: 'list-type' })
  }
  const prefix = parameter(request, 'prefix') ?? ''
  const delimiter = parameter(request, 'delimiter') ?? ''
  const maxKeys = integerParameter(request, 'max-keys', MAX_PAGE_SIZE)
  const token = parameter(request, 'continuation-token')
  const startAfter = parameter(request, 'start-after')
  const encode = keyEncoder(request)

  const after = token === undefined ? startAfter ?? '' : readToken(token)
  const objects = await listObjects(storage, request.bucket, prefix)
  const entries = groupByDelimiter(objects, ({ description }) => description.key, prefix, delimiter)
    .filter(({ key }) => compareKeys(key, after) > 0)
  const page = entries.slice(0, Math.min(maxKeys, MAX_PAGE_SIZE))
  const truncated = page.length > 0 && page.length < entries.length
  return xmlReply('ListBucketResult', {
    Name: request.bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    EncodingType: encodingType(request),
    KeyCount: page.length,
    MaxKeys: maxKeys,
    IsTruncated: truncated,
    ContinuationToken: token,
    NextContinuationToken: truncated ? writeToken(page.at(-1)!.key) : undefined,
    Contents: page.flatMap(({ item }) => item === undefined ? [] : [listedObject(item, encode)]),
    CommonPrefixes: page.flatMap(({ key, item }) => item === undefined ? [{ Prefix: encode(key) }] : [])
  })
}

function listedObject (
  { size, description }: ListedObject, encode: (text: string) => string
): Record<string, string | number> {
  return {
    Key: encode(description.key),
    LastModified: description.lastModified,
    ETag: `"${description.etag}"`,
    Size: size,
    StorageClass: 'STANDARD'
  }
}

/**
 * Replaces items whose keys have the delimiter after the prefix by their common prefixes.
 *
 * @param items ordered by their keys, all of which begin with the prefix
 * @param delimiter none where it is empty
 */
export function groupByDelimiter<Item> (
  items: readonly Item[], keyOf: (item: Item) => string, prefix: string, delimiter: string
): Array<Entry<Item>> {
  const entries: Array<Entry<Item>> = []
  for (const item of items) {
    const key = keyOf(item)
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const commonPrefix = key.slice(0, end + delimiter.length)
    if (end === -1) entries.push({ key, item })
    else if (entries.at(-1)?.key !== commonPrefix) entries.push({ key: commonPrefix })
  }
  return entries
}

/**
 * How keys are written in a listing.
 *
 * @throws S3Error InvalidArgument for another encoding-type than `url`
 */
export function keyEncoder (request: S3Request): (text: string) => string {
  const type = encodingType(request)
  if (type === undefined) return (text) => text
  if (type === 'url') return encodePath
  throw new S3Error(
    'InvalidArgument',
    'Invalid Encoding Method specified in Request',
    { ArgumentName: 'encoding-type', ArgumentValue: type }
  )
}

/** The parameter `encoding-type`; one that is empty is none. */
export const encodingType = (request: S3Request): string | undefined =>
  parameter(request, 'encoding-type') || undefined

const writeToken = (key: string): string => Buffer.from(key).toString('base64url')
const readToken = (token: string): string => Buffer.from(token, 'base64url').toString()
