import { createHash } from 'node:crypto'
import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc'
import { S3Error, notImplemented } from './errors.js'

/** A digest being computed. */
export interface Digest {
  update: (chunk: Uint8Array) => void
  digest: () => Promise<Buffer>
}

interface Algorithm {
  readonly bytes: number
  readonly create: () => Digest
}

/** Every checksum algorithm this store computes, by the name its header ends in. */
const ALGORITHMS = {
  crc32: { bytes: 4, create: () => fromCrc(new Crc32()) },
  crc32c: { bytes: 4, create: () => fromCrc(new Crc32c()) },
  crc64nvme: { bytes: 8, create: () => fromCrc(new Crc64Nvme()) },
  sha1: { bytes: 20, create: () => createDigest('sha1') },
  sha256: { bytes: 32, create: () => createDigest('sha256') }
} as const satisfies Record<string, Algorithm>

/** `crc32`, `crc32c`, `crc64nvme`, `sha1` or `sha256`. */
export type ChecksumAlgorithm = keyof typeof ALGORITHMS

/** A checksum of an object or part, in base64; for a multipart object of composite type with `-N` after it. */
export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm
  readonly value: string
}

/** The checksum that a request announces: in a header, or (value undefined) in a trailer. */
export interface ExpectedChecksum {
  readonly algorithm: ChecksumAlgorithm
  readonly value?: string
}

const isAlgorithm = (name: string): name is ChecksumAlgorithm => Object.hasOwn(ALGORITHMS, name)

/** @throws S3Error NotImplemented for an algorithm this store can't verify, so that none is silently ignored */
export function readAlgorithm (name: string): ChecksumAlgorithm {
  const lower = name.toLowerCase()
  if (isAlgorithm(lower)) return lower
  throw notImplemented(`the checksum algorithm ${JSON.stringify(name)}`)
}

/** Starts a digest of node:crypto. */
export function createDigest (name: 'md5' | 'sha1' | 'sha256'): Digest {
  const hash = createHash(name)
  return { update: (chunk) => { hash.update(chunk) }, digest: async () => hash.digest() }
}

/** Starts the digest of a checksum algorithm. */
export const createChecksum = (algorithm: ChecksumAlgorithm): Digest => ALGORITHMS[algorithm].create()

function fromCrc (crc: { update: (chunk: Uint8Array) => void, digest: () => Promise<Uint8Array> }): Digest {
  return { update: (chunk) => crc.update(chunk), digest: async () => Buffer.from(await crc.digest()) }
}

/** What may follow `x-amz-checksum-` without being an algorithm. */
const NOT_ALGORITHMS = new Set(['algorithm', 'mode', 'type'])

/**
 * Reads the checksum from `x-amz-checksum-*`, `x-amz-sdk-checksum-algorithm` and `x-amz-trailer`.
 *
 * @param names lower-case names of everything sent
 * @param value returns the value of one of them
 * @throws S3Error InvalidRequest where there are several, or one is malformed; NotImplemented
 */
export function expectedChecksum (
  names: readonly string[], value: (name: string) => string | undefined
): ExpectedChecksum | undefined {
  const algorithmOf = (name: string): string | undefined => /^x-amz-checksum-([a-z0-9]+)$/.exec(name)?.[1]
  const trailer = algorithmOf(value('x-amz-trailer')?.trim().toLowerCase() ?? '')
  const sent = names.map(algorithmOf)
    .filter((name): name is string => name !== undefined && !NOT_ALGORITHMS.has(name))
  const [first, second] = trailer === undefined ? sent : [...sent, trailer]
  if (second !== undefined) {
    throw new S3Error(
      'InvalidRequest', 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.'
    )
  }
  const announced = value('x-amz-sdk-checksum-algorithm')
  if (first === undefined) {
    if (announced === undefined) return undefined
    throw new S3Error(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, ' +
      'but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.'
    )
  }
  const algorithm = readAlgorithm(first)
  if (announced !== undefined && announced.toLowerCase() !== algorithm) {
    throw new S3Error('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.')
  }
  if (trailer !== undefined) return { algorithm }
  return { algorithm, value: checkForm(algorithm, value(`x-amz-checksum-${algorithm}`)!) }
}

/** @throws S3Error InvalidRequest where this is not the base64 of as many bytes as the algorithm has */
export function checkForm (algorithm: ChecksumAlgorithm, text: string): string {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === ALGORITHMS[algorithm].bytes && bytes.toString('base64') === text) return text
  throw new S3Error('InvalidRequest', `Value for x-amz-checksum-${algorithm} header is invalid.`)
}
