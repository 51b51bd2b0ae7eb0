import { createChecksum, createDigest } from './checksums.js'
import type { Digest, ExpectedChecksum, StoredChecksum } from './checksums.js'
import { S3Error } from './errors.js'

/** Largest body of one PUT, part or form, in bytes: 5 GiB. */
export const MAX_BODY_BYTES = 5 * 1024 ** 3

/** What a request says about its body; whatever is undefined was not said. */
export interface ExpectedBody {
  /** Exact length in bytes. */
  readonly length: number | undefined
  /** Content-MD5, 16 bytes in base64. */
  readonly md5: string | undefined
  /** SHA-256 that the signature covers, in hex. */
  readonly sha256: string | undefined
  readonly checksum: ExpectedChecksum | undefined
  /** The checksum from a trailer, available once the body has ended. */
  readonly trailingChecksum: () => string | undefined
  /** Minimum and maximum length in bytes. */
  readonly range: readonly [min: number, max: number]
}

/** A body that was received whole. */
export interface ReceivedBody {
  /** Bytes. */
  readonly size: number
  /** MD5 in hex, which is the ETag of an object put in one piece. */
  readonly md5: string
  readonly checksum: StoredChecksum | undefined
}

/**
 * Passes a body on chunk by chunk and compares it with what was expected. Memory use does not depend on its size;
 * the next chunk is asked for when the last one is written.
 *
 * @throws S3Error EntityTooLarge, EntityTooSmall, IncompleteBody, BadDigest, XAmzContentSHA256Mismatch
 */
export async function receiveBody (
  source: AsyncIterable<Buffer>, expected: ExpectedBody, write: (chunk: Buffer) => Promise<void>
): Promise<ReceivedBody> {
  const md5 = createDigest('md5')
  const sha256 = expected.sha256 === undefined ? undefined : createDigest('sha256')
  const checksum = expected.checksum === undefined ? undefined : createChecksum(expected.checksum.algorithm)
  const digests = [md5, sha256, checksum].filter((digest): digest is Digest => digest !== undefined)
  const [min, max] = expected.range
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > max) throw tooLarge(size, max)
    if (expected.length !== undefined && size > expected.length) throw wrongLength()
    for (const digest of digests) digest.update(chunk)
    await write(chunk)
  }
  if (expected.length !== undefined && size !== expected.length) throw wrongLength()
  if (size < min) {
    throw new S3Error(
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
      { ProposedSize: size, MinSizeAllowed: min }
    )
  }
  const md5Digest = await md5.digest()
  checkMd5(expected.md5, md5Digest)
  checkSha256(expected.sha256, await sha256?.digest())
  return { size, md5: md5Digest.toString('hex'), checksum: checkChecksum(expected, await checksum?.digest()) }
}

/** The error for a body that is longer than allowed, sizes in bytes. */
export const tooLarge = (size: number, max: number): S3Error => new S3Error(
  'EntityTooLarge',
  'Your proposed upload exceeds the maximum allowed size',
  { ProposedSize: size, MaxSizeAllowed: max }
)

const wrongLength = (): S3Error => new S3Error(
  'IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header'
)

function checkMd5 (expected: string | undefined, actual: Buffer): void {
  if (expected === undefined || expected === actual.toString('base64')) return
  throw new S3Error(
    'BadDigest',
    'The Content-MD5 you specified did not match what we received.',
    { ExpectedDigest: expected, CalculatedDigest: actual.toString('base64') }
  )
}

function checkSha256 (expected: string | undefined, actual: Buffer | undefined): void {
  if (expected === undefined || expected === actual?.toString('hex')) return
  throw new S3Error(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { ClientComputedContentSHA256: expected, S3ComputedContentSHA256: String(actual?.toString('hex')) }
  )
}

function checkChecksum (
  { checksum, trailingChecksum }: ExpectedBody, actual: Buffer | undefined
): StoredChecksum | undefined {
  if (checksum === undefined || actual === undefined) return undefined
  const value = actual.toString('base64')
  if ((checksum.value ?? trailingChecksum()) !== value) {
    throw new S3Error(
      'BadDigest',
      `The ${checksum.algorithm.toUpperCase()} you specified did not match the calculated checksum.`
    )
  }
  return { algorithm: checksum.algorithm, value }
}
