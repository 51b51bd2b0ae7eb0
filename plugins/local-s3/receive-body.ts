import { createChecksum, createDigest } from './checksums.js'
import type { Digest, PromisedChecksum, StoredChecksum } from './checksums.js'
import { S3Error } from './errors.js'

/** Largest body of one PUT, part or form, in bytes: 5 GiB. */
export const MAX_BODY_BYTES = 5 * 1024 ** 3

/** What a request promises of its body; whatever is undefined was not promised. */
export interface BodyPromise {
  /** Exact length in bytes. */
  readonly length: number | undefined
  /** Content-MD5, 16 bytes in base64. */
  readonly md5: string | undefined
  /** SHA-256 that the signature covers, in hex. */
  readonly sha256: string | undefined
  readonly checksum: PromisedChecksum | undefined
  /** The checksum promised in a trailer, to be asked once the body has ended. */
  readonly trailingChecksum: () => string | undefined
  /** Fewest and most bytes allowed. */
  readonly range: readonly [least: number, most: number]
}

/** What arrived. */
export interface ReceivedBody {
  readonly size: number
  /** MD5 in hex, which is the ETag of an object put in one piece. */
  readonly md5: string
  readonly checksum: StoredChecksum | undefined
}

/**
 * Hands a body on chunk by chunk and holds it against what was promised. Memory use does not depend
 * on its size; the next chunk is asked for when the last one is written.
 *
 * @throws S3Error EntityTooLarge, EntityTooSmall, IncompleteBody, BadDigest, XAmzContentSHA256Mismatch
 */
export async function receiveBody (source: AsyncIterable<Buffer>, promise: BodyPromise, write: (chunk: Buffer) => Promise<void>): Promise<ReceivedBody> {
  const md5 = createDigest('md5')
  const sha256 = promise.sha256 === undefined ? undefined : createDigest('sha256')
  const checksum = promise.checksum === undefined ? undefined : createChecksum(promise.checksum.algorithm)
  const digests = [md5, sha256, checksum].filter((digest): digest is Digest => digest !== undefined)
  const [least, most] = promise.range
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > most) throw tooLarge(size, most)
    for (const digest of digests) digest.update(chunk)
    await write(chunk)
  }
  if (promise.length !== undefined && size !== promise.length) {
    throw new S3Error('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header')
  }
  if (size < least) {
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', { ProposedSize: size, MinSizeAllowed: least })
  }
  const md5Digest = await md5.digest()
  checkMd5(promise.md5, md5Digest)
  checkSha256(promise.sha256, await sha256?.digest())
  return { size, md5: md5Digest.toString('hex'), checksum: checkChecksum(promise, await checksum?.digest()) }
}

/** The refusal of a body that is longer than allowed. */
export const tooLarge = (size: number, most: number): S3Error =>
  new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', { ProposedSize: size, MaxSizeAllowed: most })

function checkMd5 (promised: string | undefined, actual: Buffer): void {
  if (promised === undefined || promised === actual.toString('base64')) return
  throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
    ExpectedDigest: promised, CalculatedDigest: actual.toString('base64')
  })
}

function checkSha256 (promised: string | undefined, actual: Buffer | undefined): void {
  if (promised === undefined || promised === actual?.toString('hex')) return
  throw new S3Error('XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.", {
    ClientComputedContentSHA256: promised, S3ComputedContentSHA256: String(actual?.toString('hex'))
  })
}

function checkChecksum ({ checksum, trailingChecksum }: BodyPromise, actual: Buffer | undefined): StoredChecksum | undefined {
  if (checksum === undefined || actual === undefined) return undefined
  const value = actual.toString('base64')
  const promised = checksum.value ?? trailingChecksum()
  if (promised !== value) {
    throw new S3Error('BadDigest', `The ${checksum.algorithm.toUpperCase()} you specified did not match the calculated checksum.`)
  }
  return { algorithm: checksum.algorithm, value }
}
