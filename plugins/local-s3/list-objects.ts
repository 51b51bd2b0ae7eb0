import { S3Error } from './errors.js'
import { compareKeys, listObjects } from './objects.js'
import type { ListedObject } from './objects.js'
import type { Operation } from './operation.js'
import { xmlReply } from './reply.js'
import { encodePercent, integerParameter, parameter } from './s3-request.js'

/** A line of a listing: an object, or all objects whose keys begin alike up to a delimiter. */
type Entry = { readonly object: ListedObject } | { readonly commonPrefix: string }

/** ListObjectsV2. */
export const listObjectsV2: Operation = async ({ request, storage }) => {
  if (parameter(request, 'list-type') !== '2') throw new S3Error('InvalidArgument', 'local-s3 lists with list-type=2 only', { ArgumentName: 'list-type' })
  const prefix = parameter(request, 'prefix') ?? ''
  const delimiter = parameter(request, 'delimiter') ?? ''
  const maxKeys = integerParameter(request, 'max-keys', 1000, 0, 2 ** 31 - 1)
  const token = parameter(request, 'continuation-token')
  const startAfter = parameter(request, 'start-after')
  const encode = encoder(parameter(request, 'encoding-type'))

  const after = token === undefined ? startAfter ?? '' : readToken(token)
  const entries = group(await listObjects(storage, request.bucket, prefix), prefix, delimiter)
    .filter((entry) => compareKeys(nameOf(entry), after) > 0)
  const page = entries.slice(0, Math.min(maxKeys, 1000))
  const truncated = page.length > 0 && page.length < entries.length
  return xmlReply('ListBucketResult', {
    Name: request.bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    EncodingType: parameter(request, 'encoding-type'),
    KeyCount: page.length,
    MaxKeys: maxKeys,
    IsTruncated: truncated,
    ContinuationToken: token,
    NextContinuationToken: truncated ? writeToken(nameOf(page.at(-1)!)) : undefined,
    Contents: page.flatMap((entry) => 'object' in entry ? [describe(entry.object, encode)] : []),
    CommonPrefixes: page.flatMap((entry) => 'commonPrefix' in entry ? [{ Prefix: encode(entry.commonPrefix) }] : [])
  })
}

function describe ({ size, description }: ListedObject, encode: (text: string) => string): Record<string, string | number> {
  return {
    Key: encode(description.key),
    LastModified: description.lastModified,
    ETag: `"${description.etag}"`,
    Size: size,
    StorageClass: 'STANDARD'
  }
}

const nameOf = (entry: Entry): string => 'object' in entry ? entry.object.description.key : entry.commonPrefix

function group (objects: readonly ListedObject[], prefix: string, delimiter: string): Entry[] {
  const entries: Entry[] = []
  for (const object of objects) {
    const { key } = object.description
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    if (end === -1) {
      entries.push({ object })
    } else {
      const commonPrefix = key.slice(0, end + delimiter.length)
      const last = entries.at(-1)
      if (last === undefined || nameOf(last) !== commonPrefix) entries.push({ commonPrefix })
    }
  }
  return entries
}

function encoder (type: string | undefined): (text: string) => string {
  if (type === undefined) return (text) => text
  if (type === 'url') return (text) => text.split('/').map(encodePercent).join('/')
  throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', { ArgumentName: 'encoding-type', ArgumentValue: type })
}

const writeToken = (name: string): string => Buffer.from(name).toString('base64url')
const readToken = (token: string): string => Buffer.from(token, 'base64url').toString()
