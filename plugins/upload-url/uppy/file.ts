import { errors } from '../internals.js'

/** Metadata as Uppy sends it, values of any plain kind. */
export type UppyMetadata = Readonly<Record<string, string | number | boolean | null>>

/** What Uppy knows of a file. */
export interface UppyFile {
  readonly filename?: string | undefined
  readonly type?: string | null | undefined
  readonly metadata?: UppyMetadata | undefined
}

/** Of these Uppy tells outside the metadata, or `size` is a field of its own. */
const NOT_METADATA = new Set(['name', 'type', 'size'])
/** What version 6 makes of a missing value in a query string. */
const MISSING = new Set(['', 'null', 'undefined'])

/**
 * Translates Uppy's file into ours. Uppy has no field for the size: an app that puts it into the metadata,
 * `uppy.setFileMeta(id, { size })`, declares it. Names of metadata are lower case in S3.
 *
 * @throws FST_UPLOAD_INVALID_INPUT where the size is not an integer; FST_UPLOAD_INVALID_METADATA for a name that
 * is there twice
 */
export function toUploadFile ({ filename, type, metadata = {} }: UppyFile) {
  const { size } = metadata
  return {
    ...filename !== undefined && { filename },
    ...isPresent(type) && { contentType: String(type) },
    ...isPresent(size) && { size: toSize(size) },
    metadata: toMetadata(metadata)
  }
}

/** The metadata in the query of `GET /s3/params`: `metadata[language]=de`. */
export function metadataOfQuery (query: Readonly<Record<string, unknown>>): UppyMetadata {
  return Object.fromEntries(Object.entries(query).flatMap(([name, value]) => {
    const [, field] = /^metadata\[([^\]]+)\]$/.exec(name) ?? []
    return field === undefined ? [] : [[field, value as string]]
  }))
}

function toSize (size: string | number | boolean): number {
  const number = /^\d{1,16}$/.test(String(size)) ? Number(size) : NaN
  if (Number.isSafeInteger(number)) return number
  throw new errors.FST_UPLOAD_INVALID_INPUT('metadata/size must be the size of the file in bytes')
}

function toMetadata (metadata: UppyMetadata): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [field, value] of Object.entries(metadata)) {
    if (NOT_METADATA.has(field) || !isPresent(value)) continue
    const name = field.toLowerCase()
    if (Object.hasOwn(result, name)) {
      throw new errors.FST_UPLOAD_INVALID_METADATA(`metadata/${field}`, 'is there twice, in upper and lower case')
    }
    result[name] = String(value)
  }
  return result
}

function isPresent (value: UppyMetadata[string] | undefined): value is string | number | boolean {
  return value !== undefined && value !== null && !MISSING.has(String(value))
}
